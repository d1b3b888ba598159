//! The builders: each a plain value that gathers clauses. None holds a connection, and none does I/O until an awaited
//! verb is handed an executor.

mod clause;
mod delete;
mod insert;
mod join;
mod renamed;
mod rows;
mod run;
mod select;
mod source;
mod sql;
mod subquery;
mod timeout;
mod update;

#[expect(deprecated, reason = "the old names")]
pub use self::renamed::{Append, On, Room};
pub(crate) use self::{
    clause::clauses,
    join::{JoinedColumns, JoinedSources},
    run::not_found,
    sql::select_statement,
    timeout::timeouts,
};
pub use self::{
    insert::Conflict,
    join::JoinCondition,
    rows::Rows,
    source::{AddSource, CanJoin, Joinable, Maybe, Source, WholeRow},
    subquery::{Subquery, exists, not_exists},
};
pub use crate::{
    builder::{Delete, Insert, ManyRows, OneRow, Select, Update},
    model::RowsOf,
};
