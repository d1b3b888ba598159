//! `Json` and `json` mean the same.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key)]
    pub id: i64,
    #[orm(json)]
    pub settings: Json<Vec<String>>,
}

fn main() {}
