//! A row of the model has columns that the database writes.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
}

fn main() {
    let _ = User::insert(User { id: 1, name: "Ann".into() });
}
