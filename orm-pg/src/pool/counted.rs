//! bb8's pool, made anew when it has lost count.
//!
//! It opens connections in tasks. When a runtime ends in the middle of one, the place of that connection stays taken for
//! ever, and a pool in another runtime waits for it.

use std::sync::{Mutex, PoisonError};

use crate::manager::{Board, Manager};

/// A pool, and how many places had been lost when it was made.
#[derive(Clone)]
pub(super) struct Counted {
    pub(super) pool: bb8::Pool<Manager>,
    lost: u64,
}

impl Counted {
    fn new(manager: Manager) -> Self {
        let lost = manager.board().lost_places();
        Self { pool: super::connections(manager), lost }
    }

    /// Whether a place has been lost since.
    pub(super) fn is_short(&self, board: &Board) -> bool {
        board.lost_places() != self.lost
    }
}

/// The pool of the moment.
pub(super) struct Renewed {
    current: Mutex<Counted>,
    manager: Manager,
}

impl Renewed {
    /// Needs a running runtime.
    pub(super) fn new(manager: Manager) -> Self {
        Self { current: Mutex::new(Counted::new(manager.clone())), manager }
    }

    /// Returns the pool as it is.
    pub(super) fn current(&self) -> Counted {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns a pool that has all its places. What is out of an older one goes back there, and is closed with it.
    /// Needs a running runtime.
    pub(super) fn whole(&self) -> Counted {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.is_short(self.manager.board()) {
            *current = Counted::new(self.manager.clone());
        }
        current.clone()
    }
}

/// A connection that is being opened. Dropped before [`done`](Self::done), it takes its place in the pool with it.
pub(crate) struct Opening<'a> {
    board: &'a Board,
    done: bool,
}

impl<'a> Opening<'a> {
    pub(crate) fn new(board: &'a Board) -> Self {
        Self { board, done: false }
    }

    pub(crate) fn done(mut self) {
        self.done = true;
    }
}

impl Drop for Opening<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.board.lose_place();
        }
    }
}
