//! The fields of a partial update are fields of the model.

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
    pub nmae: Option<String>,
}

fn main() {}
