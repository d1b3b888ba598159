//! A struct to insert has all columns that need a value.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub email: String,
    pub name: String,
    pub age: Option<i32>,
}

#[derive(Debug, Insert)]
#[orm(of = User)]
pub struct SignUp {
    pub email: String,
}

fn main() {
    let _ = User::insert(SignUp { email: "ann@example.org".into() });
}
