//! An index names columns that exist.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Flatten)]
pub struct Times {
    pub created: i64,
}

#[derive(Debug, Clone, Model)]
#[orm(index(times.craeted))]
pub struct User {
    #[orm(key)]
    pub id: i64,
    #[orm(flatten)]
    pub times: Times,
}

fn main() {}
