//! Constraints of tables.

use serde::{Deserialize, Serialize};

use super::{IndexKey, Name};

/// A constraint of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Constraint {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: ConstraintKind,
    /// Its columns in their order: for a CHECK those that it mentions, for an exclusion constraint the keys that are columns.
    pub columns: Vec<String>,
    /// The condition of a CHECK.
    pub expression: Option<String>,
    /// The target of a foreign key.
    pub reference: Option<Reference>,
    /// The keys and operators of an exclusion constraint.
    pub elements: Option<Elements>,
    /// The columns that its index stores in addition to the keys.
    pub include: Vec<String>,
    /// Whether NULLs count as equal in a UNIQUE constraint.
    pub nulls_not_distinct: bool,
    /// Whether the last column is compared by `WITHOUT OVERLAPS` or `PERIOD` (PostgreSQL 18 or later).
    pub period: bool,
    /// The storage parameters of its index.
    pub storage: Vec<String>,
    /// Whether it can be checked at the end of a transaction.
    pub deferrable: bool,
    /// Whether it is checked at the end of a transaction by default.
    pub initially_deferred: bool,
    /// Whether it is known to hold for all rows; false after NOT VALID.
    pub validated: bool,
    /// Whether it is checked at all (PostgreSQL 18 or later has NOT ENFORCED).
    pub enforced: bool,
    /// Whether tables that inherit do not get it.
    pub no_inherit: bool,
    /// Whether the table itself declares it.
    pub local: bool,
    /// Whether it is inherited, or made with that of the partitioned table.
    pub inherited: bool,
    /// Its comment.
    pub comment: Option<String>,
}

/// The kinds of constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey,
    /// `UNIQUE`.
    Unique,
    /// `FOREIGN KEY`.
    ForeignKey,
    /// `CHECK`.
    Check,
    /// `EXCLUDE`.
    Exclusion,
    /// `NOT NULL`, which is a constraint with a name from PostgreSQL 18 on.
    NotNull,
}

/// The target of a foreign key, and what happens when its rows change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reference {
    /// The table.
    pub table: Name,
    /// Its columns, in the order of the constraint's.
    pub columns: Vec<String>,
    /// How NULLs are treated.
    pub match_type: MatchType,
    /// What happens when the referenced key is updated.
    pub on_update: Action,
    /// What happens when the referenced row is deleted.
    pub on_delete: Action,
    /// The columns that ON DELETE SET NULL or SET DEFAULT sets, if not all.
    pub set_columns: Vec<String>,
}

/// How a foreign key of several columns treats NULLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchType {
    /// One NULL is enough to refer to nothing.
    Simple,
    /// All must be NULL or none.
    Full,
}

/// What a foreign key does when the row that it refers to changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The change is an error at the end of the statement, or of the transaction if the constraint is deferred.
    NoAction,
    /// The change is an error at once.
    Restrict,
    /// The change is made here, too.
    Cascade,
    /// The columns become NULL.
    SetNull,
    /// The columns get their defaults.
    SetDefault,
}

/// What an exclusion constraint compares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elements {
    /// The access method of its index: `gist`.
    pub method: String,
    /// The keys.
    pub keys: Vec<IndexKey>,
    /// For each key the operator, as SQL: `&&`, or `OPERATOR(app.===)`.
    pub operators: Vec<String>,
    /// The rows that it holds for.
    pub predicate: Option<String>,
}
