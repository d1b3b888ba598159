//! Rows of another model as the children of a nested insert.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users", has_many(posts: Post))]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "posts")]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = User)]
    pub author_id: i64,
    pub title: String,
}

fn main() {
    let _ = User::insert(NewUser::new("Ann")).with(User::posts(), |_| [NewUser::new("Bob")]);
}
