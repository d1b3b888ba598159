//! One bb8 pool for each runtime that the handle is used in.
//!
//! A connection is driven by a task of the runtime that opened it. If another runtime used it, its statements would
//! wait whenever the first runtime is busy or not running. So each runtime has its own pool, and all pools share the
//! [`Capacity`]: a runtime that needs a connection when no permit is free closes an idle one of another runtime.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex, MutexGuard, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bb8::QueueStrategy;
use futures_util::FutureExt;
use orm_core::error::Result;
use tokio::{
    runtime::{Handle, Id},
    sync::Notify,
    task::AbortHandle,
    time::timeout,
};

use super::{capacity::Capacity, manager::Manager};
use crate::connect::runtime::no_runtime;
use crate::lock::lock;

/// The limits of time are enforced by the callers; bb8 itself never gives up.
const NEVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How often a waiting caller checks whether another runtime can make room.
const TICK: Duration = Duration::from_millis(20);

/// A runtime that has not answered after this many checks is taken to be stalled.
const PATIENCE: u32 = 25;

/// A runtime that uses the handle.
pub(crate) struct RuntimePool {
    pub(crate) id: Id,
    /// Its idle connections, and those that are being opened.
    pub(super) connections: bb8::Pool<Manager>,
    heartbeat: Arc<Heartbeat>,
    /// The task that answers heartbeats, and notices the end of the runtime.
    watch: AbortHandle,
}

/// Shows whether a runtime is running.
#[derive(Default)]
struct Heartbeat {
    asked: Notify,
    beats: AtomicU64,
}

impl Drop for RuntimePool {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

impl RuntimePool {
    /// Asks the runtime for a heartbeat, and returns the number of heartbeats so far.
    fn ask(&self) -> u64 {
        self.heartbeat.asked.notify_one();
        self.beats()
    }

    fn beats(&self) -> u64 {
        self.heartbeat.beats.load(Ordering::Acquire)
    }

    /// Closes an idle connection, and returns whether there was one.
    fn close_an_idle_one(&self) -> bool {
        if self.connections.state().idle_connections == 0 {
            return false;
        }
        // If another caller has taken it meanwhile, the manager refuses to open one from a different runtime.
        let Some(Ok(pooled)) = self.connections.get_owned().now_or_never() else { return false };
        pooled.end();
        true
    }
}

/// The pools of all runtimes that use the handle. Nearly always there is only one.
pub(crate) struct RuntimePools {
    known: Mutex<Vec<Arc<RuntimePool>>>,
    /// Notified when another runtime uses the handle for the first time.
    more: Notify,
    manager: Manager,
}

impl RuntimePools {
    pub(super) fn new(manager: Manager) -> Arc<Self> {
        Arc::new(Self { known: Mutex::default(), more: Notify::new(), manager })
    }

    pub(super) fn manager(&self) -> &Manager {
        &self.manager
    }

    fn capacity(&self) -> &Capacity {
        self.manager.capacity()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<RuntimePool>>> {
        lock(&self.known)
    }

    /// Returns the pool of the current runtime.
    ///
    /// # Errors
    /// Outside of a runtime.
    pub(super) fn here(self: &Arc<Self>) -> Result<Arc<RuntimePool>> {
        let runtime = Handle::try_current().map_err(|_| no_runtime())?;
        let id = runtime.id();
        let mut known = self.lock();
        if let Some(pool) = known.iter().find(|it| it.id == id) {
            return Ok(Arc::clone(pool));
        }
        let heartbeat = Arc::new(Heartbeat::default());
        let resident = RuntimeWatch { id, pools: Arc::downgrade(self), heartbeat: Arc::clone(&heartbeat) };
        let watch = runtime.spawn(resident.stay().boxed()).abort_handle();
        let pool = Arc::new(RuntimePool { id, connections: connections(self.manager.at(id)), heartbeat, watch });
        known.push(Arc::clone(&pool));
        self.more.notify_waiters();
        Ok(pool)
    }

    /// Returns all pools.
    pub(super) fn all(&self) -> Vec<Arc<RuntimePool>> {
        self.lock().clone()
    }

    fn forget(&self, id: Id) {
        let gone = {
            let mut known = self.lock();
            let index = known.iter().position(|it| it.id == id);
            index.map(|index| known.swap_remove(index))
        };
        // Its idle connections are closed when it is dropped, after the lock was released.
        drop(gone);
        self.capacity().revoke(id);
    }

    /// While a caller waits in the runtime `here`, closes connections that other runtimes do not use. With one runtime
    /// there is nothing to do.
    pub(super) async fn make_room(&self, here: Id) -> Infallible {
        let mut asked = Vec::new();
        let mut ticks = 0_u32;
        loop {
            let (more, requested) = (self.more.notified(), self.capacity().requested.notified());
            if self.lock().len() < 2 {
                more.await;
                continue;
            }
            if self.capacity().has_waiters() {
                self.close_an_idle_one(here);
            }
            drop(timeout(TICK, requested).await);
            ticks += 1;
            if ticks.is_multiple_of(PATIENCE) {
                self.take_back(&asked);
                asked = self.ask_others(here);
            }
        }
    }

    /// Closes an idle connection of another runtime than `here`.
    fn close_an_idle_one(&self, here: Id) {
        let others = self.all();
        let _ = others.iter().filter(|it| it.id != here).any(|it| it.close_an_idle_one());
    }

    /// Closes all idle connections.
    pub(super) fn close_all_idle(&self) {
        for pool in self.all() {
            while pool.close_an_idle_one() {}
        }
    }

    /// Asks all runtimes but `here` for a heartbeat, and returns their number of heartbeats so far.
    fn ask_others(&self, here: Id) -> Vec<(Arc<RuntimePool>, u64)> {
        self.all().into_iter().filter(|it| it.id != here).map(|it| (Arc::clone(&it), it.ask())).collect()
    }

    /// Takes back the permits and turns of runtimes that have not answered since they were asked.
    fn take_back(&self, asked: &[(Arc<RuntimePool>, u64)]) {
        for (pool, _) in asked.iter().filter(|(pool, beats)| pool.beats() == *beats) {
            self.capacity().revoke(pool.id);
            self.manager.state().cleanings.revoke(pool.id);
        }
    }
}

/// A task that lives as long as its runtime.
struct RuntimeWatch {
    id: Id,
    pools: Weak<RuntimePools>,
    heartbeat: Arc<Heartbeat>,
}

impl RuntimeWatch {
    async fn stay(self) {
        loop {
            self.heartbeat.asked.notified().await;
            self.heartbeat.beats.fetch_add(1, Ordering::AcqRel);
        }
    }
}

impl Drop for RuntimeWatch {
    fn drop(&mut self) {
        if let Some(pools) = self.pools.upgrade() {
            pools.forget(self.id);
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
        .connection_timeout(NEVER)
        // The manager itself retries, since it knows when that is pointless.
        .retry_connection(false)
        .test_on_check_out(false)
        .queue_strategy(QueueStrategy::Lifo)
        .build_unchecked(manager)
}
