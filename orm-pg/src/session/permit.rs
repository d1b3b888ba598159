//! [`ConnectionPermit`]: the pool has one for each connection that may be open.

use std::sync::{Mutex, MutexGuard};

use crate::lock::lock;
use tokio::{runtime::Id, sync::OwnedSemaphorePermit};

/// Held by a connection from the start of opening it until it is closed.
pub(crate) struct ConnectionPermit {
    runtime: Id,
    permit: Mutex<Option<OwnedSemaphorePermit>>,
}

impl ConnectionPermit {
    /// The permit of a connection that `runtime` opens.
    pub(crate) fn new(runtime: Id, permit: Option<OwnedSemaphorePermit>) -> Self {
        Self { runtime, permit: Mutex::new(permit) }
    }

    pub(crate) fn runtime(&self) -> Id {
        self.runtime
    }

    pub(crate) fn is_held(&self) -> bool {
        self.lock().is_some()
    }

    /// Lets another connection be opened.
    pub(crate) fn release(&self) {
        drop(self.lock().take());
    }

    fn lock(&self) -> MutexGuard<'_, Option<OwnedSemaphorePermit>> {
        lock(&self.permit)
    }
}
