//! Statements as plain data: what the builders gather, `check` looks at and `render` writes out.
//!
//! Nothing here is typed by Rust types and nothing here fails. Names in it come from models, values are binds.

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
    node::{Call, FunctionName, Logic, Node, OrderItem, Part},
    select::{Distinct, From, Relation, Select, Tree},
    write::{Assignment, Cell, ConflictAction, ConflictTarget, Delete, Insert, Links, OnConflict, Rows, Update},
};
pub use crate::ident::{ColumnName, QueryId};
