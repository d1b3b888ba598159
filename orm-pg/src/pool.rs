//! [`Pool`]: the connections behind a [`Database`](crate::Database), and how they are checked out.
//!
//! A caller first waits for a turn. There are as many turns as there may be connections, and they are given out in the
//! order of the requests. A caller with a turn finds an idle connection, or may open one.

pub(crate) mod backoff;
mod capacity;
mod checkout;
mod cleaning;
pub(crate) mod lease;
mod manager;
mod runtime_pool;
mod source;
mod state;

use std::{
    pin::pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bb8::RunError;
use futures_util::{
    FutureExt,
    future::{Either, select},
};
use orm_core::error::{Error, ErrorKind, Result};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError},
    time::{Instant, timeout, timeout_at},
};

use crate::{
    connect::{
        config::{Settings, Target},
        runtime::here,
    },
    error::server_error,
    session::deadline::end_of,
};

use self::{
    checkout::Caller,
    lease::Lease,
    manager::Manager,
    runtime_pool::RuntimePools,
    state::{PoolState, closed},
};
pub(crate) use self::{checkout::Purpose, source::Source};

/// A connection that was idle for longer is checked before it is used.
const LONG_IDLE: Duration = Duration::from_secs(30);

/// How long that check may take.
const CHECK_LIMIT: Duration = Duration::from_secs(1);

/// How often the number of used connections is checked while the pool is being closed: no event reports a connection
/// that breaks elsewhere.
const CLOSE_PAUSE: Duration = Duration::from_millis(50);

/// Where connections come from.
enum Connections {
    /// Pools of this crate, one for each runtime.
    Managed(Arc<RuntimePools>),
    /// A pool of the application.
    Application(Box<dyn Source>),
}

/// The connections to one database.
pub(crate) struct Pool {
    connections: Connections,
    /// Each user of a connection holds one. The semaphore is fair, while bb8 gives a returned connection to whichever
    /// caller asks next.
    turns: Arc<Semaphore>,
    pub(crate) settings: Arc<Settings>,
    state: Arc<PoolState>,
}

/// The number of connections of a pool, from [`Database::status`](crate::Database::status).
///
/// ```
/// # use blog::*; fn run(db: Database) {
/// let status = db.status();
/// println!("{} connections, {} idle", status.connections, status.idle);
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// How many connections are open, without those that are being opened.
    pub connections: u32,
    /// How many of them are idle.
    pub idle: u32,
    /// How many of them are in use, or being cleaned up after use.
    pub in_use: u32,
    /// How many connections may be open at once.
    pub max_connections: u32,
}

impl Pool {
    fn new(connections: Connections, settings: Arc<Settings>, state: Arc<PoolState>) -> Self {
        let turns = usize::try_from(settings.max_connections).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self { connections, turns: Arc::new(Semaphore::new(turns)), settings, state }
    }

    /// Opens the pool with one connection.
    ///
    /// # Errors
    /// When the connection cannot be opened.
    pub(crate) async fn open(settings: Settings, targets: Vec<Target>) -> Result<Self> {
        let pool = Self::lazy(settings, targets);
        if let Connections::Managed(pools) = &pool.connections {
            let first = pools.manager().at(here()?).connect_first().await?;
            // If the pool is full already, the connection is closed.
            drop(pools.here()?.connections.add(first));
        }
        Ok(pool)
    }

    /// Makes a pool that takes its connections from a pool of the application.
    pub(crate) fn foreign(source: Box<dyn Source>) -> Self {
        let (max_connections, acquire_timeout) = source.limits();
        let mut settings = Settings::default();
        (settings.max_connections, settings.acquire_timeout) = (max_connections, acquire_timeout);
        Self::new(Connections::Application(source), Arc::new(settings), Arc::default())
    }

    /// Makes a pool that opens connections when they are needed.
    pub(crate) fn lazy(settings: Settings, targets: Vec<Target>) -> Self {
        let (settings, state) = (Arc::new(settings), Arc::default());
        let pools = RuntimePools::new(Manager::new(Arc::clone(&settings), targets, Arc::clone(&state)));
        Self::new(Connections::Managed(pools), settings, state)
    }

