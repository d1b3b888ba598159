//! The pool of connections behind a [`Database`](crate::Database): check out, check, close.

mod counted;

use std::{
    pin::pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bb8::{QueueStrategy, RunError};
use futures_util::future::{Either, select};
use orm_core::error::{Error, ErrorKind, Result};
use tokio::{
    runtime::Handle,
    time::{Instant, timeout, timeout_at},
};

use crate::{
    config::{Settings, Target},
    error::server_error,
    from_pool::Source,
    lease::Lease,
    manager::{Board, Manager, closed},
};

pub(crate) use self::counted::Opening;
use self::counted::Renewed;

/// A connection that was idle for longer is asked whether it is still there.
const LONG_IDLE: Duration = Duration::from_secs(30);

/// How long the answer to that may take.
const CHECK_LIMIT: Duration = Duration::from_secs(1);

/// While the pool is being closed, it is looked at so often: a connection that breaks elsewhere tells nobody.
const CLOSE_PAUSE: Duration = Duration::from_millis(50);

/// Where connections come from.
enum Connections {
    /// A pool of our own.
    Ours(Renewed),
    /// One that the application has already.
    Theirs(Box<dyn Source>),
}

/// The connections to one database.
pub(crate) struct Pool {
    connections: Connections,
    pub(crate) settings: Arc<Settings>,
    board: Arc<Board>,
}

/// How a pool is doing.
///
/// ```
/// # mod blog { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../orm-core/doc/blog.rs")); } use blog::*; fn run(db: &Database) {
/// let status = db.status();
/// println!("{} connections, {} idle", status.connections, status.idle);
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// How many connections are open, those being opened not counted.
    pub connections: u32,
    /// How many of them wait to be used.
    pub idle: u32,
    /// How many of them are in use, or being cleaned up after it.
    pub in_use: u32,
    /// How many there may be.
    pub max_connections: u32,
}

impl Pool {
    /// Opens one connection, and with it the pool.
    ///
    /// # Errors
    /// When the connection cannot be opened.
    pub(crate) async fn open(settings: Settings, targets: Vec<Target>) -> Result<Self> {
        let (settings, board) = (Arc::new(settings), Arc::default());
        let manager = Manager::new(Arc::clone(&settings), targets, Arc::clone(&board));
        let first = manager.connect_once().await?;
        let connections = Renewed::new(manager);
        // Were the pool full already, the connection is one too many and is closed.
        drop(connections.current().pool.add(first));
        Ok(Self { connections: Connections::Ours(connections), settings, board })
    }

    /// Takes connections from a pool that the application has already.
    pub(crate) fn theirs(source: Box<dyn Source>) -> Self {
        let (max_connections, acquire_timeout) = source.limits();
        let mut settings = Settings::default();
        (settings.max_connections, settings.acquire_timeout) = (max_connections, acquire_timeout);
        Self { connections: Connections::Theirs(source), settings: Arc::new(settings), board: Arc::default() }
    }

    /// Makes a pool that connects when it has to.
    ///
    /// # Errors
    /// Outside of a runtime.
    pub(crate) fn lazy(settings: Settings, targets: Vec<Target>) -> Result<Self> {
        if Handle::try_current().is_err() {
            return Err(Error::new(ErrorKind::Config, "a pool of connections needs a running tokio runtime"));
        }
        let (settings, board) = (Arc::new(settings), Arc::default());
        let manager = Manager::new(Arc::clone(&settings), targets, Arc::clone(&board));
        Ok(Self { connections: Connections::Ours(Renewed::new(manager)), settings, board })
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let state = match &self.connections {
            Connections::Ours(pool) => pool.current().pool.state(),
            Connections::Theirs(source) => source.state(),
        };
        PoolStatus {
            connections: state.connections,
            idle: state.idle_connections,
            in_use: state.connections.saturating_sub(state.idle_connections),
            max_connections: self.settings.max_connections,
        }
    }

