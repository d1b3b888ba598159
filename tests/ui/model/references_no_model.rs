//! A foreign key refers to a model.

use orm_pg::prelude::*;

pub struct Plain;

#[derive(Debug, Model)]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = Plain)]
    pub author_id: i64,
}

fn main() {
    let _ = Post::query().filter(|p| p.author_id.eq(7));
}
