//! [`Session`]: one server connection, with the driver's client, its prepared statements, and the state that may have
//! been left behind on it.
//!
//! All flags mean "may have": the driver hides the transaction state that the server reports, so a flag is set before
//! the first byte is sent and cleared only by an answer.

pub(crate) mod all_or_none;
mod answer;
pub(crate) mod bind;
pub(crate) mod cache;
pub(crate) mod chunk;
mod command;
pub(crate) mod cursor;
pub(crate) mod deadline;
mod diagnosis;
pub(crate) mod driver_row;
pub(crate) mod invalidation;
mod limit;
mod permit;
mod prepare;
pub(crate) mod run;
pub(crate) mod trace;
pub(crate) mod write_access;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use orm_core::statement::Limit;
use tokio::{runtime::Handle, task::AbortHandle};
use tokio_postgres::Client;

pub(crate) use self::{answer::AwaitedAnswer, limit::DefaultLimit, permit::ConnectionPermit};
use self::{
    cache::{Cache, Generation},
    write_access::WriteAccess,
};
use crate::{
    connect::{config::CacheLimits, driver::DriverState, endpoint::Endpoint, wire::SocketCloser},
    lock::lock,
};

/// Who owns the driver's client.
enum Owner {
    /// This crate, with the task that drives it.
    Managed { client: Client, driver: AbortHandle, closer: Arc<SocketCloser> },
    /// A pool of the application.
    Application(Box<dyn ForeignConnection>),
}

/// A connection that was checked out of a pool of the application.
pub(crate) trait ForeignConnection: Send + Sync {
    fn client(&self) -> &Client;

    /// Asks the server to cancel the running statement, if that is possible.
    fn cancel(&self) -> BoxFuture<'_, ()>;

    /// Gives the connection back. If it is not clean, it is closed, so that the pool discards it.
    fn give_back(&mut self, clean: bool);
}

/// Prepares a statement that the driver does not know of. `DEALLOCATE ALL` removes it together with the driver's, which
/// its absence then shows.
const PREPARE_WITNESS: &str = "PREPARE orm_witness AS SELECT";

/// One server connection.
pub(crate) struct Session {
    owner: Owner,
    pub(crate) cache: Arc<Cache>,
    pub(crate) driver_state: Arc<DriverState>,
    /// Where the server is. Not known for a connection that the application has opened.
    pub(crate) endpoint: Option<Endpoint>,
    /// The runtime that cleans the connection up, even if it is dropped outside of a task.
    pub(crate) runtime: Handle,
    /// SQL that undoes what raw SQL may have left behind. Not used for a connection of the application.
    pub(crate) reset: Arc<str>,
    /// SQL to run again after a reset.
    pub(crate) on_connect: Arc<[String]>,
    /// Whether the connection is always reset, whatever ran on it.
    reset_always: bool,
    /// A statement that takes longer is logged as a warning.
    pub(crate) slow: Option<Duration>,
    /// The number of the last statement that was sent, and of the last one that was answered. Answers come in order.
    issued: AtomicU64,
    answered: AtomicU64,
    /// How many of the statements sent since then are commands that nobody waits for and that take no time.
    unwaited: AtomicU64,
    /// The number of the last statement that was sent when a future that waited for an answer was dropped.
    abandoned: AtomicU64,
    /// A transaction may be open.
    open: AtomicBool,
    /// Raw SQL may have left settings, locks, temporary tables or a transaction behind.
    tainted: AtomicBool,
    /// A function may have left the same behind, except a transaction.
    settings: AtomicBool,
    /// The user was given the driver's client, whose statements are not counted.
    escaped: AtomicBool,
    /// The connection must not be used again.
    broken: AtomicBool,
    /// The number of the last statement that was sent when the transaction met a conflict that a retry can resolve.
    /// Zero if it met none, or continued from a savepoint after it.
    conflict: AtomicU64,
    cursors: Mutex<Vec<bool>>,
    pub(crate) writes: WriteAccess,
    /// The limit of statements without their own limit.
    default_limit: Mutex<DefaultLimit>,
    /// Held while the running statement is being cancelled.
    cancelling: tokio::sync::Mutex<()>,
    /// Counts this connection among the connections that the pool may have open.
    permit: OnceLock<Arc<ConnectionPermit>>,
    last_used: Mutex<Instant>,
}

