//! Braces hold names, not expressions.

use orm_pg::prelude::*;

fn main() {
    let age = 17;
    let _ = sql!("SELECT name FROM users WHERE age > {age + 1}");
}
