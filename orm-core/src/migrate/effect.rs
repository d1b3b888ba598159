//! What a step does to the tables that exist: locks, rewrites, scans.

use std::{fmt, str::FromStr};

use crate::{
    catalog::Name,
    error::{Error, ErrorKind, Result},
};

/// A lock on a table, in PostgreSQL's order: a later one conflicts with more.
///
/// ```
/// use orm_pg::schema::migrate::LockMode;
///
/// assert!(LockMode::AccessExclusive > LockMode::Share);
/// assert!(LockMode::Share.blocks_writes() && !LockMode::Share.blocks_reads());
/// assert_eq!(LockMode::ShareRowExclusive.to_string(), "SHARE ROW EXCLUSIVE");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockMode {
    /// Taken by SELECT.
    AccessShare,
    /// Taken by SELECT FOR UPDATE.
    RowShare,
    /// Taken by INSERT, UPDATE and DELETE.
    RowExclusive,
    /// Reads and writes go on; VACUUM and other schema changes wait.
    ShareUpdateExclusive,
    /// Writes wait.
    Share,
    /// Writes wait, and only one session holds it.
    ShareRowExclusive,
    /// Writes and SELECT FOR UPDATE wait.
    Exclusive,
    /// Everything waits, reads too.
    AccessExclusive,
}

impl LockMode {
    /// All modes, from the weakest to the strongest.
    pub const ALL: [Self; 8] = [
        Self::AccessShare,
        Self::RowShare,
        Self::RowExclusive,
        Self::ShareUpdateExclusive,
        Self::Share,
        Self::ShareRowExclusive,
        Self::Exclusive,
        Self::AccessExclusive,
    ];

    /// Returns whether INSERT, UPDATE and DELETE wait for it.
    #[must_use]
    pub fn blocks_writes(self) -> bool {
        self >= Self::Share
    }

    /// Returns whether SELECT waits for it.
    #[must_use]
    pub fn blocks_reads(self) -> bool {
        self == Self::AccessExclusive
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        })
    }
}

/// Reads `ACCESS EXCLUSIVE`, and `AccessExclusiveLock` as `pg_locks` writes it.
impl FromStr for LockMode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let plain = |it: &str| it.replace(' ', "").to_ascii_lowercase();
        let name = plain(text);
        let name = name.strip_suffix("lock").unwrap_or(&name);
        let mode = Self::ALL.into_iter().find(|it| plain(&it.to_string()) == name);
        mode.ok_or_else(|| Error::new(ErrorKind::Migration, format!("{text:?} is no lock mode of a table")))
    }
}

/// What a step does to the relations that exist before it, stated or measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effects {
    /// The relations that it locks, sorted by name.
    pub relations: Vec<Effect>,
    /// Whether the server refuses it in a transaction, as `CREATE INDEX CONCURRENTLY`.
    pub alone: bool,
}

impl Effects {
    /// Returns what it does to the relation of this name.
    #[must_use]
    pub fn on(&self, relation: &Name) -> Option<&Effect> {
        self.relations.iter().find(|it| it.relation == *relation)
    }

    /// Returns the strongest lock on `relation`.
    #[must_use]
    pub fn lock(&self, relation: &Name) -> Option<LockMode> {
        self.on(relation).and_then(|it| it.lock)
    }
}

/// What a step does to one relation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effect {
    /// The relation, by its name before the step.
    pub relation: Name,
    /// What it is.
    pub kind: RelationKind,
    /// The strongest lock that the step takes on it.
    pub lock: Option<LockMode>,
    /// Whether all of its rows are written to a new file.
    pub rewritten: bool,
    /// Whether all of its rows are read.
    pub scanned: bool,
    /// The names of its indexes that are built, new ones and old ones.
    pub indexes: Vec<String>,
}

impl Effect {
    /// Returns that a step takes `lock` on a relation, for a short time: it neither reads nor writes its rows.
    #[must_use]
    pub fn new(relation: Name, kind: RelationKind, lock: Option<LockMode>) -> Self {
        Self { relation, kind, lock, rewritten: false, scanned: false, indexes: Vec::new() }
    }

    /// Returns whether the lock is held while all rows are read or written, or an index is built.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.rewritten || self.scanned || !self.indexes.is_empty()
    }
}

/// `ACCESS EXCLUSIVE, rewritten`.
impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lock {
            Some(lock) => write!(f, "{lock}")?,
            None => f.write_str("no lock")?,
        }
        let notes =
            [(self.rewritten, ", rewritten"), (self.scanned, ", scanned"), (!self.indexes.is_empty(), ", index built")];
        notes.into_iter().filter(|it| it.0).try_for_each(|it| f.write_str(it.1))
    }
}

/// What a relation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RelationKind {
    /// A table, also one that is partitioned.
    Table,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// An index.
    Index,
    /// A sequence.
    Sequence,
    /// Something else, such as a foreign table.
    Other,
}

impl RelationKind {
    /// Returns the kind for a letter of `pg_class.relkind`.
    #[must_use]
    pub fn of_letter(letter: char) -> Self {
        match letter {
            'r' | 'p' => Self::Table,
            'v' => Self::View,
            'm' => Self::MaterializedView,
            'i' | 'I' => Self::Index,
            'S' => Self::Sequence,
            _ => Self::Other,
        }
    }

    /// Returns whether it has rows of its own.
    #[must_use]
    pub fn has_rows(self) -> bool {
        matches!(self, Self::Table | Self::MaterializedView)
    }
}

#[cfg(test)]
mod tests {
    use super::LockMode;

    #[test]
    fn modes_are_read_as_the_server_and_as_we_write_them() {
        for mode in LockMode::ALL {
            assert_eq!(mode.to_string().parse::<LockMode>().expect("a mode"), mode);
            assert_eq!(format!("{mode:?}Lock").parse::<LockMode>().expect("a mode"), mode);
        }
        assert!("Lock".parse::<LockMode>().is_err() && "SHARED".parse::<LockMode>().is_err());
    }
}
