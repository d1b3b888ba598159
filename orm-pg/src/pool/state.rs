//! [`PoolState`]: what the parts of a pool share.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use orm_core::error::{Error, ErrorKind};
use tokio::sync::{Notify, watch};

use super::{checkout::CheckOuts, cleaning::Cleanings};
use crate::{
    connect::{connect_failure::ConnectFailure, wire::ResolvedAddress},
    lock::lock,
    session::{cache::Generation, write_access::Demotions},
};

/// The state that the manager, the waiting callers and the leases of one pool share.
#[derive(Default)]
pub(crate) struct PoolState {
    last_failure: Mutex<Option<ConnectFailure>>,
    /// Counts the events that waiting callers must notice: an attempt to connect was given up, or the handle was
    /// closed.
    pub(crate) changes: watch::Sender<u64>,
    /// No statement may be started any more.
    pub(crate) closed: AtomicBool,
    /// A lease has come back.
    pub(crate) returned: Notify,
    pub(crate) cleanings: Arc<Cleanings>,
    pub(crate) check_outs: CheckOuts,
    /// Where the last connection was opened: the index of the host, and its address.
    pub(super) last_good: Mutex<Option<(usize, ResolvedAddress)>>,
    /// The current generation of prepared statements.
    pub(super) generation: Arc<Generation>,
    pub(super) demotions: Arc<Demotions>,
}

impl PoolState {
    /// Returns the error of the last attempt to connect, if it failed.
    pub(crate) fn last_failure(&self) -> Option<Error> {
        lock(&self.last_failure).as_ref().map(ConnectFailure::to_error)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Wakes all callers that wait for a connection.
    pub(crate) fn wake_waiters(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    pub(super) fn last_good(&self) -> Option<(usize, ResolvedAddress)> {
        lock(&self.last_good).clone()
    }

    pub(super) fn set_last_failure(&self, failure: Option<ConnectFailure>) {
        *lock(&self.last_failure) = failure;
    }
}

/// The error for a handle that was closed.
pub(crate) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the database handle was closed")
}
