//! A value on the left has the type of the column.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

fn main() {
    let four: i32 = 4;
    let _ = User::query().select(|u| four - u.id);
}
