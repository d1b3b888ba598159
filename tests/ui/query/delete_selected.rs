//! A delete returns columns by `returning`, which comes after it.

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
    let _ = User::query().filter(|u| u.name.eq("")).select(|u| u.id).delete();
}
