//! A row may borrow what it holds, of the column's type.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    pub tags: Vec<String>,
}

#[derive(Debug, Insert)]
#[orm(of = Post)]
pub struct Draft<'a> {
    pub tags: &'a [i32],
}

fn main() {}
