//! An array overlaps an array, not one of its elements.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "articles")]
struct Article {
    #[orm(key)]
    id: i64,
    words: Vec<String>,
}

fn main() {
    let _ = Article::query().filter(|a| a.words.overlaps("rust"));
}
