//! The steps of a change.

use super::Allow;
use crate::catalog::{Name, Object};

/// The steps that change one schema into another, in the order in which they run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    /// Differences for which there is no step, such as another order of columns, one sentence each.
    pub notes: Vec<String>,
}

impl Plan {
    /// Returns whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// One statement of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The statement, without a semicolon at its end.
    pub sql: String,
    /// The object that it changes, as PostgreSQL identifies it: `table column`, `app.users.email`.
    pub object: Object,
    /// The table or view that the object belongs to, if it is a part of one.
    pub relation: Option<Name>,
    /// Whether it runs in the transaction of its migration.
    pub mode: Mode,
    /// Whether the running application can still use the old schema after it.
    pub phase: Phase,
    /// What must be allowed before it may run, if it loses data or breaks what runs.
    pub allow: Option<Allow>,
    /// Whether no server has confirmed that it is needed and that it works.
    pub unproved: bool,
}

impl Step {
    /// Returns a step that runs in the transaction of its migration and loses nothing.
    #[must_use]
    pub fn new(kind: impl Into<String>, identity: impl Into<String>, sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            object: Object { kind: kind.into(), identity: identity.into() },
            relation: None,
            mode: Mode::Together,
            phase: Phase::Expand,
            allow: None,
            unproved: false,
        }
    }

    /// Returns the step, to be run on its own after what came before it has been committed.
    #[must_use]
    pub fn alone(self) -> Self {
        Self { mode: Mode::Alone, ..self }
    }

    /// Returns the step in this phase.
    #[must_use]
    pub fn in_phase(self, phase: Phase) -> Self {
        Self { phase, ..self }
    }

    /// Returns the step, which may run only if `action` on its object is allowed.
    #[must_use]
    pub fn if_allowed(self, action: &str) -> Self {
        let allow = Some(Allow::new(action, self.object.identity.clone()));
        Self { allow, ..self }
    }
}

/// Whether a step runs in the transaction of its migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// In one transaction with the steps around it.
    Together,
    /// On its own, after what came before it has been committed: `CREATE INDEX CONCURRENTLY`, `VALIDATE CONSTRAINT`.
    Alone,
    /// Again and again, each time in a transaction of its own, until it affects no row: a backfill in batches.
    Repeat,
}

/// When a step may run while the application is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before the new version of the application: the old one goes on working.
    Expand,
    /// After the old version of the application has stopped.
    Contract,
}
