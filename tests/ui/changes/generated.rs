//! Changes cannot set a generated column.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users")]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    #[orm(generated = "lower(name)")]
    pub handle: String,
}

#[derive(Debug, Changes)]
#[orm(of = User)]
pub struct Patch {
    pub name: Option<String>,
    pub handle: Option<String>,
}

fn main() {}
