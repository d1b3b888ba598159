//! An enum needs a derive to be a column.

use orm_pg::prelude::*;

#[derive(Debug, Clone)]
pub enum Status {
    Open,
    Done,
}

#[derive(Debug, Clone, Model)]
pub struct Task {
    #[orm(key, identity)]
    pub id: i64,
    pub status: Status,
}

fn main() {}
