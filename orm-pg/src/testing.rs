//! A PostgreSQL server for tests, which is found or started, and a separate database for each test (feature `testing`).
//!
//! # Which server
//! The first of these that is available:
//! 1. The server that `ORM_PG_TEST_URL` names, or else `DATABASE_URL`. Its role must be allowed to create databases. If
//!    the variable is set but the server cannot be used, that is an error: no other server is used instead.
//! 2. A container, if `docker` or `podman` is in `PATH` and answers within 2 seconds (`ORM_PG_TEST_DOCKER` names
//!    another command). The image is `postgres:17`, or the one that `ORM_PG_TEST_IMAGE` names. If it is missing it is
//!    pulled, for at most 2 minutes, and a registry that does not answer for 5 seconds is given up. The data is in
//!    memory, the port is a free one on `127.0.0.1`, and the password is random.
//! 3. A throw-away server from the PostgreSQL installed on this machine: `pg_config` (or `PG_CONFIG`), `initdb` in
//!    `PATH`, then the directories that packages install to, newest version first. It listens on a socket only, and as
//!    root it is started as `postgres` or `nobody`.
//!
//! If there is a container engine but no container can be started, one line on standard error says why. A missing
//! server is a failure, never a skipped test. `ORM_PG_TEST_SERVER=docker` or `=local` uses only that kind of server,
//! whatever `DATABASE_URL` says, and fails if it is not available.
//!
//! # How long it lives
//! All test processes of a target directory share one throw-away server, even if `cargo nextest` runs a process for
//! each test. The first one starts it, which takes a second or two. When there has been no test process for
//! [`IDLE_SECONDS`], a small shell script stops the server and removes its directory or container, even after a
//! `SIGKILL`. The script needs `flock` or `perl`, one of which every supported system has. `ORM_PG_TEST_IDLE_SECONDS`
//! sets another time. `ORM_PG_TEST_DIR` sets another directory than one in `TMPDIR`; it is created, and removed at the
//! end. Processes with a different `ORM_PG_TEST_SERVER`, `_IMAGE`, `_DOCKER` or `PG_CONFIG` have different servers.
//!
//! # Which databases
//! The name of each database starts with [`PREFIX`], and no other database is ever dropped. A test's database is
//! dropped when the test is over, but kept after a failure. Kept databases end with a throw-away server; on your own
//! server, the next run drops those that are older than a day. [`database`] cannot know when its caller is done: on a
//! throw-away server, the database is dropped by the next test process after the caller's process has ended; on your
//! own server, after a day.

mod admin;
pub(crate) mod case;
mod database;
mod failure;
mod hash;
mod lease;
#[cfg(feature = "migrate")]
pub(crate) mod migrated;
mod names;
mod part;
mod server;
mod server_kind;
mod template;
#[cfg(unix)]
mod throw_away;
mod url;
mod variable;

#[cfg(doc)]
use orm_core::error::ErrorKind;
use orm_core::error::Result;

use crate::Database;

pub use self::{names::PREFIX, server::Server, variable::IDLE_SECONDS};

/// Returns the server for tests, which is found or started at the first call in a process.
///
/// # Errors
/// [`ErrorKind::Testing`] if there is none; the message says what was tried and how to get one.
///
/// ```
/// # use blog::*; async fn run() -> Result<()> {
/// let server = orm_pg::testing::server().await?;
/// println!("{}", server.url());
/// # Ok(()) }
/// ```
pub async fn server() -> Result<&'static Server> {
    server::get().await
}

/// Creates an empty database and connects to it. It stays until the process ends.
///
/// ```no_run
/// # use blog::*; async fn run() -> Result<()> {
/// let db = orm_pg::testing::database().await?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`ErrorKind::Testing`] if there is no server, or it refuses.
pub async fn database() -> Result<Database> {
    <Database as case::Handle>::open(&database_url().await?).await
}

/// Creates an empty database and returns its URL. It stays until the process ends.
///
/// # Errors
/// [`ErrorKind::Testing`] if there is no server, or it refuses.
///
/// ```
/// # use blog::*; async fn run() -> Result<()> {
/// let url = orm_pg::testing::database_url().await?;
/// let db = Database::connect(&url).await?;
/// # Ok(()) }
/// ```
pub async fn database_url() -> Result<String> {
    let server = server().await?;
    let database = template::create_database(server, &server.admin().await?, "plain", None).await?;
    let url = server.url_of(database.name());
    database.hold_until_exit();
    Ok(url)
}
