//! Generated code must mean the same everywhere: without a prelude, next to user-defined types of the same names, under
//! another crate name, and with the strictest lints.

#![deny(missing_docs, warnings)]

mod flatten;
mod generics;
mod names;
mod no_prelude;
mod own_types;
mod renamed;
mod serde;
pub mod strict;
mod visibility;
