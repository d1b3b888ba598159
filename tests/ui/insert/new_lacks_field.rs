//! A column without a default has to be given.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub email: String,
    pub name: String,
}

fn main() {
    let _ = User::insert(NewUser { email: "ann@example.org".into() });
}
