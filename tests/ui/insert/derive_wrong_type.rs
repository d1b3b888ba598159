//! A field of a struct to insert has a type that its column takes.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub age: i32,
}

#[derive(Debug, Insert)]
#[orm(of = User)]
pub struct SignUp {
    pub age: String,
}

fn main() {}
