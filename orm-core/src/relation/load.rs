//! Loading relations: with the rows of a query, or for rows that were read before.
//!
//! One statement loads one relation for any number of parents. The server pairs parents and rows, so it compares keys
//! as their columns do, whatever Rust thinks of their equality:
//!
//! ```sql
//! -- a key of one integer column: each row begins with the key of its parent
//! SELECT t0.author_id, t0.… FROM posts t0 WHERE t0.author_id = ANY ($1)
//! -- any other key: each row begins with the number of its parent
//! SELECT k.n, t0.… FROM lines t0
//! JOIN unnest($1, $2) WITH ORDINALITY AS k(k0, k1, n) ON t0.shop = k.k0 AND t0.number = k.k1
//! -- a limit, which counts per parent
//! SELECT k.n, c.* FROM unnest($1) WITH ORDINALITY AS k(k0, n)
//! JOIN LATERAL (SELECT t0.… FROM posts t0 WHERE t0.author_id = k.k0 ORDER BY … LIMIT $2) c ON TRUE
//! -- count() and exists()
//! SELECT k.n, count(*) FROM posts t0 JOIN unnest($1) … AS k(k0, n) ON t0.author_id = k.k0 GROUP BY k.n
//! ```
//!
//! In reading order: `with` (the query that loads relations) and its `clauses`, `run` (its verbs), `level` (the
//! relations of one level), `lookup` (one relation), `key` (the keys of the parents), `statement` (the SQL), `owner`
//! (which parent a row belongs to), `count`, `snapshot` (all levels on one snapshot), `concurrency` (statements that
//! wait at the same time).

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
    level::too_few_rows,
    lookup::{rows_of_keys, shared_rows, unshared_rows},
};
