//! What a caller chooses, and what a run tells.

use std::{fmt, sync::Arc, time::Duration};

/// What is told while migrations run: `Migrations::on_event`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Another migrator holds the lock, so this one waits. Told once.
    Waiting,
    /// A migration begins, or goes on after an interruption.
    Started {
        /// Its id.
        id: String,
        /// How many of its steps an earlier run has done.
        steps_done: usize,
        /// How many steps it has.
        steps_total: usize,
    },
    /// A step begins.
    Step {
        /// The id of the migration.
        id: String,
        /// The number of the step, counted from 1.
        step: usize,
        /// How many steps there are.
        of: usize,
    },
    /// A run of a `step = repeat` was committed.
    Repeated {
        /// The id of the migration.
        id: String,
        /// How many rows all runs have affected.
        rows: u64,
    },
    /// A lock was not granted in time, so everything was rolled back and is tried again after a pause.
    LockTimeout {
        /// The id of the migration.
        id: String,
        /// How often it was tried.
        attempt: u32,
        /// The pause.
        pause: Duration,
    },
    /// A migration is done.
    Finished {
        /// Its id.
        id: String,
    },
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The migrations that ran, in their order.
    pub ran: Vec<Ran>,
    /// The ids of the migrations that wait until `contract` is asked for.
    pub waiting: Vec<String>,
    /// How often the lock of the migrations was asked for; 0 if there was nothing to do.
    pub polls: u64,
}

/// A migration that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ran {
    /// Its id.
    pub id: String,
    /// How many steps ran; fewer than it has if an earlier run was interrupted.
    pub steps: usize,
    /// How many transactions were tried, each under the `lock_timeout`.
    pub attempts: u32,
    /// How many of them a lock that was not granted in time has ended.
    pub lock_timeouts: u32,
    /// How long it took.
    pub duration: Duration,
}

type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

#[derive(Clone)]
pub(super) struct Options {
    pub(super) lock_timeout: Duration,
    pub(super) attempts: u32,
    pub(super) wait: Option<Duration>,
    pub(super) contract: bool,
    pub(super) listener: Option<Listener>,
}

impl Options {
    pub(super) const fn new() -> Self {
        Self { lock_timeout: Duration::from_secs(2), attempts: 60, wait: None, contract: false, listener: None }
    }

    pub(super) fn tell(&self, event: &Event) {
        if let Some(listener) = &self.listener {
            listener(event);
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("lock_timeout", &self.lock_timeout)
            .field("attempts", &self.attempts)
            .field("wait", &self.wait)
            .field("contract", &self.contract)
            .finish_non_exhaustive()
    }
}
