//! Statements under way on a connection, counted.

use std::sync::{Arc, atomic::Ordering};

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

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.done {
            // Whatever is sent after now is answered after the statement that is given up here.
            let last = self.session.issued.load(Ordering::Acquire);
            self.session.abandoned.fetch_max(last, Ordering::AcqRel);
        }
    }
}
