//! What the macros write must mean the same wherever it stands: without a prelude, beside the user's own types of the
//! same names, under another crate name, and under the strictest lints.

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
