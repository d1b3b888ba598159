//! The shared inside of one server connection: the driver's client, its prepared statements, and what it may have
//! been left with.
//!
//! All flags say "may have": the driver hides the transaction state that the server reports, so they are set before
//! the first byte is sent and cleared only by an answer.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use orm_core::error::Error;
use tokio::{runtime::Handle, task::AbortHandle};
use tokio_postgres::Client;

use crate::{
    cache::Cache,
    cancel::Peer,
    driver::Fate,
    error::{Cause, Failure, cause_of, from_driver, lost},
};

/// One server connection.
pub(crate) struct Session {
    client: Client,
    pub(crate) cache: Cache,
    pub(crate) fate: Arc<Fate>,
    pub(crate) peer: Peer,
    /// Lets a connection be cleaned up even when it is dropped outside of a task.
    pub(crate) runtime: Handle,
    driver: AbortHandle,
    /// SQL to run again after a reset.
    pub(crate) on_connect: Arc<[String]>,
    /// From how long on a statement is worth a warning.
    pub(crate) slow: Option<std::time::Duration>,
    /// How many statements were sent, and the last of them that was answered. Answers come in order.
    issued: AtomicU64,
    answered: AtomicU64,
    /// The last statement sent when a future was dropped that still waited for its answer.
    abandoned: AtomicU64,
    /// A transaction may be open.
    open: AtomicBool,
    /// Raw SQL may have left settings, locks or temporary tables.
    tainted: AtomicBool,
    /// The user had the driver's client, whose statements are not counted.
    escaped: AtomicBool,
    /// Never to be used again.
    broken: AtomicBool,
    /// The transaction ran into a conflict that goes away when it is run again.
    conflict: AtomicBool,
    cursors: Mutex<Vec<bool>>,
    last_used: Mutex<std::time::Instant>,
}

/// What a session needs to begin with.
pub(crate) struct Parts {
    pub(crate) client: Client,
    pub(crate) fate: Arc<Fate>,
    pub(crate) peer: Peer,
    pub(crate) driver: AbortHandle,
    pub(crate) on_connect: Arc<[String]>,
    pub(crate) statements: usize,
    pub(crate) slow: Option<std::time::Duration>,
}

