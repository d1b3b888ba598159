//! A join after `select` would drop what was selected.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users")]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "posts")]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    pub author_id: i64,
}

fn main() {
    let _ = User::query().select(|u| u.name).join::<Post>(|(u, p)| p.author_id.eq(u.id));
}
