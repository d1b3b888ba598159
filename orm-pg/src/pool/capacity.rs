//! How many connections there may be at once, over all runtimes.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, Weak,
    atomic::{AtomicU32, Ordering},
};

use tokio::{
    runtime::Id,
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
};

/// The places for connections, taken and free.
pub(crate) struct Places {
    free: Arc<Semaphore>,
    /// How many connections are to be opened and have no place yet.
    wanting: AtomicU32,
    /// There is one more of them.
    pub(super) wanted: Notify,
    opening: Mutex<Vec<Weak<Place>>>,
}

/// The place of one connection, from the moment that it begins to be opened until it is closed.
pub(crate) struct Place {
    runtime: Id,
    permit: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Places {
    pub(crate) fn new(count: u32) -> Arc<Self> {
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let free = Arc::new(Semaphore::new(count));
        Arc::new(Self { free, wanting: AtomicU32::new(0), wanted: Notify::new(), opening: Mutex::default() })
    }

    /// Waits for a free place.
    pub(crate) async fn take(&self, runtime: Id) -> Arc<Place> {
        struct Wanting<'a>(&'a AtomicU32);
        impl Drop for Wanting<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::AcqRel);
            }
        }
        let permit = match Arc::clone(&self.free).try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => {
                self.wanting.fetch_add(1, Ordering::AcqRel);
                let _wanting = Wanting(&self.wanting);
                self.wanted.notify_waiters();
                // The semaphore is never closed.
                Arc::clone(&self.free).acquire_owned().await.ok()
            }
        };
        let place = Arc::new(Place { runtime, permit: Mutex::new(permit) });
        let mut opening = self.lock();
        opening.retain(|it| it.strong_count() > 0);
        opening.push(Arc::downgrade(&place));
        place
    }

    /// Whether a connection cannot be opened for want of a place.
    pub(super) fn are_wanted(&self) -> bool {
        self.wanting.load(Ordering::Acquire) > 0
    }

    /// Says that the connection is open: its place stays its own from now on. Returns whether it still was.
    pub(crate) fn opened(&self, place: &Arc<Place>) -> bool {
        self.lock().retain(|it| it.as_ptr() != Arc::as_ptr(place));
        place.lock().is_some()
    }

    /// Takes the places of connections back that a runtime was opening, and will not open soon.
    pub(super) fn revoke(&self, runtime: Id) {
        let opening: Vec<_> = self.lock().iter().filter_map(Weak::upgrade).collect();
        opening.iter().filter(|it| it.runtime == runtime).for_each(|it| it.leave());
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Place>>> {
        self.opening.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Gives the place back.
    pub(crate) fn leave(&self) {
        drop(self.lock().take());
    }

    fn lock(&self) -> MutexGuard<'_, Option<OwnedSemaphorePermit>> {
        self.permit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
