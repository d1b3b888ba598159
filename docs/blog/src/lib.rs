//! The models of the examples in the docs, and the prelude, as a program that uses them has both in scope.
//!
//! An example starts with the hidden line `# use blog::*;`. It has no other names than those of the prelude and of these
//! models, so what else it needs is imported where the reader sees it.
#![expect(missing_docs, reason = "models say what they are by their names")]

pub use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users", has_many(posts: Post))]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(unique)]
    pub email: String,
    pub name: String,
    pub age: Option<i32>,
    #[orm(default = "true")]
    pub active: bool,
    #[orm(default = "0")]
    pub score: f64,
    #[orm(default = "now()")]
    pub joined: DateTime<Utc>,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "posts", has_many(comments: Comment), has_many(tags: Tag, through = PostTag))]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = User)]
    pub author_id: i64,
    pub title: String,
    #[orm(default = "false")]
    pub published: bool,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "comments")]
pub struct Comment {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = Post)]
    pub post_id: i64,
    pub body: String,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "tags")]
pub struct Tag {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(unique)]
    pub name: String,
}

/// Which posts have which tags.
#[derive(Debug, Clone, Model)]
#[orm(table = "post_tags")]
pub struct PostTag {
    #[orm(key, references = Post)]
    pub post_id: i64,
    #[orm(key, references = Tag)]
    pub tag_id: i64,
}

/// A tree.
#[derive(Debug, Clone, Model)]
#[orm(table = "categories", has_many(children: Category))]
pub struct Category {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = Category)]
    pub parent_id: Option<i64>,
    pub name: String,
}

/// A row that several may want to change at once.
#[derive(Debug, Clone, Model)]
#[orm(table = "accounts", check("balance >= 0"))]
pub struct Account {
    #[orm(key)]
    pub id: i64,
    pub balance: i64,
    #[orm(version)]
    pub version: i32,
}

/// An array.
#[derive(Debug, Clone, Model)]
#[orm(table = "articles")]
pub struct Article {
    #[orm(key, identity)]
    pub id: i64,
    pub words: Vec<String>,
}

/// A range.
#[derive(Debug, Clone, Model)]
#[orm(table = "bookings")]
pub struct Booking {
    #[orm(key, identity)]
    pub id: i64,
    pub room: String,
    pub seats: PgRange<i32>,
}

/// A vector of the extension `vector`.
#[derive(Debug, Clone, Model)]
#[orm(table = "documents")]
pub struct Document {
    #[orm(key, identity)]
    pub id: i64,
    pub title: String,
    #[orm(sql_type = "vector(3)")]
    pub embedding: Vector,
}
