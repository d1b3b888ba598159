//! A verb returns a future.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

fn main() {
    async fn run(db: &Database) -> Result<Vec<User>> {
        let users = User::query().all(db)?;
        Ok(users)
    }
    let _ = run;
}
