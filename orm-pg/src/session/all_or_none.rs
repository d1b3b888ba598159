//! Statements of a transaction that take effect together or not at all.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Cause;

/// A statement after which a transaction can only be rolled back: there is no such savepoint, and the error aborts the
/// transaction.
pub(super) const ABORT: &str = "ROLLBACK TO SAVEPOINT orm_half_a_batch";

/// A transaction, begun by others, that can be made unable to commit.
pub(crate) trait Abort {
    /// Aborts the transaction without waiting for the server's answer. It can then only be rolled back.
    fn abort(&self);
}

/// Aborts the transaction when it is dropped after some of the statements have run, and not all: half of them must not be
/// committed.
pub(crate) struct AllOrNone<'t, T: Abort> {
    transaction: &'t T,
    /// Whether there is more than one statement that writes: one takes effect or does not, whatever happens here.
    several: bool,
    /// Whether some statements may have taken effect, and others not.
    half: AtomicBool,
}

impl<'t, T: Abort> AllOrNone<'t, T> {
    pub(crate) fn new(transaction: &'t T, several: bool) -> Self {
        Self { transaction, several, half: AtomicBool::new(false) }
    }

    /// Notes that a statement is about to run. Returns whether it is the first.
    pub(crate) fn begin(&self) -> bool {
        !self.half.swap(self.several, Ordering::AcqRel)
    }

    /// Notes that a statement failed. `first` is what [`begin`](Self::begin) returned for it.
    pub(crate) fn failed(&self, cause: Cause, first: bool) {
        let half = match cause {
            // Nothing was sent, so only the statements before it may have taken effect.
            Cause::Refused => !first,
            // It has run: what failed is reading its rows.
            Cause::Rows => true,
            // An error of the server has aborted the transaction already, and so has a lost connection.
            Cause::Unsent | Cause::Stale | Cause::Lost | Cause::Demoted | Cause::Server | Cause::Late => false,
        };
        self.half.store(half && self.several, Ordering::Release);
    }

    /// Notes that statements have run, and that more may follow.
    pub(crate) fn ran(&self) {
        self.half.store(self.several, Ordering::Release);
    }

    /// Notes that all statements have run.
    pub(crate) fn complete(&self) {
        self.half.store(false, Ordering::Release);
    }
}

impl<T: Abort> Drop for AllOrNone<'_, T> {
    fn drop(&mut self) {
        if self.half.load(Ordering::Acquire) {
            self.transaction.abort();
        }
    }
}
