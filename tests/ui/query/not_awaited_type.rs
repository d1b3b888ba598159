//! The rows have the type that was selected.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

fn main() {
    async fn names(db: &Database) -> Result<Vec<String>> {
        User::query().select(|u| u.age).all(db).await
    }
    let _ = names;
}
