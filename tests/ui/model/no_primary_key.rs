//! Without a primary key something else must make the key unique.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
#[orm(table = "rates", primary_key = none, index(currency, day))]
pub struct Rate {
    #[orm(key)]
    pub currency: String,
    #[orm(key)]
    pub day: i32,
}

fn main() {}
