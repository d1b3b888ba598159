//! An unsigned key is one mistake.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: u64,
    #[orm(unique)]
    pub tags: Vec<char>,
}

fn main() {}
