//! PostgreSQL has no unsigned integers.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub visits: u64,
}

fn main() {
    let _ = User::query().filter(|u| u.id.gt(7));
    let _ = NewUser { visits: 7 };
}
