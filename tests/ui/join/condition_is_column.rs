//! A column of text is not a condition.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

#[derive(Debug, Clone, Model)]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    pub author_id: i64,
    pub published: bool,
}

fn main() {
    let _ = User::query().join::<Post>(|(u, _)| u.name);
}
