//! Two ways to fill one column.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key, identity, default = "1")]
    pub id: i64,
    #[orm(generated = "id * 2", on_update = "3")]
    pub twice: i64,
}

fn main() {}
