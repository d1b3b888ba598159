//! Values that several rows may share are cloned.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users")]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "posts")]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = User)]
    pub author_id: i64,
    #[orm(references = User)]
    pub editor_id: Option<i64>,
}

#[derive(Debug, Projection)]
#[orm(of = User)]
pub struct Name {
    pub name: String,
}

#[derive(Debug, Projection)]
#[orm(of = Post)]
pub struct Card {
    pub author: Name,
    pub editor: User,
}

fn main() {
    let _ = Card::query().limit(1);
}
