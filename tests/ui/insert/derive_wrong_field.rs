//! The fields of a struct to insert are fields of the model.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub email: Option<String>,
}

#[derive(Debug, Insert)]
#[orm(of = User)]
pub struct SignUp {
    pub emial: String,
}

fn main() {}
