//! A name in braces is a variable.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

fn main() {
    let _ = sql!("SELECT id FROM users WHERE age > {least}");
}
