//! A version is an integer.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key)]
    pub id: i64,
    #[orm(version)]
    pub version: f64,
}

fn main() {}
