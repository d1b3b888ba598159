//! Options of a foreign key, a primary key, a column and a label that cannot be.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Copy, PgEnum)]
pub enum Level {
    Low,
    #[orm(renamed_from = "low")]
    High,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "houses", primary_key(deferrable = initially_deferred))]
pub struct House {
    #[orm(key)]
    pub id: i64,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "rooms", primary_key(name = "rooms_pk"))]
pub struct Room {
    #[orm(references = House)]
    pub house_id: i64,
    #[orm(references(Floor, on_update = set_null))]
    pub floor_id: i64,
    #[orm(identity(begin = 10))]
    pub number: i64,
    pub level: Level,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "floors")]
pub struct Floor {
    #[orm(key)]
    pub id: i64,
}

fn main() {}
