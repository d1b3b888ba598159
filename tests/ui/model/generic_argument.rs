//! What a type parameter stands for has to fit into a column.

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
