//! Verbs borrow their executor.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users")]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
}

async fn all(db: Database) -> Result<Vec<User>> {
    User::query().all(db).await
}

fn main() {
    drop(all);
}
