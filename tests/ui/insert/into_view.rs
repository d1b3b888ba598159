//! A view is read only.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
#[orm(view)]
pub struct Total {
    pub author_id: i64,
    pub posts: i64,
}

#[derive(Debug, Insert)]
#[orm(of = Total)]
pub struct NewTotal {
    pub author_id: i64,
    pub posts: i64,
}

fn main() {
    let _ = Total::insert(NewTotal { author_id: 1, posts: 2 });
}
