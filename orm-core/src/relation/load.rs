//! Loading relations: with the rows of a query, or for rows that were read before.

#[macro_use]
mod concurrency;

mod clauses;
mod count;
mod key;
mod level;
mod lookup;
mod owner;
mod run;
mod snapshot;
mod statement;
mod with;

pub use self::{
    concurrency::both,
    count::{Counted, Exists},
    level::{Loads, load},
    with::{AddRelation, With},
};
pub(super) use self::{
    key::{LookupKeys, ParentKey, ParentKeys},
    level::fewer,
    lookup::{own_by_keys, rows_of_keys, shared_by_keys},
};
