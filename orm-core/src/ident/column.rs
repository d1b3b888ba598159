//! How a column is named inside of a statement: by the query that it belongs to, and by its name or place there.

use std::sync::atomic::{AtomicU64, Ordering};

/// Which query a column belongs to. Each query that is started or cloned has its own, so that the same query used
/// twice in one statement never mixes up its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct QueryId(u64);

impl QueryId {
    /// No query: columns that only lend their name and type.
    pub(crate) const NONE: Self = Self(0);

    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// How a column is called where it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnName {
    /// By its name in a table.
    Named(&'static str),
    /// By its place in the select list of a query that stands in FROM.
    Position(u16),
}

impl ColumnName {
    /// The name, where there is one.
    pub(crate) fn named(self) -> Option<&'static str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Position(_) => None,
        }
    }
}
