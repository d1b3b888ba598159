//! Statements under way on a connection, counted.

use std::sync::{Arc, atomic::Ordering};

use tokio::sync::MutexGuard;

use super::Session;

/// A statement whose answer somebody waits for. Dropped before [`done`](Self::done), it is taken for running still.
pub(crate) struct Waiting {
    session: Arc<Session>,
    number: u64,
    done: bool,
}

impl Waiting {
    /// Counts a statement that is about to be sent.
    pub(crate) fn new(session: &Arc<Session>) -> Self {
        let number = session.issued.fetch_add(1, Ordering::AcqRel) + 1;
        Self { session: Arc::clone(session), number, done: false }
    }

    /// Says that the answer came to its end.
    pub(crate) fn done(mut self) {
        self.finish();
    }

    /// As [`done`](Self::done), for one that did what it was sent for: a transaction in which it was sent after a
    /// conflict has gone on, from a savepoint.
    pub(crate) fn succeeded(self) {
        let conflict = self.session.conflict.load(Ordering::Acquire);
        if conflict != 0 && self.number > conflict {
            self.session.forget_conflict();
        }
        self.done();
    }

    /// As [`done`](Self::done), for one that is kept.
    pub(crate) fn finish(&mut self) {
        self.done = true;
        self.session.answered.fetch_max(self.number, Ordering::AcqRel);
        // Answers come in order.
        self.session.unwaited.store(0, Ordering::Release);
    }
}

impl Session {
    /// Keeps others from sending statements, if exactly one waits for its answer.
    pub(crate) fn hold_if_alone(&self) -> Option<MutexGuard<'_, ()>> {
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

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.done {
            // Whatever is sent after now is answered after the statement that is given up here.
            let last = self.session.issued.load(Ordering::Acquire);
            self.session.abandoned.fetch_max(last, Ordering::AcqRel);
        }
    }
}
