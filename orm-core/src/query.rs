//! The builders: each a plain value that gathers clauses. None holds a connection, and none does I/O until an awaited
//! verb is handed an executor.

mod delete;
mod insert;
mod insert_rows;
mod join;
mod key;
mod run;
mod select;
mod source;
mod sql;
mod subquery;
mod update;

pub(crate) use self::insert::EXCLUDED;
pub use self::{
    delete::Delete,
    insert::{Conflict, Insert},
    run::Rows,
    select::Select,
    source::{Append, Maybe, Source},
    subquery::{Subquery, exists, not_exists},
    update::Update,
};
