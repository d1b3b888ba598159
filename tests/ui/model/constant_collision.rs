//! Two constraints cannot have one Rust constant.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
#[orm(table = "users", check("age > 0", name = "email_key"))]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(unique)]
    pub email: String,
    pub age: i32,
}

fn main() {}
