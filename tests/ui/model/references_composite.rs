//! One field cannot refer to a key of two columns.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct Seat {
    #[orm(key)]
    pub row: i32,
    #[orm(key)]
    pub number: i32,
}

#[derive(Debug, Model)]
pub struct Ticket {
    #[orm(key)]
    pub id: i64,
    #[orm(references = Seat)]
    pub seat: i32,
}

fn main() {}
