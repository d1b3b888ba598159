//! A PostgreSQL enum has labels, not values.

use orm_pg::prelude::*;

#[derive(Debug, Clone, PgEnum)]
pub enum Shape {
    Point,
    Circle(f64),
}

fn main() {}
