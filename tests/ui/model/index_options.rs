//! Each kind of index has the options that PostgreSQL has.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(
    unique(email, where = "gone IS NULL", deferrable = initially_deferred),
    unique_index(gone, wher = "gone IS NULL"),
    index(email, gone, nulls = not_distinct)
)]
pub struct User {
    #[orm(key)]
    pub id: i64,
    #[orm(index(desc))]
    pub age: i64,
    pub email: String,
    pub gone: Option<i64>,
}

fn main() {}
