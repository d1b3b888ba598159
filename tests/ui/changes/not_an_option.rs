//! The fields of a partial update are `Option`s.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
}

#[derive(Debug, Changes)]
#[orm(of = User)]
pub struct Edit {
    pub name: String,
}

fn main() {}
