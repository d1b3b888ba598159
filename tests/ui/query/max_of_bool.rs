//! PostgreSQL has no largest `bool`.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub active: bool,
}

fn main() {
    let _ = User::query().select(|u| u.active.max());
}
