//! Loading relations: with the rows of a query, or for rows that were read before.

#[macro_use]
mod concurrent;

mod by_keys;
mod clauses;
mod consistent;
mod count;
mod keys;
mod loads;
mod pairing;
mod run;
mod statement;
mod with;

pub(super) use self::{
    by_keys::{own_by_keys, rows_of_keys, shared_by_keys},
    keys::{Asked, Key, Keys},
    loads::fewer,
};
pub use self::{
    concurrent::both,
    count::{Counted, Found},
    loads::{Loads, load},
    with::{Push, With},
};
