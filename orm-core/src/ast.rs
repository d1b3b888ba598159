//! Statements as plain data: the builders put them together, `check` checks them, and `render` writes them as SQL.
//!
//! Nothing here has the Rust types of columns and nothing here fails. Names come from models, values are binds.

mod bind_type;
mod clause;
mod key;
mod node;
mod select;
mod visit;
mod write;

pub(crate) use self::{
    bind_type::is_of_one_type,
    clause::Clause,
    key::row_conditions,
    select::DEPTH,
    write::{EXCLUDED, automatic},
};
pub use self::{
    clause::{Direction, Join, Lock, LockStrength, LockWait, Nulls},
    node::{Call, FunctionName, Logic, Node, OrderItem, SqlPart},
    select::{Distinct, From, FromItem, RecursiveQuery, Select},
    write::{
        Assignment, Cell, ConflictAction, ConflictTarget, Delete, Insert, InsertSource, JunctionRows, OnConflict,
        Update,
    },
};
pub use crate::ident::{ColumnName, QueryId};

/// The old name of [`SqlPart`].
#[deprecated(note = "renamed to `SqlPart`")]
pub type Part = SqlPart;

/// The old name of [`FromItem`].
#[deprecated(note = "renamed to `FromItem`")]
pub type Relation = FromItem;

/// The old name of [`InsertSource`].
#[deprecated(note = "renamed to `InsertSource`")]
pub type Rows = InsertSource;

/// The old name of [`RecursiveQuery`].
#[deprecated(note = "renamed to `RecursiveQuery`")]
pub type Tree = RecursiveQuery;

/// The old name of [`JunctionRows`].
#[deprecated(note = "renamed to `JunctionRows`")]
pub type Links = JunctionRows;
