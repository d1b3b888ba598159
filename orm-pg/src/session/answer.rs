//! Counts the statements of a connection that were sent, and those that were answered.

use std::sync::{Arc, atomic::Ordering};

use tokio::sync::MutexGuard;

use super::Session;

/// A statement whose answer a caller waits for. If it is dropped before [`done`](Self::done), the statement is taken to
/// be still running.
pub(crate) struct AwaitedAnswer {
    session: Arc<Session>,
    number: u64,
    done: bool,
}

impl AwaitedAnswer {
    /// Counts a statement that is about to be sent.
    pub(crate) fn new(session: &Arc<Session>) -> Self {
        let number = session.issued.fetch_add(1, Ordering::AcqRel) + 1;
        Self { session: Arc::clone(session), number, done: false }
    }

    /// Notes that the answer is complete.
    pub(crate) fn done(mut self) {
        self.finish();
    }

    /// As [`done`](Self::done), for a statement that succeeded. If it was sent after a conflict, the transaction has
    /// continued from a savepoint.
    pub(crate) fn succeeded(self) {
        let conflict = self.session.conflict.load(Ordering::Acquire);
        if conflict != 0 && self.number > conflict {
            self.session.forget_conflict();
        }
        self.done();
    }

    /// As [`done`](Self::done), for a value that cannot be moved.
    pub(crate) fn finish(&mut self) {
        self.done = true;
        self.session.answered.fetch_max(self.number, Ordering::AcqRel);
        // Answers come in order.
        self.session.unwaited.store(0, Ordering::Release);
    }
}

impl Session {
    /// Keeps others from sending statements, if exactly one statement is waiting for its answer.
    pub(crate) fn hold_if_alone(&self) -> Option<MutexGuard<'_, ()>> {
        let still = self.cancelling.try_lock().ok()?;
        let (issued, answered) = (self.issued.load(Ordering::Acquire), self.answered.load(Ordering::Acquire));
        let unwaited = self.unwaited.load(Ordering::Acquire);
        (issued == answered + unwaited + 1).then_some(still)
    }

    /// Notes that nobody waits for the statement that was sent last.
    pub(crate) fn sent_unwaited(&self) {
        self.unwaited.fetch_add(1, Ordering::AcqRel);
    }

    /// Waits while the running statement is being cancelled: the request could hit the next one.
    pub(crate) async fn wait_for_cancel(&self) {
        if self.cancelling.try_lock().is_err() {
            drop(self.cancelling.lock().await);
        }
    }
}

impl Drop for AwaitedAnswer {
    fn drop(&mut self) {
        if !self.done {
            // Statements that are sent from now on are answered after the one that is given up here.
            let last = self.session.issued.load(Ordering::Acquire);
            self.session.abandoned.fetch_max(last, Ordering::AcqRel);
        }
    }
}
