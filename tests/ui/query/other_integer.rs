//! The integer has the type of the column.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

fn main() {
    let id: i32 = 7;
    let _ = User::query().filter(|u| u.id.eq(id));
}
