//! The outer side of a join is an `Option`.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users")]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "posts")]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    pub author_id: i64,
}

async fn pairs(db: &Database) -> Result<Vec<(User, Post)>> {
    User::query().left_join::<Post>(|(u, p)| p.author_id.eq(u.id)).all(db).await
}

fn main() {
    drop(pairs);
}