impl Session {
    pub(crate) fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            client: parts.client,
            cache: Cache::new(parts.statements),
            fate: parts.fate,
            peer: parts.peer,
            runtime: Handle::current(),
            driver: parts.driver,
            on_connect: parts.on_connect,
            slow: parts.slow,
            issued: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            abandoned: AtomicU64::new(0),
            open: AtomicBool::new(false),
            tainted: AtomicBool::new(false),
            escaped: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            conflict: AtomicBool::new(false),
            cursors: Mutex::new(Vec::new()),
            last_used: Mutex::new(std::time::Instant::now()),
        })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Whether the connection has ended.
    pub(crate) fn is_dead(&self) -> bool {
        self.client.is_closed() || self.fate.is_over()
    }

    /// Whether the pool must throw the connection away.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire) || self.is_dead()
    }

    pub(crate) fn set_broken(&self, on: bool) {
        self.broken.store(on, Ordering::Release);
    }

    /// Whether a transaction may be open.
    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    pub(crate) fn set_open(&self, on: bool) {
        self.open.store(on, Ordering::Release);
    }

    /// Whether raw SQL may have left state behind, a transaction of its own among it.
    pub(crate) fn ran_raw(&self) -> bool {
        self.tainted.load(Ordering::Acquire)
    }

    /// Whether anything may be left behind but a transaction of ours.
    pub(crate) fn is_tainted(&self) -> bool {
        self.ran_raw() || self.lock_cursors().contains(&true)
    }

    /// Says that state may be left behind from now on.
    pub(crate) fn taint(&self) {
        self.tainted.store(true, Ordering::Release);
    }

    /// Says that statements may be sent that nobody counts.
    pub(crate) fn escape(&self) {
        self.taint();
        self.escaped.store(true, Ordering::Release);
    }

    pub(crate) fn has_conflict(&self) -> bool {
        self.conflict.load(Ordering::Acquire)
    }

    pub(crate) fn set_conflict(&self, on: bool) {
        self.conflict.store(on, Ordering::Release);
    }

    /// Whether a statement may still be running that nobody waits for.
    pub(crate) fn is_running(&self) -> bool {
        let abandoned = self.abandoned.load(Ordering::Acquire);
        self.escaped.load(Ordering::Acquire) || (abandoned != 0 && self.answered.load(Ordering::Acquire) <= abandoned)
    }

    /// Whether the connection can go back as it is.
    pub(crate) fn is_clean(&self) -> bool {
        !self.is_open() && !self.is_tainted() && !self.is_running()
    }

    /// Says that the connection was reset and answered.
    pub(crate) fn mark_clean(&self) {
        self.set_open(false);
        self.tainted.store(false, Ordering::Release);
        self.escaped.store(false, Ordering::Release);
        self.abandoned.store(0, Ordering::Release);
        self.lock_cursors().clear();
    }

    /// Notes that the connection was in use just now, and returns how long ago that was before.
    pub(crate) fn touch(&self) -> std::time::Duration {
        let mut last = self.last_used.lock().unwrap_or_else(PoisonError::into_inner);
        let now = std::time::Instant::now();
        let before = now.saturating_duration_since(*last);
        *last = now;
        before
    }

    /// Runs SQL without binds and without rows: one round trip.
    pub(crate) async fn command(self: &Arc<Self>, sql: &str) -> Result<(), Failure> {
        if self.is_dead() {
            return Err(self.unsent());
        }
        let waiting = Waiting::new(self);
        let result = self.client.batch_execute(sql).await;
        waiting.done();
        match result {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failed(error).await),
        }
    }

    /// The failure of a statement that was not sent, because the connection is gone.
    pub(crate) fn unsent(&self) -> Failure {
        Failure { error: self.fate.error(), cause: Cause::Unsent }
    }

    /// Says what an error of the driver means, and why the connection was lost if it was.
    pub(crate) async fn failed(&self, error: tokio_postgres::Error) -> Failure {
        let failure = self.noticed(error);
        match failure.cause {
            Cause::Lost => Failure { error: self.fate.explain(failure.error).await, ..failure },
            _ => failure,
        }
    }

    /// As [`failed`](Self::failed), without waiting for the reason.
    pub(crate) fn failed_now(&self, error: tokio_postgres::Error) -> Failure {
        let failure = self.noticed(error);
        Failure { error: self.fate.explain_now(failure.error), ..failure }
    }

    fn noticed(&self, error: tokio_postgres::Error) -> Failure {
        let cause = cause_of(&error);
        if cause == Cause::Lost {
            self.set_broken(true);
            if let Some(words) = error.as_db_error() {
                self.fate.last_words(words);
            }
        }
        let error = from_driver(error);
        if error.is_retryable() && cause == Cause::Server {
            self.set_conflict(true);
        }
        Failure { error, cause }
    }

    /// The failure of a statement that could not be prepared: it was not sent itself.
    pub(crate) async fn not_prepared(&self, error: &tokio_postgres::Error) -> Failure {
        let cause = cause_of(error);
        match (cause, error.as_db_error()) {
            (Cause::Lost, words) => {
                self.set_broken(true);
                if let Some(words) = words {
                    self.fate.last_words(words);
                }
                Failure { error: self.fate.explain(lost()).await, cause: Cause::Unsent }
            }
            (cause, Some(server)) => {
                let error = Error::from_server(crate::error::server_error(server));
                if error.is_retryable() {
                    self.set_conflict(true);
                }
                Failure { error, cause }
            }
            (_, None) => Failure::refused(Error::new(
                orm_core::error::ErrorKind::InvalidStatement,
                "the statement cannot be sent",
            )),
        }
    }

    /// Takes the lowest free number for a cursor, so that few different names are ever prepared.
    pub(crate) fn take_cursor(&self) -> usize {
        let mut cursors = self.lock_cursors();
        match cursors.iter().position(|taken| !taken) {
            Some(free) => {
                if let Some(it) = cursors.get_mut(free) {
                    *it = true;
                }
                free
            }
            None => {
                cursors.push(true);
                cursors.len() - 1
            }
        }
    }

    /// Gives the number of a cursor back whose closing is on its way.
    pub(crate) fn free_cursor(&self, number: usize) {
        if let Some(it) = self.lock_cursors().get_mut(number) {
            *it = false;
        }
    }

    fn lock_cursors(&self) -> MutexGuard<'_, Vec<bool>> {
        self.cursors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The driver says good-bye only after the last answer; a broken connection may never get it.
        if self.is_broken() {
            self.driver.abort();
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("peer", &self.peer).field("clean", &self.is_clean()).finish_non_exhaustive()
    }
}

/// A statement whose answer somebody waits for. Dropped before [`done`](Self::done), it is taken for running still.
pub(crate) struct Waiting {
    session: Arc<Session>,
    number: u64,
    done: bool,
}

impl Waiting {
    /// Counts a statement that is about to be sent.
    pub(crate) fn new(session: &Arc<Session>) -> Self {
        let number = session.issued.fetch_add(1, Ordering::AcqRel) + 1;
        Self { session: Arc::clone(session), number, done: false }
    }

    /// Says that the answer came to its end.
    pub(crate) fn done(mut self) {
        self.finish();
    }

    /// As [`done`](Self::done), for one that is kept.
    pub(crate) fn finish(&mut self) {
        self.done = true;
        self.session.answered.fetch_max(self.number, Ordering::AcqRel);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.done {
            // Whatever is sent after now is answered after the statement that is given up here.
            let last = self.session.issued.load(Ordering::Acquire);
            self.session.abandoned.fetch_max(last, Ordering::AcqRel);
        }
    }
}
