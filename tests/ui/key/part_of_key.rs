//! A key of two columns is a tuple.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct Seat {
    #[orm(key)]
    pub row: i32,
    #[orm(key)]
    pub number: String,
}

fn main() {
    let _ = Seat::get(1);
}
