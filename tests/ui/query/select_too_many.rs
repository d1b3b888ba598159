//! A select list has at most 16 parts.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

fn main() {
    let _ = User::query().select(|u| {
        (u.id, u.id, u.id, u.id, u.id, u.id, u.id, u.id, u.id, u.id, u.id, u.id, u.id, u.id, u.id, u.id, u.id)
    });
}
