//! A relation read as a struct that is not a projection.

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

pub struct Title {
    pub title: String,
}

#[derive(Projection)]
#[orm(of = User)]
pub struct Card {
    pub posts: Vec<Title>,
}

fn main() {}
