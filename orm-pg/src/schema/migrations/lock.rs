//! The lock that one migrator at a time holds: an advisory lock of its session.

use std::time::{Duration, Instant};

use orm_core::{
    error::{Error, ErrorKind, Result},
    executor::Executor,
};
use tokio::time::sleep;

use super::{
    options::{Event, Options},
    statement::is_true,
};
use crate::{Connection, Database, pool::backoff::jitter};

const TRY: &str = include_str!("sql/try_lock.sql");
const UNLOCK: &str = include_str!("sql/unlock.sql");
const HOLDS: &str = include_str!("sql/holds_lock.sql");

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Takes the lock, asking again and again. Returns how often it asked.
///
/// A blocking `pg_advisory_lock` would hold a snapshot while it waits, for which `CREATE INDEX CONCURRENTLY` of the migrator
/// that has the lock would wait in turn.
pub(super) async fn acquire(connection: &Connection, options: &Options) -> Result<u64> {
    let began = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut polls = 0;
    loop {
        polls += 1;
        if is_true(connection, TRY, vec![]).await? {
            return Ok(polls);
        }
        if polls == 1 {
            options.tell(&Event::Waiting);
        }
        if options.wait.is_some_and(|limit| began.elapsed() >= limit) {
            let text = "another migrator holds the lock: wait until it is done, or raise `wait`";
            return Err(Error::new(ErrorKind::Migration, text));
        }
        sleep(jitter(pause)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Gives the lock back.
pub(super) async fn release(connection: &Connection) -> Result<()> {
    if is_true(connection, UNLOCK, vec![]).await? { Ok(()) } else { Err(lost()) }
}

/// Refuses to go on if the session that runs the statements does not have the lock.
pub(super) async fn check_held(on: &impl Executor) -> Result<()> {
    if is_true(on, HOLDS, vec![]).await? { Ok(()) } else { Err(lost()) }
}

/// Refuses a pooler that gives each transaction another session of the server: there, another client that asks for the lock
/// gets it as well, since it is given the session that has it. `holder` is the connection that took the lock.
pub(super) async fn refuse_pooler(db: &Database, holder: &Connection) -> Result<()> {
    let Some(builder) = db.builder_of_same_server() else { return Ok(()) };
    let other = match builder.max_connections(1).connect().await {
        Ok(other) => other,
        Err(error) => {
            // Each transaction checks the lock as well.
            tracing::debug!(target: "orm_pg::migrations", "no second connection to try the lock: {error}");
            return Ok(());
        }
    };
    let shared = other
        .transaction(async |tx| {
            let shared = is_true(&*tx, TRY, vec![]).await?;
            // In a transaction a pooler keeps the session. It would keep the lock for ever: give back both.
            for _ in 0..if shared { 2 } else { 0 } {
                let _released = is_true(&*tx, UNLOCK, vec![]).await?;
            }
            Ok::<_, Error>(shared)
        })
        .await;
    other.close().await;
    if !shared? {
        return Ok(());
    }
    // A session that has ended has given its lock back, too; then this statement says that the connection is lost.
    check_held(holder).await?;
    Err(lost())
}

fn lost() -> Error {
    let text = "the lock of the migrations was lost: they need one session of the server, so connect to PostgreSQL directly \
                or through a pooler with `pool_mode = session`, and start again";
    Error::new(ErrorKind::Migration, text)
}
