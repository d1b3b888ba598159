//! The models of the tests.

use orm_pg::prelude::*;
use serde::{Deserialize, Serialize};

/// An enum type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PgEnum)]
pub enum Status {
    Open,
    Done,
    #[orm(rename = "on hold")]
    OnHold,
}

#[derive(Debug, Clone, PartialEq, Model)]
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
    #[orm(default = "'open'")]
    pub status: Status,
}

#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(table = "posts", has_many(comments: Comment))]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = User, on_delete = "cascade")]
    pub author_id: i64,
    pub title: String,
    #[orm(default = "false")]
    pub published: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(table = "comments")]
pub struct Comment {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = Post, on_delete = "cascade")]
    pub post_id: i64,
    pub body: Option<String>,
}

/// No key, and no column that is never NULL.
#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(table = "notes")]
pub struct Note {
    pub user_id: Option<i64>,
    pub text: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(table = "events")]
pub struct Event {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(default = "now()")]
    pub at: DateTime<Utc>,
    pub day: NaiveDate,
}

/// A version for the optimistic lock, a column that every update sets, a key that is not an identity, a check.
#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(table = "accounts", check("balance >= 0", name = "accounts_balance_check"))]
pub struct Account {
    #[orm(key)]
    pub id: i64,
    pub balance: i64,
    #[orm(version)]
    pub version: i32,
    #[orm(default = "NULL", on_update = "now()")]
    pub changed: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(table = "tagged")]
pub struct Tagged {
    #[orm(key, identity)]
    pub id: i64,
    pub tags: Vec<String>,
    pub marks: Option<Vec<Option<i32>>>,
}

/// A key of two columns, one of them text.
#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(table = "members")]
pub struct Member {
    #[orm(key)]
    pub team: String,
    #[orm(key, references = User)]
    pub user_id: i64,
    pub role: Role,
}

/// A newtype of text.
#[derive(Debug, Clone, PartialEq, Eq, Scalar)]
#[orm(transparent)]
pub struct Role(pub String);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub street: String,
    pub number: u32,
}

/// A column of every type.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "everything")]
pub struct Everything {
    #[orm(key)]
    pub id: Uuid,
    pub flag: bool,
    pub small: i16,
    pub medium: i32,
    pub large: i64,
    pub single: f32,
    pub double: f64,
    pub text: String,
    pub bytes: Vec<u8>,
    pub amount: Decimal,
    pub at: DateTime<Utc>,
    pub local: NaiveDateTime,
    pub day: NaiveDate,
    pub time: NaiveTime,
    pub ip: std::net::IpAddr,
    pub status: Status,
    pub role: Role,
    pub document: Json,
    #[orm(json)]
    pub address: Address,
    pub numbers: Vec<i32>,
    pub gaps: Vec<Option<i64>>,
    pub statuses: Vec<Status>,
    pub maybe_text: Option<String>,
    pub maybe_status: Option<Status>,
    pub maybe_numbers: Option<Vec<i64>>,
}
