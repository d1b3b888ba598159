//! A model without a key has no `get`.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct Visit {
    pub page: String,
}

fn main() {
    let _ = Visit::get(7);
}
