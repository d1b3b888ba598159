//! The pool of connections behind a [`Database`](crate::Database): check out, check, close.

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
    lease::Lease,
    manager::{Board, Manager, closed},
};

/// A connection that was idle for longer is asked whether it is still there.
const LONG_IDLE: Duration = Duration::from_secs(30);

/// How long the answer to that may take.
const CHECK_LIMIT: Duration = Duration::from_secs(1);

/// While the pool is being closed, it is looked at so often: a connection that breaks elsewhere tells nobody.
const CLOSE_PAUSE: Duration = Duration::from_millis(50);

/// The connections to one database.
pub(crate) struct Pool {
    connections: bb8::Pool<Manager>,
    pub(crate) settings: Arc<Settings>,
    board: Arc<Board>,
}

/// How a pool is doing.
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
        let connections = connections(&settings, manager);
        // Were the pool full already, the connection is one too many and is closed.
        drop(connections.add(first));
        Ok(Self { connections, settings, board })
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
        Ok(Self { connections: connections(&settings, manager), settings, board })
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let state = self.connections.state();
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
                if self.status().in_use == 0 {
                    return;
                }
                drop(timeout(CLOSE_PAUSE, returned).await);
            }
        };
        drop(timeout(settings.acquire_timeout, drained).await);
        while self.status().idle > 0 {
            match timeout(CLOSE_PAUSE, connections.get_owned()).await {
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
            let lease = self.check_out(started, end).await?;
            if lease.is_broken() {
                continue;
            }
            if lease.touch() > LONG_IDLE {
                let alive = timeout_at(end.min(Instant::now() + CHECK_LIMIT), lease.client().check_connection()).await;
                if !matches!(alive, Ok(Ok(()))) {
                    lease.set_broken(true);
                    continue;
                }
            }
            return Ok(lease);
        }
    }

    async fn check_out(&self, started: Instant, end: Instant) -> Result<Lease> {
        let Self { connections, board, .. } = self;
        let mut refusals = board.refusals.subscribe();
        let refused = async {
            while !board.is_closed() {
                if refusals.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
                // While there are connections, one of them may come back.
                if connections.state().connections == 0 {
                    return;
                }
            }
        };
        // The pool is asked first, so a connection that is there is taken in any case.
        let (got, refused) = (pin!(connections.get_owned()), pin!(refused));
        match timeout_at(end, select(got, refused)).await {
            Ok(Either::Left((Ok(pooled), _))) => Ok(Lease::new(pooled, Arc::clone(board))),
            Ok(Either::Left((Err(RunError::User(error)), _))) => Err(error),
            Ok(Either::Right(_)) if board.is_closed() => Err(closed()),
            Ok(Either::Right(_)) => Err(board.last_failure().unwrap_or_else(closed)),
            Ok(Either::Left((Err(RunError::TimedOut), _))) | Err(_) => Err(self.timed_out(started)),
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

fn connections(settings: &Settings, manager: Manager) -> bb8::Pool<Manager> {
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
