//! The junction row of a relation without a junction table.

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
    #[orm(references = User)]
    pub author_id: i64,
}

fn main() {
    let _ = User::posts().with_link();
}
