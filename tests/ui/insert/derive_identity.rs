//! Only the database writes an identity column.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub email: String,
}

#[derive(Debug, Insert)]
#[orm(of = User)]
pub struct SignUp {
    pub id: i64,
    pub email: String,
}

fn main() {}
