//! A row to insert can be cloned and shown.

use orm_pg::prelude::*;

#[derive(PgEnum)]
pub enum Status {
    Open,
    Done,
}

#[derive(Model)]
pub struct Task {
    #[orm(key, identity)]
    pub id: i64,
    pub status: Status,
}

fn main() {}
