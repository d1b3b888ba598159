//! A type argument must be a type that a column can hold.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct Tagged<T> {
    #[orm(key)]
    pub id: i64,
    pub value: T,
}

fn main() {
    let _ = Tagged::<u64>::query();
}
