//! Relations of one name, and of the name of a constraint's constant.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users", has_many(posts: Post), has_many(posts: Post, key = author_id), has_many(NAME_KEY: Post))]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(unique)]
    pub name: String,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "posts")]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = User)]
    pub author_id: i64,
}

fn main() {
    let _ = (User::posts(), User::NAME_KEY);
}
