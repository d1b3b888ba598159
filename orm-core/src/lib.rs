//! The pure part of `orm-pg`: models, typed expressions, statements, SQL text and the [`Executor`] trait.
//!
//! Nothing here knows a driver, a runtime, a file or a socket. Users depend on `orm-pg`, which re-exports what they
//! need.

pub mod error;
pub mod executor;
pub mod ident;
pub mod row;
pub mod schema;
pub mod statement;
pub mod value;

pub use error::{Error, ErrorKind, Result};
pub use executor::Executor;