/// The parts of a new session.
pub(crate) struct SessionParts {
    pub(crate) client: Client,
    pub(crate) driver_state: Arc<DriverState>,
    pub(crate) endpoint: Endpoint,
    pub(crate) driver: AbortHandle,
    pub(crate) closer: Arc<SocketCloser>,
    pub(crate) reset: Arc<str>,
    pub(crate) on_connect: Arc<[String]>,
    pub(crate) reset_always: bool,
    pub(crate) statements: CacheLimits,
    /// That of the pool.
    pub(crate) generation: Arc<Generation>,
    pub(crate) slow: Option<Duration>,
    pub(crate) writes: WriteAccess,
}

impl Session {
    pub(crate) fn new(parts: SessionParts) -> Arc<Self> {
        let SessionParts { client, driver_state, endpoint, driver, closer, reset, on_connect, reset_always, .. } =
            parts;
        let SessionParts { statements, generation, slow, writes, .. } = parts;
        let (owner, cache) = (Owner::Managed { client, driver, closer }, Arc::new(Cache::new(statements, generation)));
        let mut session = Self::with(owner, cache, driver_state);
        (session.endpoint, session.slow) = (Some(endpoint), slow);
        (session.reset, session.on_connect, session.reset_always) = (reset, on_connect, reset_always);
        session.writes = writes;
        Arc::new(session)
    }

    /// A connection of a pool of the application, with the statements that were prepared on it earlier.
    pub(crate) fn foreign(connection: Box<dyn ForeignConnection>, cache: Arc<Cache>) -> Arc<Self> {
        Arc::new(Self::with(Owner::Application(connection), cache, DriverState::unobserved()))
    }

    fn with(owner: Owner, cache: Arc<Cache>, driver_state: Arc<DriverState>) -> Self {
        Self {
            owner,
            cache,
            driver_state,
            endpoint: None,
            runtime: Handle::current(),
            reset: Arc::default(),
            on_connect: Arc::default(),
            reset_always: false,
            slow: None,
            issued: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            unwaited: AtomicU64::new(0),
            abandoned: AtomicU64::new(0),
            open: AtomicBool::new(false),
            tainted: AtomicBool::new(false),
            settings: AtomicBool::new(false),
            escaped: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            conflict: AtomicU64::new(0),
            cursors: Mutex::new(Vec::new()),
            writes: WriteAccess::unknown(),
            default_limit: Mutex::default(),
            cancelling: tokio::sync::Mutex::new(()),
            permit: OnceLock::new(),
            last_used: Mutex::new(Instant::now()),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        match &self.owner {
            Owner::Managed { client, .. } => client,
            Owner::Application(connection) => connection.client(),
        }
    }

    /// Returns the connection if it belongs to a pool of the application. Only the application knows how it was set up.
    pub(crate) fn as_foreign(&self) -> Option<&dyn ForeignConnection> {
        match &self.owner {
            Owner::Managed { .. } => None,
            Owner::Application(connection) => Some(&**connection),
        }
    }

    /// Whether the connection has ended.
    pub(crate) fn is_dead(&self) -> bool {
        self.client().is_closed() || self.driver_state.is_closed()
    }

    /// Whether the pool must discard the connection.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire) || self.is_dead() || self.writes.are_outdated()
    }

    pub(crate) fn set_broken(&self, on: bool) {
        self.broken.store(on, Ordering::Release);
    }

    /// Keeps the pool's permit for this connection until it is closed.
    pub(crate) fn keep_permit(&self, permit: Arc<ConnectionPermit>) {
        if let Err(permit) = self.permit.set(permit) {
            permit.release();
        }
    }

    /// Closes the connection at once, even if others still use it, and lets the pool open another one in its place.
    pub(crate) fn end(&self) {
        self.set_broken(true);
        if let Owner::Managed { driver, closer, .. } = &self.owner {
            driver.abort();
            closer.close();
        }
        if let Some(permit) = self.permit.get() {
            permit.release();
        }
    }

    /// Whether a transaction may be open.
    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    pub(crate) fn set_open(&self, on: bool) {
        if !on {
            self.writes.set_read_only(false);
        }
        self.open.store(on, Ordering::Release);
    }

    /// Whether raw SQL may have left state behind, which includes a transaction that it began.
    pub(crate) fn ran_raw(&self) -> bool {
        self.tainted.load(Ordering::Acquire)
    }

    /// Whether anything may be left behind besides a transaction that this crate began.
    pub(crate) fn is_tainted(&self) -> bool {
        self.ran_raw() || self.settings.load(Ordering::Acquire) || self.lock_cursors().contains(&true)
    }

    /// Notes that state may be left behind from now on.
    pub(crate) fn taint(&self) {
        self.tainted.store(true, Ordering::Release);
    }

    /// Notes that settings, locks or temporary tables may be left behind, but no transaction.
    pub(crate) fn taint_settings(&self) {
        self.settings.store(true, Ordering::Release);
    }