    /// Returns whether the connections come from a pool of the application.
    #[cfg(feature = "migrate")]
    pub(crate) fn is_foreign(&self) -> bool {
        matches!(self.connections, Connections::Application(_))
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let (mut connections, mut idle) = (0, 0);
        let mut add = |state: bb8::State| {
            connections += state.connections;
            idle += state.idle_connections;
        };
        match &self.connections {
            Connections::Managed(pools) => pools.all().iter().for_each(|it| add(it.connections.state())),
            Connections::Application(source) => add(source.state()),
        }
        PoolStatus {
            connections,
            idle,
            in_use: connections.saturating_sub(idle),
            max_connections: self.settings.max_connections,
        }
    }

    /// Refuses new callers, waits for connections in use until `close_timeout`, and closes idle ones.
    pub(crate) async fn close(&self) {
        let Self { connections, settings, state, turns } = self;
        state.closed.store(true, Ordering::Release);
        // Callers that wait for a connection get an error.
        turns.close();
        state.wake_waiters();
        let drained = async {
            loop {
                let returned = state.returned.notified();
                let in_use = match connections {
                    Connections::Managed(_) => self.status().in_use,
                    // Only those that this handle has checked out count.
                    Connections::Application(source) => source.lent(),
                };
                if in_use == 0 {
                    return;
                }
                drop(timeout(CLOSE_PAUSE, returned).await);
            }
        };
        drop(timeout(settings.close_timeout, drained).await);
        if let Connections::Managed(pools) = connections {
            pools.close_all_idle();
        }
    }

    /// Waits for a usable connection. No round trip, except the check of one that was idle for long.
    ///
    /// # Errors
    /// When none becomes free before `until` or the pool's own limit, or none can be opened.
    pub(crate) async fn acquire(&self, purpose: Purpose, until: Option<Instant>) -> Result<Lease> {
        let Self { settings, state, .. } = self;
        let waiter = Waiter { started: Instant::now(), spot: Caller::here(here()?) };
        let own = end_of(settings.acquire_timeout);
        let end = until.map_or(own, |it| it.min(own));
        let mut turn = Some(self.turn(&waiter, end).await?);
        loop {
            if state.is_closed() {
                return Err(closed());
            }
            let mut lease = match &self.connections {
                Connections::Managed(pools) => self.check_out(pools, &waiter, end).await?,
                Connections::Application(source) => match timeout_at(end, self.borrow(&**source, &waiter)).await {
                    Ok(lease) => lease?,
                    Err(_) => return Err(self.timed_out(&waiter)),
                },
            };
            if lease.is_broken() {
                continue;
            }
            if lease.touch(waiter.started.into_std()) > LONG_IDLE {
                let alive = timeout_at(end.min(Instant::now() + CHECK_LIMIT), lease.client().check_connection()).await;
                if !matches!(alive, Ok(Ok(()))) {
                    lease.set_broken(true);
                    continue;
                }
            }
            lease.keep(turn.take(), state.check_outs.add(purpose, waiter.spot));
            return Ok(lease);
        }
    }

    /// Waits in line for a turn.
    async fn turn(&self, waiter: &Waiter, end: Instant) -> Result<OwnedSemaphorePermit> {
        match Arc::clone(&self.turns).try_acquire_owned() {
            Ok(turn) => Ok(turn),
            Err(TryAcquireError::Closed) => Err(closed()),
            // On the heap, so that callers that do not wait need no space for it.
            Err(TryAcquireError::NoPermits) => Box::pin(self.turn_in_line(waiter, end)).await,
        }
    }

    async fn turn_in_line(&self, waiter: &Waiter, end: Instant) -> Result<OwnedSemaphorePermit> {
        let turn = pin!(Arc::clone(&self.turns).acquire_owned());
        let got = match &self.connections {
            Connections::Managed(pools) => {
                let room = pin!(pools.make_room(pools.here()?.id));
                timeout_at(end, async {
                    match select(turn, room).await {
                        Either::Left((turn, _)) => turn,
                        Either::Right((never, _)) => match never {},
                    }
                })
                .await
            }
            Connections::Application(_) => timeout_at(end, turn).await,
        };
        match got {
            Ok(turn) => turn.map_err(|_| closed()),
            Err(_) => Err(self.timed_out(waiter)),
        }
    }

