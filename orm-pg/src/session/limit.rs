//! How long statements on a connection may take, and who may cancel them.

use std::{
    sync::{PoisonError, atomic::Ordering},
    time::Duration,
};

use orm_core::statement::Limit;

use super::Session;

/// How long statements on a connection may take that say nothing themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// As long as they take.
    #[default]
    Ever,
    /// So long each: as the handle says that took the connection.
    Each(Duration),
    /// All together so long: those of one verb.
    Until(Limit),
}

impl Allowed {
    /// What a handle says.
    pub(crate) fn each(limit: Option<Duration>) -> Self {
        limit.map_or(Self::Ever, Self::Each)
    }

    /// What a verb says, or else the handle.
    pub(crate) fn of(verb: Option<Limit>, handle: Option<Duration>) -> Self {
        verb.map_or(Self::each(handle), Self::Until)
    }
}

impl Session {
    /// Says how long a statement may take that says nothing itself, and returns what was said before.
    pub(crate) fn allow(&self, allowed: Allowed) -> Allowed {
        std::mem::replace(&mut *self.allowed.lock().unwrap_or_else(PoisonError::into_inner), allowed)
    }

    /// Returns the limit of a statement that begins now, `own` being what it says itself.
    pub(crate) fn limit(&self, own: Option<Limit>) -> Option<Limit> {
        own.or_else(|| match *self.allowed.lock().unwrap_or_else(PoisonError::into_inner) {
            Allowed::Ever => None,
            Allowed::Each(each) => Some(Limit::begin(each)),
            Allowed::Until(limit) => Some(limit),
        })
    }

    /// Keeps others from sending statements, if exactly one waits for its answer.
    pub(crate) fn hold_if_alone(&self) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let still = self.cancelling.try_lock().ok()?;
        let (issued, answered) = (self.issued.load(Ordering::Acquire), self.answered.load(Ordering::Acquire));
        let unwaited = self.unwaited.load(Ordering::Acquire);
        (issued == answered + unwaited + 1).then_some(still)
    }

    /// Says that the statement sent last is one that nobody waits for.
    pub(crate) fn sent_unwaited(&self) {
        self.unwaited.fetch_add(1, Ordering::AcqRel);
    }

    /// Waits while the statement that runs is being cancelled: another one could be hit.
    pub(crate) async fn wait_for_cancel(&self) {
        if self.cancelling.try_lock().is_err() {
            drop(self.cancelling.lock().await);
        }
    }
}
