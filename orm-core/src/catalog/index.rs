//! Indexes.

use serde::{Deserialize, Serialize};

use super::Name;

/// An index that belongs to no constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Index {
    /// Its name, in the schema of its table.
    pub name: String,
    /// Whether equal keys are refused.
    pub unique: bool,
    /// Whether NULLs count as equal.
    pub nulls_not_distinct: bool,
    /// The access method: `btree`, `gin`.
    pub method: String,
    /// Its keys in their order.
    pub keys: Vec<IndexKey>,
    /// The columns that it stores in addition to the keys.
    pub include: Vec<String>,
    /// The condition that selects the rows of a partial index.
    pub predicate: Option<String>,
    /// Its storage parameters, such as `fillfactor=70`.
    pub storage: Vec<String>,
    /// Whether queries may use it; false after `CREATE INDEX CONCURRENTLY` has failed.
    pub valid: bool,
    /// Whether it is the index of a partitioned table, whose partitions have separate indexes.
    pub partitioned: bool,
    /// The index of the partitioned table to which it belongs.
    pub parent: Option<Name>,
    /// Its comment.
    pub comment: Option<String>,
}

/// One key of an index or of an exclusion constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IndexKey {
    /// The column, if it is one.
    pub column: Option<String>,
    /// The expression, if it is not a column: a function call, or an expression in parentheses.
    pub expression: Option<String>,
    /// Its collation as SQL, if that is not the column's.
    pub collation: Option<String>,
    /// Its operator class as SQL, with its options, if that is not the type's default.
    pub operator_class: Option<String>,
    /// Whether it is in descending order.
    pub descending: bool,
    /// Whether NULLs come first.
    pub nulls_first: bool,
    /// How detailed the statistics of the expression are, if not by the default of the server.
    #[serde(default)]
    pub statistics: Option<i32>,
}

impl IndexKey {
    /// Returns the key of a column, ascending with NULLs last, by the default operators of its type.
    #[must_use]
    pub fn column(name: impl Into<String>) -> Self {
        Self {
            column: Some(name.into()),
            expression: None,
            collation: None,
            operator_class: None,
            descending: false,
            nulls_first: false,
            statistics: None,
        }
    }
}