    async fn borrow(&self, source: &dyn Source, waiter: &Waiter) -> Result<Lease> {
        match source.check_out().await {
            Ok(session) => Ok(Lease::foreign(session, Arc::clone(&self.state))),
            Err(RunError::User(error)) => {
                let failed = Error::new(ErrorKind::Connect, "the application's pool cannot connect");
                Err(match error.as_db_error() {
                    Some(server) => failed.with_server(server_error(server)),
                    None => failed.with_source(error),
                })
            }
            Err(RunError::TimedOut) => Err(self.timed_out(waiter)),
        }
    }

    async fn check_out(&self, pools: &Arc<RuntimePools>, waiter: &Waiter, end: Instant) -> Result<Lease> {
        // An idle connection is available at once. If there is none, bb8 starts to open one.
        match pools.here()?.connections.get_owned().now_or_never() {
            Some(Ok(pooled)) => Ok(Lease::new(pooled, Arc::clone(&self.state))),
            Some(Err(_)) | None => Box::pin(self.opened(pools, waiter, end)).await,
        }
    }

    /// Waits until a connection is open.
    async fn opened(&self, pools: &Arc<RuntimePools>, waiter: &Waiter, end: Instant) -> Result<Lease> {
        let state = &self.state;
        let mut changes = state.changes.subscribe();
        loop {
            let pool = pools.here()?;
            // The pool is polled first, so an available connection is always taken.
            let got = pin!(pool.connections.get_owned());
            let told = pin!(async {
                match select(pin!(changes.changed()), pin!(pools.make_room(pool.id))).await {
                    Either::Left(_) => {}
                    Either::Right((never, _)) => match never {},
                }
            });
            match timeout_at(end, select(got, told)).await {
                Ok(Either::Left((Ok(pooled), _))) => return Ok(Lease::new(pooled, Arc::clone(state))),
                Ok(Either::Left((Err(RunError::User(error)), _))) => return Err(error),
                Ok(Either::Right(_)) if state.is_closed() => return Err(closed()),
                Ok(Either::Right(_)) => {
                    // As long as there are connections, one of them may come back.
                    let failure = state.last_failure().filter(|_| pool.connections.state().connections == 0);
                    if let Some(failure) = failure.filter(Error::is_refused_for_good) {
                        return Err(failure);
                    }
                    // bb8 has given up an attempt to connect, and starts the next one only when it is asked again.
                }
                Ok(Either::Left((Err(RunError::TimedOut), _))) => {}
                Err(_) => return Err(self.timed_out(waiter)),
            }
        }
    }

    /// The error for a wait that took too long, with what is known about the cause.
    fn timed_out(&self, waiter: &Waiter) -> Error {
        let status = self.status();
        let failure = self.state.last_failure();
        match (status.connections, failure) {
            // No connection is open, so the reason is that none can be opened.
            (0, Some(failure)) => failure,
            (_, failure) => {
                let mut text = format!(
                    "no connection became free within {:.1?}: {} of at most {} are open, {} in use",
                    waiter.started.elapsed(),
                    status.connections,
                    status.max_connections,
                    status.in_use
                );
                let (longest, own) = self.state.check_outs.describe(waiter.spot);
                if let Some(longest) = &longest {
                    text.push_str("; ");
                    text.push_str(longest);
                }
                if let Some(own) = &own {
                    text.push_str("; this task already holds one itself, for the ");
                    text.push_str(own);
                    text.push_str(": run its statements on that one (`tx`) and not on the database");
                }
                let error = Error::new(ErrorKind::PoolTimeout, text);
                // The task waits for itself, and would do so again.
                let error = if own.is_some() { error.for_good() } else { error };
                match failure {
                    Some(failure) => error.with_source(failure),
                    None => error,
                }
            }
        }
    }
}

/// A caller that waits for a connection.
struct Waiter {
    started: Instant,
    spot: Caller,
}
