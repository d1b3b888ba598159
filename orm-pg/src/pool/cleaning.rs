//! [`Cleanings`]: the connections that are being cleaned up after use, each by a task of its runtime.

use std::sync::{Arc, Mutex, MutexGuard};

use tokio::{runtime::Id, sync::OwnedSemaphorePermit};

use crate::{lock::lock, session::Session};

/// All connections that are being cleaned up.
#[derive(Default)]
pub(crate) struct Cleanings(Mutex<Vec<Arc<Cleaning>>>);

/// One of them. It keeps its turn until it is clean.
pub(crate) struct Cleaning {
    runtime: Id,
    parts: Mutex<Option<CleaningParts>>,
}

/// What is released when the connection is clean.
pub(crate) struct CleaningParts {
    pub(crate) session: Arc<Session>,
    /// Gives the connection back when it is dropped.
    pub(crate) pooled: Box<dyn Send>,
    pub(crate) turn: Option<OwnedSemaphorePermit>,
}

/// Ends the cleaning when it is dropped, for any reason.
pub(crate) struct Cleaner {
    all: Arc<Cleanings>,
    one: Arc<Cleaning>,
}

impl Cleanings {
    pub(crate) fn begin(self: &Arc<Self>, parts: CleaningParts) -> Cleaner {
        let one = Arc::new(Cleaning { runtime: parts.session.runtime.id(), parts: Mutex::new(Some(parts)) });
        self.lock().push(Arc::clone(&one));
        Cleaner { all: Arc::clone(self), one }
    }

    /// Closes the connections that a stalled runtime was cleaning.
    pub(super) fn revoke(&self, runtime: Id) {
        let stuck: Vec<_> = self.lock().iter().filter(|it| it.runtime == runtime).cloned().collect();
        for parts in stuck.iter().filter_map(|it| it.take()) {
            parts.session.end();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Cleaning>>> {
        lock(&self.0)
    }
}

impl Cleaning {
    fn take(&self) -> Option<CleaningParts> {
        lock(&self.parts).take()
    }
}

impl Cleaner {
    /// Returns what is to be released; `None` if it was revoked meanwhile.
    pub(crate) fn finish(&self) -> Option<CleaningParts> {
        self.one.take()
    }
}

impl Drop for Cleaner {
    fn drop(&mut self) {
        self.all.lock().retain(|it| !Arc::ptr_eq(it, &self.one));
        // The runtime ended before the connection was clean, so it is closed.
        if let Some(parts) = self.one.take() {
            parts.session.end();
        }
    }
}
