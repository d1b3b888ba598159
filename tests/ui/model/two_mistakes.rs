//! All mistakes of a struct are shown at once.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
#[orm(tabel = "users", unique(emial))]
pub struct User {
    #[orm(key, identity, default = "1")]
    pub id: i64,
    pub email: String,
}

fn main() {
    let _ = User::query().filter(|u| u.email.eq("ann@example.org"));
}
