//! The depth of a relation that is not followed recursively.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "categories", has_many(children: Category))]
pub struct Category {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = Category)]
    pub parent_id: Option<i64>,
}

fn main() {
    let _ = Category::query().with(Category::children().with_depth());
}
