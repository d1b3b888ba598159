//! A foreign key refers to a table.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
#[orm(view)]
pub struct Summary {
    #[orm(key)]
    pub id: i64,
}

#[derive(Debug, Model)]
pub struct Post {
    #[orm(key)]
    pub id: i64,
    #[orm(references = Summary)]
    pub summary: i64,
}

fn main() {}
