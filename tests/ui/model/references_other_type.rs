//! A foreign key has the type of the key that it refers to.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key)]
    pub id: i64,
}

#[derive(Debug, Model)]
pub struct Post {
    #[orm(key)]
    pub id: i64,
    #[orm(references = User)]
    pub author: Option<String>,
}

fn main() {}
