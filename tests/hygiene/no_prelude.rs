//! Nothing of the standard prelude is in scope, not even in macros.
#![no_implicit_prelude]
#![expect(dead_code, reason = "these only have to compile")]

use ::orm_pg::{Changes, FromRow, Insert, Model, PgComposite, PgEnum, Scalar, sql};

/// A newtype.
#[derive(::std::fmt::Debug, ::std::clone::Clone, ::std::marker::Copy, Scalar)]
pub(crate) struct UserId(i64);

/// A text of a domain.
#[derive(::std::fmt::Debug, ::std::clone::Clone, Scalar)]
#[orm(sql_type = "app.email")]
pub(crate) struct Email(::std::string::String);

/// A composite type.
#[derive(::std::fmt::Debug, ::std::clone::Clone, PgComposite)]
pub(crate) struct Place {
    id: UserId,
    state: ::std::option::Option<State>,
    r#type: ::std::vec::Vec<Email>,
}

/// A state.
#[derive(::std::fmt::Debug, ::std::clone::Clone, ::std::marker::Copy, PgEnum)]
pub(crate) enum State {
    /// Here.
    Active,
    /// Gone.
    Left,
}

/// A document.
#[derive(::std::fmt::Debug, ::std::clone::Clone, ::serde::Serialize, ::serde::Deserialize)]
pub(crate) struct Settings {
    dark: bool,
}

/// A model with all that a model can have.
#[derive(::std::fmt::Debug, ::std::clone::Clone, Model)]
#[orm(
    table = "users",
    schema = "app",
    has_many(posts: Post),
    has_one(first: Post, key = reviewer_id),
    check("age > 0"),
    unique(name, age),
    index(name, method = "gin", where = "age > 1", name = "by_name")
)]
pub(crate) struct User {
    #[orm(key, identity)]
    id: UserId,
    #[orm(unique)]
    name: ::std::string::String,
    age: ::std::option::Option<i32>,
    state: State,
    #[orm(default = "'{}'", json)]
    settings: Settings,
    #[orm(json)]
    more: ::std::option::Option<Settings>,
    #[orm(generated = "age * 2")]
    double: ::std::option::Option<i32>,
    #[orm(version)]
    version: i32,
    #[orm(on_update = "now()", default = "now()", renamed_from = "changed")]
    touched: ::std::string::String,
    #[orm(skip)]
    cache: ::std::vec::Vec<u64>,
}

/// A model that refers to another one and to itself.
#[derive(::std::fmt::Debug, Model)]
pub(crate) struct Post {
    author_id: UserId,
    #[orm(key)]
    number: i32,
    #[orm(references(User, on_delete = cascade, name = "post_author"))]
    reviewer_id: ::std::option::Option<UserId>,
    #[orm(references = Post, on_delete = "set_null")]
    answer_to: ::std::option::Option<i32>,
}

/// A model in which each column may be NULL.
#[derive(::std::fmt::Debug, Model)]
#[orm(view)]
pub(crate) struct Loose {
    a: ::std::option::Option<i32>,
}

/// A row to insert.
#[derive(::std::fmt::Debug, Insert)]
#[orm(of = User)]
pub(crate) struct SignUp<'a> {
    name: &'a str,
    state: State,
}

/// A partial update.
#[derive(::std::fmt::Debug, Changes)]
#[orm(of = User)]
pub(crate) struct Edit {
    name: ::std::option::Option<::std::string::String>,
    age: ::std::option::Option<::std::option::Option<i32>>,
    #[orm(json)]
    settings: ::std::option::Option<Settings>,
}

/// A row of raw SQL.
#[derive(::std::fmt::Debug, FromRow)]
pub(crate) struct Line {
    id: UserId,
    #[orm(column = "n")]
    count: ::std::option::Option<i64>,
    #[orm(json)]
    settings: ::std::option::Option<Settings>,
    #[orm(skip)]
    seen: bool,
}

/// A row of raw SQL, by position.
#[derive(::std::fmt::Debug, FromRow)]
pub(crate) struct Pair(UserId, ::std::option::Option<i64>);

fn statement(id: UserId, line: Line) {
    let _ = sql!("SELECT {id}, {line.count}, '{{}}'");
}
