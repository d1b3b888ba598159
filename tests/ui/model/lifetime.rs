//! A row that is read owns its values.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User<'a> {
    #[orm(key)]
    pub id: i64,
    pub name: &'a str,
}

fn main() {}
