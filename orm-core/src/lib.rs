//! The pure part of `orm-pg`: models, typed expressions, statements, SQL text and the [`Executor`] trait.
//!
//! Nothing here depends on a driver, a runtime, a file or a socket. Users depend on `orm-pg`, which re-exports what they
//! need.
//!
//! # Start here
//! In the order in which a query passes through them:
//! 1. [`model`]: the trait of tables, whose verbs start a statement.
//! 2. `builder`: the statement as a plain value, which [`query`] gives its clauses.
//! 3. [`expr`]: columns and typed expressions, which closures combine.
//! 4. [`ast`]: the statement as data without Rust types.
//! 5. `check`: refuses statements that have no meaning in SQL.
//! 6. `render`: writes the SQL text and collects the binds.
//! 7. [`statement`]: the finished statement.
//! 8. [`executor`]: the trait that runs it; `orm-pg` implements it.
//! 9. [`row`]: decodes each row by position.
//! 10. [`relation`]: loads and stores related rows, on top of all these.
//!
//! Below them are [`value`], [`schema`], [`ident`] and [`error`].

pub mod ast;
mod builder;
#[cfg(feature = "migrate")]
pub mod catalog;
mod check;
pub mod ddl;
pub mod error;
pub mod executor;
pub mod expr;
pub mod ident;
#[cfg(feature = "migrate")]
pub mod migrate;
pub mod model;
pub mod query;
pub mod relation;
mod render;
pub mod row;
pub mod schema;
pub mod statement;
pub mod value;

pub use error::{Error, ErrorKind, Result};
pub use executor::Executor;
