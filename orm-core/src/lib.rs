//! The pure part of `orm-pg`: models, typed expressions, statements, SQL text and the [`Executor`] trait.
//!
//! Nothing here knows a driver, a runtime, a file or a socket. Users depend on `orm-pg`, which re-exports what they
//! need.
//!
//! The modules in reading order: a [`model`] gives columns; closures make [`expr`]essions of them, which a [`query`]
//! gathers into [`ast`]; `check` refuses what has no meaning; `render` writes the [`statement`]; an [`executor`] runs
//! it; each [`row`] is decoded by position.

pub mod ast;
mod builder;
mod check;
pub mod ddl;
pub mod error;
pub mod executor;
pub mod expr;
pub mod ident;
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
