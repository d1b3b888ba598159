//! The columns of a flattened struct are columns like the others.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Flatten)]
pub struct Times {
    pub created: i64,
}

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    #[orm(flatten)]
    pub times: Times,
}

#[derive(Debug, Insert)]
#[orm(of = User)]
pub struct SignUp {
    pub name: String,
}

fn main() {}
