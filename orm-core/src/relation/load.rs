//! Loading relations: with the rows of a query, or for rows that were read before.

#[macro_use]
mod concurrent;

mod by_keys;
mod clauses;
mod consistent;
mod count;
mod keys;
mod pairing;
mod with;

pub use self::{
    by_keys::{Loads, load},
    concurrent::both,
    count::{Counted, Found},
    with::{Push, With},
};
pub(super) use self::{
    by_keys::{fewer, own_by_keys, rows_of_keys, shared_by_keys},
    keys::{Asked, Key, Keys},
};
