//! The tables: six columns, text, an `Option` and a timestamp among them.

use orm_pg::prelude::*;

use crate::levels::{Author, Book, Review};

/// The number of users.
pub(crate) const USERS: i64 = 10_000;

/// A user; `Post`s refer to it.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "overhead_users")]
pub(crate) struct User {
    #[orm(key, identity)]
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) age: Option<i32>,
    pub(crate) active: bool,
    pub(crate) created_at: DateTime<Utc>,
}

/// A text by a user.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "overhead_posts")]
pub(crate) struct Post {
    #[orm(key, identity)]
    pub(crate) id: i64,
    #[orm(references = User, index)]
    pub(crate) author_id: i64,
    pub(crate) title: String,
    pub(crate) published: bool,
}

/// A copy of the user table, for writes.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "overhead_signups")]
pub(crate) struct Signup {
    #[orm(key, identity)]
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) age: Option<i32>,
    pub(crate) active: bool,
    pub(crate) created_at: DateTime<Utc>,
}

/// All tables.
pub(crate) const TABLES: &[&orm_pg::schema::Table] = models![User, Post, Signup, Author, Book, Review];

/// Makes a row to insert.
pub(crate) fn signup(number: usize) -> NewSignup {
    NewSignup {
        name: format!("user name {number}"),
        email: format!("user{number}@example.org"),
        age: (!number.is_multiple_of(7)).then_some(30),
        active: number.is_multiple_of(3),
        created_at: DateTime::UNIX_EPOCH,
    }
}

/// Keys spread over the table, the same for both sides.
pub(crate) fn key(turn: usize) -> i64 {
    i64::try_from(turn * 7919 % 10_000).unwrap_or_default() + 1
}
