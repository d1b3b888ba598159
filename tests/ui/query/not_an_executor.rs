//! Statements run on a database, a connection or a transaction.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

fn main() {
    async fn run(not_an_executor: u8) -> Result<Vec<User>> {
        User::query().all(&not_an_executor).await
    }
    let _ = run;
}
