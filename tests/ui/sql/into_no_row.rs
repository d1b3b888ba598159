//! A row needs a struct that can be read.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

fn main() {
    struct Plain;
    fn plain(db: &Database) {
        let _ = sql!("SELECT 1").all::<Plain>(db);
    }
    let _ = plain;
}
