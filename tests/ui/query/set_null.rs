//! NULL for a column that does not take it.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users")]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

fn main() {
    let _ = User::query().update(|u| u.name.set(None::<String>));
}
