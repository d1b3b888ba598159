//! PostgreSQL for tests: a server that is found or started, and databases of their own (feature `testing`).
//!
//! # Which server
//! The first of these that there is:
//! 1. The one that `ORM_PG_TEST_URL` names, or else `DATABASE_URL`. Its role must be allowed to create databases. Where
//!    the variable is set but the server is unusable, that is an error: no other server is taken in its place.
//! 2. A throw-away server from the PostgreSQL installed on this machine: `pg_config` (or `PG_CONFIG`), `initdb` in
//!    `PATH`, then the directories that packages install to, newest version first. It listens on a socket only, and as
//!    root it is started as `postgres` or `nobody`.
//!
//! A missing server is a failure, never a skipped test.
//!
//! # How long it lives
//! All test processes of a target directory share one throw-away server, also when `cargo nextest` runs a process a
//! test. The first one starts it (about a second); when no test process has been there for [`IDLE_SECONDS`], a small
//! shell script that watches over it ends it and removes its directory, also after a `SIGKILL`. It needs `flock` or
//! `perl`, one of which every supported system has. `ORM_PG_TEST_IDLE_SECONDS` sets another time,
//! `ORM_PG_TEST_DIR` another directory than one in `TMPDIR`; it is made, and removed at the end.
//!
//! # Which databases
//! Every name starts with [`PREFIX`], and nothing else is ever dropped. A test's database is dropped when the test is
//! over; it stays after a failure. What stays is gone with a throw-away server; on a server of yours, the next run drops
//! what is older than a day. [`database`] cannot know when its caller is done: on a throw-away server the database is
//! dropped by the next test process after the caller's has ended, on a server of yours after a day.

mod admin;
#[cfg(unix)]
mod binaries;
pub(crate) mod case;
#[cfg(unix)]
mod directory;
mod handle;
mod hash;
mod lease;
#[cfg(unix)]
mod local;
mod names;
mod server;
mod template;
mod url;

use orm_core::error::{Error, ErrorKind, Result};

use crate::Database;

pub use self::{names::PREFIX, server::Server};

/// How many seconds a throw-away server stays after the last test process, unless `ORM_PG_TEST_IDLE_SECONDS` says so.
pub const IDLE_SECONDS: u32 = 20;

/// Sets another time than [`IDLE_SECONDS`].
const IDLE_VARIABLE: &str = "ORM_PG_TEST_IDLE_SECONDS";

/// Returns the server for tests, which is found or started on the first call of a process.
///
/// # Errors
/// [`ErrorKind::Testing`] where there is none, saying what was tried and how to get one.
pub async fn server() -> Result<&'static Server> {
    server::get().await
}

/// Makes an empty database and connects to it. It stays for the life of the process.
///
/// ```no_run
/// # async fn run() -> orm_pg::Result<()> {
/// let db = orm_pg::testing::database().await?;
/// # Ok(())
/// # }
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
pub async fn database_url() -> Result<String> {
    let server = server().await?;
    let database = template::create_database(server, &server.admin().await?, "plain", None).await?;
    let url = server.url_of(database.name());
    database.hold_until_exit();
    Ok(url)
}

fn failed(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Testing, text.into())
}
