//! A query has at most eight sources.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
}

#[derive(Debug, Clone, Model)]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    pub author_id: i64,
    pub published: bool,
}

fn main() {
    let two = User::query().join::<Post>(|(u, p)| p.author_id.eq(u.id));
    let four = two.join::<Post>(|(_, _, p)| p.published).join::<Post>(|(_, _, _, p)| p.published);
    let six = four.join::<Post>(|(.., p)| p.published).join::<Post>(|(.., p)| p.published);
    let eight = six.join::<Post>(|(.., p)| p.published).join::<Post>(|(.., p)| p.published);
    let _ = eight.join::<Post>(|(.., p)| p.published);
}
