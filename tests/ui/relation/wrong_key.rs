//! A key that is not a foreign key of the other model.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users", has_many(posts: Post, key = writer_id))]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "posts")]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = User)]
    pub author_id: i64,
}

fn main() {}
