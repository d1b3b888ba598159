//! A name in quotes would be text, not a value.

use orm_pg::prelude::*;

fn main() {
    let name = "Ann";
    let _ = sql!("SELECT id FROM users WHERE name LIKE '%{name}%'");
}
