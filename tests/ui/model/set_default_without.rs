//! `set_default` needs a default.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key)]
    pub id: i64,
    #[orm(references(User, on_delete = set_default))]
    pub boss_id: i64,
}

fn main() {}
