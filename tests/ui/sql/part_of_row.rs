//! Each part of a tuple has to be readable.

use orm_pg::prelude::*;

fn main() {
    fn pairs(db: &Database) {
        let _ = sql!("SELECT 1, 2").all::<(i64, u64)>(db);
    }
    let _ = pairs;
}
