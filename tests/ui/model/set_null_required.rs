//! A column that is never NULL cannot be set to NULL.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key)]
    pub id: i64,
    #[orm(references = User, on_delete = "set null")]
    pub boss_id: i64,
}

fn main() {}
