//! What a diff is told beside the two schemas.

use super::Allow;
use crate::catalog::Name;

/// How a plan is made.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Options {
    /// What is only called differently. Without it, another name is another object: one is dropped, one created.
    pub renames: Vec<Rename>,
    /// The destructive steps that may be in the plan.
    pub allow: Vec<Allow>,
    /// Whether tables may be in use: steps that would block them for long are replaced by several that do not.
    pub online: bool,
    /// Whether all destructive steps may be in the plan.
    pub all: bool,
}

impl Options {
    /// Returns the options of a plan for tables that nobody uses, which may destroy nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a plan for tables in use: indexes are built `CONCURRENTLY`, constraints are added `NOT VALID` and validated in a
    /// transaction of their own, and what is dropped goes into the phase [`Contract`](super::Phase::Contract).
    #[must_use]
    pub fn online(self) -> Self {
        Self { online: true, ..self }
    }

    /// Permits destructive steps.
    #[must_use]
    pub fn allow(mut self, allow: impl IntoIterator<Item = Allow>) -> Self {
        self.allow.extend(allow);
        self
    }

    /// Permits all destructive steps, for databases that hold nothing of value.
    #[must_use]
    pub fn allow_all(self) -> Self {
        Self { all: true, ..self }
    }

    /// Declares renames.
    #[must_use]
    pub fn rename(mut self, renames: impl IntoIterator<Item = Rename>) -> Self {
        self.renames.extend(renames);
        self
    }
}

impl Options {
    /// The name that a table had.
    pub(super) fn former_name(&self, table: &Name) -> Option<&Name> {
        self.renames.iter().find_map(|it| match it {
            Rename::Table { from, to } if to == table => Some(from),
            _ => None,
        })
    }

    /// The name that a column had.
    pub(super) fn former_column(&self, of: &Name, column: &str) -> Option<&String> {
        self.renames.iter().find_map(|it| match it {
            Rename::Column { table, from, to } if table == of && to == column => Some(from),
            _ => None,
        })
    }
}

/// A name that has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rename {
    /// That of a table; its schema can change, too.
    Table {
        /// The name that it had.
        from: Name,
        /// The name that it has.
        to: Name,
    },
    /// That of a column.
    Column {
        /// The table, by its new name.
        table: Name,
        /// The name that it had.
        from: String,
        /// The name that it has.
        to: String,
    },
    /// That of a label of an enum.
    Label {
        /// The type, by its new name.
        of: Name,
        /// The label that it was.
        from: String,
        /// The label that it is.
        to: String,
    },
    /// That of an enum, domain or composite type.
    Type {
        /// The name that it had.
        from: Name,
        /// The name that it has.
        to: Name,
    },
}

impl Rename {
    pub(super) fn is_from_table(&self, name: &Name) -> bool {
        matches!(self, Self::Table { from, .. } if from == name)
    }

    pub(super) fn is_from_type(&self, name: &Name) -> bool {
        matches!(self, Self::Type { from, .. } if from == name)
    }
}
