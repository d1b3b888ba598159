//! Keys of an index are fields, or SQL in quotes, with known words behind them.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(index(lower(name)))]
pub struct Unquoted {
    #[orm(key)]
    pub id: i64,
    pub name: String,
}

#[derive(Debug, Clone, Model)]
#[orm(index(name descending), index("name" desc), index(nmae desc), index(name id))]
pub struct Misspelt {
    #[orm(key)]
    pub id: i64,
    pub name: String,
}

#[derive(Debug, Clone, Model)]
#[orm(exclude(room with "=", name, using = "gist"))]
pub struct NoOperator {
    #[orm(key)]
    pub id: i64,
    pub name: String,
    pub room: i64,
}

fn main() {}
