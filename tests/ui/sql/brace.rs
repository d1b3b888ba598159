//! A brace in the SQL is doubled.

use orm_pg::prelude::*;

fn main() {
    let _ = sql!("SELECT '{' || name FROM users");
}
