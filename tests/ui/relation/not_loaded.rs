//! A relation that is not loaded is absent from the row.

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

async fn titles(db: &Database) -> Result<()> {
    let users = User::query().all(db).await?;
    for user in users {
        println!("{}", user.posts.len());
    }
    Ok(())
}

fn main() {}
