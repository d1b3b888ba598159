//! A nested insert in the wrong direction: a row that another one refers to is inserted before it.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users", has_many(posts: Post))]
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
    pub title: String,
}

fn main() {
    let _ = Post::insert(NewPost::new(1, "One")).with(Post::author(), |_| [NewUser::new("Ann")]);
}
