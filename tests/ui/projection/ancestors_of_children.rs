//! A field that follows a relation in the wrong direction.

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
    #[orm(from = children, ancestors)]
    pub path: Vec<Category>,
}

fn main() {}
