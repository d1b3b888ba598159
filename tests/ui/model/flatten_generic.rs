//! The number of columns is known before the type parameters are.

use orm_pg::prelude::*;

#[derive(Debug, Flatten)]
pub struct Part<T: orm_pg::Scalar> {
    pub value: T,
}

#[derive(Debug, Model)]
pub struct Tagged<T: orm_pg::Scalar> {
    #[orm(key)]
    pub id: i64,
    #[orm(flatten)]
    pub part: Part<T>,
}

fn main() {}
