//! The operators of Rust end a condition at once.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

fn main() {
    let _ = User::query().filter(|u| u.id.gt(3) && u.age.is_null());
}
