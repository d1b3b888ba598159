//! Writing relations: links, and rows that are inserted with the rows that belong to them.
//!
//! ```sql
//! -- Post::tags().link_all(&post, &tags); without a unique key of the two columns, WHERE NOT EXISTS (…) instead
//! INSERT INTO post_tags (post_id, tag_id) SELECT $1, k.k0 FROM unnest($2) AS k(k0)
//! ON CONFLICT (post_id, tag_id) DO NOTHING
//! -- User::insert_many(users).with(User::posts(), |user| …): one statement for each level, in one transaction
//! INSERT INTO users (name) SELECT * FROM unnest($1) RETURNING …
//! INSERT INTO posts (author_id, title) SELECT * FROM unnest($1, $2) RETURNING …
//! -- and one more where a level is linked through a junction table
//! INSERT INTO post_tags (post_id, tag_id) SELECT k.k0, k.k1 FROM unnest($1, $2) AS k(k0, k1) ON CONFLICT … DO NOTHING
//! ```
//!
//! Links: `link` (the methods), `link_column` (the columns of a junction table), `junction_row` (the rows to insert).
//! Nested inserts: `nested_insert` (the builder and its verbs), `one_row` and `many_rows` (its methods `with` and
//! `with_nth`), `child` (what a closure may return), `nested_relation` (one relation of one level), `foreign_key`
//! (whether the children belong to their parents).

mod child;
mod foreign_key;
mod junction_row;
mod link;
mod link_column;
mod many_rows;
mod nested_insert;
mod nested_relation;
mod one_row;

pub use self::{
    child::{Children, LevelRows, Linked, NestedOf, NewChildren, children, linked},
    link::{Link, Links},
    nested_insert::NestedInsert,
    nested_relation::{InsertNested, NestedRelation, NestedRelations},
};
