//! A depth without `ancestors` or `descendants`.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "categories", has_many(children: Category))]
pub struct Category {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = Category)]
    pub parent_id: Option<i64>,
}

#[derive(Debug, Projection)]
#[orm(of = Category)]
pub struct Card {
    #[orm(max_depth = 2)]
    pub children: Vec<Category>,
}

fn main() {
    // No further message.
    let _ = Card::query().limit(1);
}
