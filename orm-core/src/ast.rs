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
    key::row_conditions,
    tree::DEPTH,
    write::{EXCLUDED, automatic},
};
pub use self::{
    clause::{Direction, Distinct, Lock, LockStrength, LockWait, Nulls, OrderItem},
    node::{Call, FunctionName, Logic, Node, Part},
    select::Select,
    source::{From, Join, Relation},
    tree::Tree,
    write::{Assignment, Cell, ConflictAction, ConflictTarget, Delete, Insert, Links, OnConflict, Rows, Update},
};
pub use crate::ident::{ColumnName, QueryId};
