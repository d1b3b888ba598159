//! A model has one table, and so no generics.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct Page<T> {
    #[orm(key, identity)]
    pub id: i64,
    pub body: T,
}

fn main() {}
