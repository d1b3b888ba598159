//! A key of two columns is a tuple of two.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct Seat {
    #[orm(key)]
    pub row: i32,
    #[orm(key)]
    pub number: String,
}

fn main() {
    let _ = Seat::get((1, "a", 2));
}
