//! Statements as plain data: what the builders gather, `check` looks at and `render` writes out.
//!
//! Nothing here is typed by Rust types and nothing here fails. Names in it come from models, values are binds.

mod bind_type;
mod clause;
mod key;
mod node;
mod select;
mod source;
mod tree;
mod visit;
mod write;

pub(crate) use self::{
    bind_type::is_of_one_type,
    clause::Clause,
    key::{by_key, equals},
    tree::DEPTH,
    write::automatic,
};
pub use self::{
    clause::{Direction, Distinct, Lock, LockStrength, LockWait, Nulls, OrderItem},
    node::{Call, ColumnName, FunctionName, Logic, Node, Part},
    select::Select,
    source::{From, Join, Relation},
    tree::Tree,
    write::{Assignment, Cell, ConflictAction, ConflictTarget, Delete, Insert, Links, OnConflict, Rows, Update},
};

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
