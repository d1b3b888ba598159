//! A join has rows of several models, so it cannot become a delete.

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
    let joined = User::query().join::<Post>(|(u, p)| p.author_id.eq(u.id)).filter(|(u, _)| u.name.eq(""));
    let _ = joined.delete();
}
