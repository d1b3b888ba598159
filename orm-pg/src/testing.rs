//! PostgreSQL for tests: a server that is found or started, and databases of their own (feature `testing`).
//!
//! # Which server
//! The first of these that there is:
//! 1. The one that `ORM_PG_TEST_URL` names, or else `DATABASE_URL`. Its role must be allowed to create databases. Where
//!    the variable is set but the server is unusable, that is an error: no other server is taken in its place.
//! 2. A container, where `docker` or `podman` is in `PATH` and answers within 2 seconds (`ORM_PG_TEST_DOCKER` names another
//!    command). The image is `postgres:17`, or what `ORM_PG_TEST_IMAGE` names; where it is not there yet it is pulled, for
//!    at most 2 minutes, and a registry that says nothing for 5 seconds is given up. Its data is in memory, its port on
//!    `127.0.0.1` is a free one, its password is made up.
//! 3. A throw-away server from the PostgreSQL installed on this machine: `pg_config` (or `PG_CONFIG`), `initdb` in
//!    `PATH`, then the directories that packages install to, newest version first. It listens on a socket only, and as
//!    root it is started as `postgres` or `nobody`.
//!
//! Where an engine is there but no container comes of it, one line of the tests' standard error says why. A missing
//! server is a failure, never a skipped test. `ORM_PG_TEST_SERVER=docker` or `=local` takes that way alone, whatever
//! `DATABASE_URL` says; what is missing for it is an error.
//!
//! # How long it lives
//! All test processes of a target directory share one throw-away server, also when `cargo nextest` runs a process a
//! test. The first one starts it (a second or two); when no test process has been there for [`IDLE_SECONDS`], a small
//! shell script that watches over it ends it and removes its directory or container, also after a `SIGKILL`. It needs
//! `flock` or `perl`, one of which every supported system has. `ORM_PG_TEST_IDLE_SECONDS` sets another time,
//! `ORM_PG_TEST_DIR` another directory than one in `TMPDIR`; it is made, and removed at the end. Processes whose
//! `ORM_PG_TEST_SERVER`, `_IMAGE`, `_DOCKER` or `PG_CONFIG` differ have different servers.
//!
//! # Which databases
//! Every name starts with [`PREFIX`], and nothing else is ever dropped. A test's database is dropped when the test is
//! over; it stays after a failure. What stays is gone with a throw-away server; on a server of yours, the next run drops
//! what is older than a day. [`database`] cannot know when its caller is done: on a throw-away server the database is
//! dropped by the next test process after the caller's has ended, on a server of yours after a day.

mod admin;
pub(crate) mod case;
mod database;
mod failure;
mod hash;
mod lease;
mod names;
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

/// Returns the server for tests, which is found or started on the first call of a process.
///
/// # Errors
/// [`ErrorKind::Testing`] where there is none, saying what was tried and how to get one.
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

/// Makes an empty database and connects to it. It stays for the life of the process.
///
/// ```no_run
/// # use blog::*; async fn run() -> Result<()> {
/// let db = orm_pg::testing::database().await?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`ErrorKind::Testing`] when there is no server, or it refuses.
pub async fn database() -> Result<Database> {
    <Database as case::Handle>::open(&database_url().await?).await
}

/// Makes an empty database and returns its URL. It stays for the life of the process.
///
/// # Errors
/// [`ErrorKind::Testing`] when there is no server, or it refuses.
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
