//! How a column is named inside of a statement: by the query that it belongs to, and by its name or place there.

use std::sync::atomic::{AtomicU64, Ordering};

/// Which query a column belongs to. Each query that is started or cloned has its own, so that the same query used
/// twice in one statement never mixes up its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct QueryId(u64);

impl QueryId {
    /// No query: columns that are used for their name and type only.
    pub(crate) const NONE: Self = Self(0);

    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// The name of a column in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnName {
    /// By its name in a table.
    Named(&'static str),
    /// By its position in the select list of a query in FROM.
    Position(u16),
}

impl ColumnName {
    /// The name, if there is one.
    pub(crate) fn named(self) -> Option<&'static str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Position(_) => None,
        }
    }
}
