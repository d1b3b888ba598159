//! `= NULL` is never true, so `eq` takes no `Option`.

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
    let age: Option<i32> = None;
    let _ = User::query().filter(|u| u.age.eq(age));
}
