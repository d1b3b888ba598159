//! A primary key is never NULL.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key)]
    pub id: Option<i64>,
    pub name: String,
}

fn main() {
    let _ = User::get(7);
}
