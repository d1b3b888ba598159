//! The closure says whether to commit.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

fn main() {
    fn run(db: &Database) {
        let _ = db.transaction(async |tx| {
            User::get(1).one(tx).await.unwrap();
        });
    }
    let _ = run;
}
