//! A foreign key of fewer fields than the key has, and ones that are written wrong.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "orders")]
pub struct Order {
    #[orm(key)]
    pub shop_id: i32,
    #[orm(key)]
    pub year: i32,
    #[orm(key)]
    pub number: i64,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "lines", references(Order, fields(shop_id, number)))]
pub struct Line {
    #[orm(key, identity)]
    pub id: i64,
    pub shop_id: i32,
    pub number: i64,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "notes", references(Order), references(Order, fields(id)), references(Order, fields(shop, id)))]
pub struct Note {
    #[orm(key, identity)]
    pub id: i64,
    pub shop_id: i32,
}

fn main() {}
