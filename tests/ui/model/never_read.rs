//! The field of a model declares a column, even if the program never reads it; rustc still warns about a field that is not
//! a column, and about one that a projection or a `FromRow` reads from the server in vain.
#![deny(dead_code)]

use orm_pg::prelude::*;

#[derive(Flatten)]
struct Times {
    #[orm(default = "now()")]
    created: DateTime<Utc>,
}

#[derive(Model)]
#[orm(has_many(posts: Post))]
struct User {
    #[orm(key, identity)]
    id: i64,
    name: String,
    #[orm(flatten)]
    times: Times,
    #[orm(skip)]
    cached: Option<String>,
}

#[derive(Model)]
struct Post {
    #[orm(key, identity)]
    id: i64,
    #[orm(references = User)]
    user_id: i64,
}

#[derive(Projection)]
#[orm(of = User)]
struct Card {
    id: i64,
    name: String,
}

#[derive(FromRow)]
struct Line {
    text: String,
}

fn main() {
    let _ = User::query().with(User::posts()).filter(|u| u.name.eq("Ann"));
    let _ = Card::query();
    let _ = async |db: &Database| sql!("SELECT text FROM lines").all::<Line>(db).await;
}