    /// Notes that statements may be sent that are not counted. The first time, it also prepares a statement, whose
    /// absence later shows that prepared statements were deallocated.
    pub(crate) fn escape(self: &Arc<Self>) {
        let first = !self.escaped.swap(true, Ordering::AcqRel);
        self.writes.set_by_hand(true);
        match self.owner {
            Owner::Managed { .. } => {
                self.taint();
                if first {
                    self.send_unwaited(PREPARE_WITNESS);
                }
            }
            // The application may keep settings on the connections of its pool.
            Owner::Application(_) => self.set_open(true),
        }
    }

    /// Whether the driver's client was given to the user.
    pub(crate) fn is_escaped(&self) -> bool {
        self.escaped.load(Ordering::Acquire)
    }

    /// Whether the transaction has failed because of a conflict with another one.
    pub(crate) fn has_conflict(&self) -> bool {
        self.conflict.load(Ordering::Acquire) != 0
    }

    pub(crate) fn forget_conflict(&self) {
        self.conflict.store(0, Ordering::Release);
    }

    /// Notes that the transaction, if one is open, has to be run again.
    pub(crate) fn note_conflict(&self) {
        self.conflict.store(self.issued.load(Ordering::Acquire).max(1), Ordering::Release);
    }

    /// Whether a statement that nobody waits for may still be running.
    pub(crate) fn is_running(&self) -> bool {
        let abandoned = self.abandoned.load(Ordering::Acquire);
        self.is_escaped() || (abandoned != 0 && self.answered.load(Ordering::Acquire) <= abandoned)
    }

    /// Whether the connection has to be reset before others get it.
    pub(crate) fn needs_reset(&self) -> bool {
        self.reset_always || self.is_tainted()
    }

    /// Whether the connection can go back to the pool unchanged.
    pub(crate) fn is_clean(&self) -> bool {
        !self.is_open() && !self.needs_reset() && !self.is_running()
    }

    /// Notes that the connection was reset and that the server has confirmed it.
    pub(crate) fn mark_clean(&self) {
        self.set_open(false);
        self.tainted.store(false, Ordering::Release);
        self.settings.store(false, Ordering::Release);
        self.writes.set_by_hand(false);
        self.escaped.store(false, Ordering::Release);
        self.abandoned.store(0, Ordering::Release);
        // Commands that nobody waited for were answered before the last command of the cleaning.
        self.answered.fetch_max(self.issued.load(Ordering::Acquire), Ordering::AcqRel);
        self.unwaited.store(0, Ordering::Release);
        self.lock_cursors().clear();
    }

    /// Notes that the connection is used at `now`, and returns the time since its last use.
    pub(crate) fn touch(&self, now: Instant) -> Duration {
        let mut last = lock(&self.last_used);
        let before = now.saturating_duration_since(*last);
        *last = now;
        before
    }

    /// Sets the limit of statements without their own limit, and returns the limit before.
    pub(crate) fn set_default_limit(&self, default_limit: DefaultLimit) -> DefaultLimit {
        std::mem::replace(&mut *lock(&self.default_limit), default_limit)
    }

    /// Returns the limit of a statement that begins now: its `own` one, or else the default.
    pub(crate) fn limit(&self, own: Option<Limit>) -> Option<Limit> {
        own.or_else(|| match *lock(&self.default_limit) {
            DefaultLimit::Unlimited => None,
            DefaultLimit::PerStatement(each) => Some(Limit::begin(each)),
            DefaultLimit::Shared(limit) => Some(limit),
        })
    }

    /// Takes the lowest free number for a cursor. Low numbers are used again, so few different statements are ever
    /// prepared.
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

    /// Frees the number of a cursor for which CLOSE was sent.
    pub(crate) fn free_cursor(&self, number: usize) {
        if let Some(it) = self.lock_cursors().get_mut(number) {
            *it = false;
        }
    }

    fn lock_cursors(&self) -> MutexGuard<'_, Vec<bool>> {
        lock(&self.cursors)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let (broken, clean) = (self.is_broken(), self.is_clean());
        match &mut self.owner {
            // The driver ends only after the last answer, which a broken connection may never get.
            Owner::Managed { driver, .. } if broken => driver.abort(),
            Owner::Managed { .. } => {}
            Owner::Application(connection) => {
                // The pool may open another connection in its place, which takes a runtime.
                let _inside = Handle::try_current().is_err().then(|| self.runtime.enter());
                connection.give_back(clean && !broken);
            }
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("peer", &self.endpoint).field("clean", &self.is_clean()).finish_non_exhaustive()
    }
}
