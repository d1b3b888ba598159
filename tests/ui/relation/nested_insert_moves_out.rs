//! The closure for many rows is called once for each, so it cannot move values out; that of one row can.

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

fn tag(tags: Vec<Tag>, others: Vec<Tag>) {
    let _ = Post::insert(NewPost::new("One")).with(Post::tags(), |_| linked(tags));
    let _ = Post::insert_many([NewPost::new("One")]).with(Post::tags(), |_| linked(others));
}

fn main() {}
