//! The closure of a join has one name for each source.

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
    let _ = User::query().join::<Post>(|(u, p)| p.author_id.eq(u.id)).filter(|u| u.age.ge(18));
}
