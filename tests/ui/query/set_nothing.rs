//! An assignment is made by `set`.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

fn main() {
    let user = User { id: 1, name: String::new(), age: None };
    let _ = user.update(|u| u.age.eq(3));
}
