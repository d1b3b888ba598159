//! Only ranges and arrays overlap.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "articles")]
struct Article {
    #[orm(key)]
    id: i64,
}

fn main() {
    let _ = Article::query().filter(|a| a.id.overlaps(1..3));
}
