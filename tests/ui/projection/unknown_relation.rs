//! A relation that the model lacks, with clauses and followed through all levels.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "posts", has_many(tags: Tag, through = PostTag))]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    pub title: String,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "tags")]
pub struct Tag {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "post_tags")]
pub struct PostTag {
    #[orm(key, references = Post)]
    pub post_id: i64,
    #[orm(key, references = Tag)]
    pub tag_id: i64,
}

#[derive(Debug, Projection)]
#[orm(of = Post)]
pub struct Card {
    #[orm(from = tag, filter = |t| t.name.ne(""), order_by = |t| t.name.asc(), limit = 3)]
    pub tags: Vec<Tag>,
    #[orm(from = parents, ancestors)]
    pub path: Vec<Post>,
}

fn main() {
    let _ = Card::query().limit(1);
}
