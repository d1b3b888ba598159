//! A model is a struct.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub enum User {
    Ann,
}

fn main() {
    let _ = User::query();
}
