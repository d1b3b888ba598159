//! Transactions that give up a lock that is not granted in time, and are tried again.

use std::time::Duration;

use orm_core::{
    error::{Error, ErrorKind, Result},
    executor::Executor,
    value::Bind,
};
use tokio::time::sleep;

use super::{
    history::text,
    options::{Event, Options},
    statement::{query, run},
    unit::Piece,
};
use crate::pool::backoff::jitter;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How often the transactions of one migration were tried.
#[derive(Default)]
pub(super) struct Attempts {
    /// All of them.
    pub(super) total: u32,
    /// Those that a lock ended.
    pub(super) lock_timeouts: u32,
    /// Those of the present transaction.
    tried: u32,
}

impl Attempts {
    /// Counts an attempt.
    pub(super) fn begin(&mut self) {
        self.total += 1;
        self.tried += 1;
    }

    /// Says that the transaction was committed: the next one is another.
    pub(super) fn done(&mut self) {
        self.tried = 0;
    }

    /// Waits if `error`, after which the transaction was rolled back, came from a lock that was not granted in time.
    ///
    /// # Errors
    /// `error` otherwise, and after the last attempt.
    pub(super) async fn again(&mut self, error: Error, id: &str, options: &Options) -> Result<()> {
        if !is_lock(&error) {
            return Err(error);
        }
        self.lock_timeouts += 1;
        if self.tried >= options.attempts {
            let text = format!(
                "{id} got no lock in {} attempts of {} ms each, so nothing of it took effect: run it again when the \
                 transactions that hold its tables have ended",
                self.tried,
                options.lock_timeout.as_millis()
            );
            return Err(error.with_kind(ErrorKind::Migration, text).retryable());
        }
        let doublings = self.tried.saturating_sub(1).min(16);
        let pause = jitter((FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE));
        options.tell(&Event::LockTimeout { id: id.to_owned(), attempt: self.tried, pause });
        sleep(pause).await;
        Ok(())
    }
}

/// Whether a statement failed because a lock was not granted in time, or because it would have waited for ever.
pub(super) fn is_lock(error: &Error) -> bool {
    matches!(error.sql_state(), Some("55P03" | "40P01"))
}

/// Limits how long each statement of the transaction waits for a lock, and lets functions refer to what comes later in it.
pub(super) async fn limit_locks(tx: &impl Executor, options: &Options) -> Result<()> {
    let limit = format!("{}ms", options.lock_timeout.as_millis());
    query::<Vec<String>>(tx, include_str!("sql/set_lock_timeout.sql"), vec![text(&limit)]).await.map(drop)
}

/// Runs a statement in a transaction; `file` names it in errors. Returns how many rows it affected.
pub(super) async fn piece(tx: &impl Executor, file: &str, piece: &Piece) -> Result<u64> {
    if !piece.patient {
        return run(tx, &piece.sql).await.map_err(|error| at(file, piece, error));
    }
    let before = without_limits(tx, true).await?;
    let rows = run(tx, &piece.sql).await.map_err(|error| at(file, piece, error))?;
    restore_limits(tx, &before, true).await?;
    Ok(rows)
}

/// Lifts the limits of the session, or of the transaction if `local`, and returns them.
pub(super) async fn without_limits(on: &impl Executor, local: bool) -> Result<Vec<String>> {
    let before = query(on, include_str!("sql/timeouts.sql"), vec![]).await?.pop().unwrap_or_default();
    restore_limits(on, &["0".to_owned(), "0".to_owned()], local).await?;
    Ok(before)
}

/// Sets the limits to what [`without_limits`] has returned.
pub(super) async fn restore_limits(on: &impl Executor, limits: &[String], local: bool) -> Result<()> {
    let [lock, statement] = limits else { return Ok(()) };
    let binds = vec![text(lock), text(statement), Bind::new(local)];
    query::<Vec<String>>(on, include_str!("sql/set_timeouts.sql"), binds).await.map(drop)
}

/// Names the place in the file at which the server found an error.
pub(super) fn at(file: &str, piece: &Piece, error: Error) -> Error {
    // A lost connection stays what it is, so that callers see that they can try again.
    let Some(server) = error.server().filter(|_| error.kind() == ErrorKind::Server) else { return error };
    let before = server.position.and_then(|it| usize::try_from(it).ok()).unwrap_or(0).saturating_sub(1);
    let line = piece.line + piece.sql.chars().take(before).filter(|it| *it == '\n').count();
    // A message of class 22 quotes values.
    let message = if server.code.starts_with("22") { "the data do not allow it" } else { server.message.as_str() };
    let text = format!("{file}:{line}: {message}");
    error.with_kind(ErrorKind::Migration, text)
}
