//! The builders: each a plain value that gathers clauses. None holds a connection, and none does I/O until an awaited
//! verb is handed an executor.

mod delete;
mod insert;
mod join;
mod rows;
mod run;
mod select;
mod source;
mod sql;
mod subquery;
mod timeout;
mod update;

pub use self::{
    delete::Delete,
    insert::{Conflict, Insert, ManyRows, OneRow},
    join::On,
    rows::Rows,
    select::Select,
    source::{Append, Joinable, Maybe, Room, RowsOf, Source, WholeRow},
    subquery::{Subquery, exists, not_exists},
    update::Update,
};
pub(crate) use self::{insert::EXCLUDED, sql::select_statement, timeout::timeouts};
