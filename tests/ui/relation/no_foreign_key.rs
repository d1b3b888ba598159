//! The other side has no foreign key.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users", has_many(posts: Post))]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "posts")]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    pub author_id: i64,
}

fn main() {}
