//! Your own SQL needs a direction to sort by it.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users")]
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
    pub author_id: i64,
}

fn main() {
    let _ = User::query().order_by(|u| sql!("lower({u.name})"));
    let _ = User::query().order_by(|u| u.name.eq("Ann"));
}
