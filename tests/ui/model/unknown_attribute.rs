//! An option that does not exist, near one that does.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key, idenity)]
    pub id: i64,
}

fn main() {
    let _ = User::get(7);
}
