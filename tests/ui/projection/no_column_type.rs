//! A column read as a type that no column can hold.

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

#[derive(Debug)]
pub struct Title(String);

#[derive(Debug, Projection)]
#[orm(of = Post)]
pub struct Card {
    pub title: Title,
}

fn main() {
    let _ = Card::query().limit(1);
}
