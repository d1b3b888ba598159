//! A flattened type has columns.

use orm_pg::prelude::*;

#[derive(Debug, Clone)]
pub struct Times {
    pub created: i64,
}

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key)]
    pub id: i64,
    #[orm(flatten)]
    pub times: Times,
}

fn main() {}
