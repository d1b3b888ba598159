//! Relations of a model to itself, followed to the end: descendants and ancestors.
//!
//! ```sql
//! -- Category::children().descendants().of(&root)
//! SELECT t0.… FROM categories t0 WHERE EXISTS (SELECT 1 FROM (
//!     WITH RECURSIVE "orm tree"(c0) AS (
//!         SELECT t2.id FROM categories t2 WHERE t2.parent_id = $1
//!         UNION SELECT t3.id FROM categories t3 JOIN "orm tree" t4 ON t3.parent_id = t4.c0
//!     ) SELECT c0 FROM "orm tree" GROUP BY c0
//! ) t1 WHERE t0.id = t1.c0)
//! ```
//!
//! `recursion` has the methods, `depth` the variant that returns the depth of each row, `walk` makes the recursive
//! query.

mod depth;
mod recursion;
mod walk;

pub use self::{
    depth::{Depth, WithDepth},
    recursion::{SameModel, Tree},
};
