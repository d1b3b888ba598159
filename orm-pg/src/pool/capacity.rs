//! [`Capacity`]: how many connections may be open at once, in all runtimes together.

use std::sync::{
    Arc, Mutex, MutexGuard, Weak,
    atomic::{AtomicU32, Ordering},
};

use tokio::{
    runtime::Id,
    sync::{Notify, Semaphore},
};

use crate::{lock::lock, session::ConnectionPermit};

/// The permits for connections, free ones and those of connections that are being opened.
pub(crate) struct Capacity {
    free: Arc<Semaphore>,
    /// How many callers wait for a permit.
    waiting: AtomicU32,
    /// Notified when another caller begins to wait.
    pub(super) requested: Notify,
    opening: Mutex<Vec<Weak<ConnectionPermit>>>,
}

impl Capacity {
    pub(crate) fn new(count: u32) -> Arc<Self> {
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let free = Arc::new(Semaphore::new(count));
        Arc::new(Self { free, waiting: AtomicU32::new(0), requested: Notify::new(), opening: Mutex::default() })
    }

    /// Waits for a permit to open a connection in `runtime`.
    pub(crate) async fn acquire(&self, runtime: Id) -> Arc<ConnectionPermit> {
        struct Waiting<'a>(&'a AtomicU32);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::AcqRel);
            }
        }
        let permit = match Arc::clone(&self.free).try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => {
                self.waiting.fetch_add(1, Ordering::AcqRel);
                let _waiting = Waiting(&self.waiting);
                self.requested.notify_waiters();
                // The semaphore is never closed.
                Arc::clone(&self.free).acquire_owned().await.ok()
            }
        };
        let permit = Arc::new(ConnectionPermit::new(runtime, permit));
        let mut opening = self.lock();
        opening.retain(|it| it.strong_count() > 0);
        opening.push(Arc::downgrade(&permit));
        permit
    }

    /// Whether a caller waits for a permit.
    pub(super) fn has_waiters(&self) -> bool {
        self.waiting.load(Ordering::Acquire) > 0
    }

    /// Notes that the connection is open, so that its permit cannot be revoked any more. Returns `false` if it was
    /// revoked already.
    pub(crate) fn opened(&self, permit: &Arc<ConnectionPermit>) -> bool {
        self.lock().retain(|it| it.as_ptr() != Arc::as_ptr(permit));
        permit.is_held()
    }

    /// Takes back the permits of connections that a stalled runtime was opening.
    pub(super) fn revoke(&self, runtime: Id) {
        let opening: Vec<_> = self.lock().iter().filter_map(Weak::upgrade).collect();
        opening.iter().filter(|it| it.runtime() == runtime).for_each(|it| it.release());
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<ConnectionPermit>>> {
        lock(&self.opening)
    }
}