    /// Refuses what is new, waits for what is under way, closes what is idle.
    pub(crate) async fn close(&self) {
        let Self { connections, settings, board } = self;
        board.closed.store(true, Ordering::Release);
        // Whoever waits for a connection is told.
        board.refusals.send_modify(|count| *count += 1);
        let drained = async {
            loop {
                let returned = board.returned.notified();
                let in_use = match connections {
                    Connections::Ours(_) => self.status().in_use,
                    // Those that the application uses by itself are none of ours.
                    Connections::Theirs(source) => source.lent(),
                };
                if in_use == 0 {
                    return;
                }
                drop(timeout(CLOSE_PAUSE, returned).await);
            }
        };
        drop(timeout(settings.acquire_timeout, drained).await);
        let Connections::Ours(connections) = connections else { return };
        while self.status().idle > 0 {
            match timeout(CLOSE_PAUSE, connections.current().pool.get_owned()).await {
                // A closed pool takes nothing back.
                Ok(Ok(pooled)) => drop(Lease::new(pooled, Arc::clone(board))),
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }

    /// Waits for a connection that is there. No round trip, but for one that was idle for long.
    pub(crate) async fn acquire(&self) -> Result<Lease> {
        let Self { settings, board, .. } = self;
        let started = Instant::now();
        let end = started + settings.acquire_timeout;
        loop {
            if board.is_closed() {
                return Err(closed());
            }
            let lease = match &self.connections {
                Connections::Ours(pool) => self.check_out(pool, started, end).await?,
                Connections::Theirs(source) if Instant::now() < end => self.borrow(&**source, started).await?,
                Connections::Theirs(_) => return Err(self.timed_out(started)),
            };
            if lease.is_broken() {
                continue;
            }
            if lease.touch(started.into_std()) > LONG_IDLE {
                let alive = timeout_at(end.min(Instant::now() + CHECK_LIMIT), lease.client().check_connection()).await;
                if !matches!(alive, Ok(Ok(()))) {
                    lease.set_broken(true);
                    continue;
                }
            }
            return Ok(lease);
        }
    }

    async fn borrow(&self, source: &dyn Source, started: Instant) -> Result<Lease> {
        match source.check_out().await {
            Ok(session) => Ok(Lease::theirs(session, Arc::clone(&self.board))),
            Err(RunError::User(error)) => {
                let failed = Error::new(ErrorKind::Connect, "the application's pool cannot connect");
                Err(match error.as_db_error() {
                    Some(server) => failed.with_server(server_error(server)),
                    None => failed.with_source(error),
                })
            }
            Err(RunError::TimedOut) => Err(self.timed_out(started)),
        }
    }

    async fn check_out(&self, connections: &Renewed, started: Instant, end: Instant) -> Result<Lease> {
        let board = &self.board;
        let mut refusals = board.refusals.subscribe();
        loop {
            let counted = connections.whole();
            let refused = async {
                // While there are connections, one of them may come back.
                while !board.is_closed() && !counted.is_short(board) {
                    if refusals.changed().await.is_err() {
                        std::future::pending::<()>().await;
                    }
                    if counted.pool.state().connections == 0 {
                        return;
                    }
                }
            };
            // The pool is asked first, so a connection that is there is taken in any case.
            let (got, refused) = (pin!(counted.pool.get_owned()), pin!(refused));
            return match timeout_at(end, select(got, refused)).await {
                Ok(Either::Left((Ok(pooled), _))) => Ok(Lease::new(pooled, Arc::clone(board))),
                Ok(Either::Left((Err(RunError::User(error)), _))) => Err(error),
                Ok(Either::Right(_)) if board.is_closed() => Err(closed()),
                Ok(Either::Right(_)) if counted.is_short(board) => continue,
                Ok(Either::Right(_)) => Err(board.last_failure().unwrap_or_else(closed)),
                Ok(Either::Left((Err(RunError::TimedOut), _))) | Err(_) => Err(self.timed_out(started)),
            };
        }
    }

    /// The error for a wait that took too long, with what is known of the cause.
    fn timed_out(&self, started: Instant) -> Error {
        let status = self.status();
        let failure = self.board.last_failure();
        match (status.connections, failure) {
            // Nobody holds a connection back: there is none to be had.
            (0, Some(failure)) => failure,
            (_, failure) => {
                let text = format!(
                    "no connection became free within {:.1?}: {} of at most {} are open, {} in use",
                    started.elapsed(),
                    status.connections,
                    status.max_connections,
                    status.in_use
                );
                let error = Error::new(ErrorKind::PoolTimeout, text);
                match failure {
                    Some(failure) => error.with_source(failure),
                    None => error,
                }
            }
        }
    }
}

fn connections(manager: Manager) -> bb8::Pool<Manager> {
    let settings = manager.settings();
    bb8::Pool::builder()
        .max_size(settings.max_connections)
        .min_idle(settings.min_idle)
        .max_lifetime(settings.max_lifetime)
        .idle_timeout(settings.idle_timeout)
        .connection_timeout(settings.acquire_timeout)
        // The manager tries again itself, for it knows when that is pointless.
        .retry_connection(false)
        .test_on_check_out(false)
        .queue_strategy(QueueStrategy::Lifo)
        .build_unchecked(manager)
}
