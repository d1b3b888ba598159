//! An async PostgreSQL ORM: typed queries over a bb8 pool of tokio-postgres connections, with no hidden I/O.
//!
//! A struct with [`#[derive(Model)]`](macro@Model) is a table. Its verbs (`query`, `get`, `insert`, …) make plain values;
//! closures over its columns say the rest; an awaited verb that is handed an [`Executor`] runs it. Executors are
//! [`Database`] (the handle that an application keeps), [`Connection`] and [`Transaction`].
//!
//! ```no_run
//! use orm_pg::prelude::*;
//!
//! #[derive(Debug, Clone, Model)]
//! #[orm(table = "users")]
//! pub struct User {
//!     #[orm(key, identity)]
//!     pub id: i64,
//!     #[orm(unique)]
//!     pub email: String,
//!     pub age: Option<i32>,
//! }
//!
//! # async fn run() -> Result<()> {
//! let db = Database::connect("postgres://localhost/app").await?;
//! let ann = User::insert(NewUser { email: "ann@example.org".into(), age: Some(34) }).one(&db).await?;
//! let adults = User::query().filter(|u| u.age.ge(18)).order_by(|u| u.email.asc()).all(&db).await?;
//! db.transaction(async |tx| {
//!     let ann = User::get(ann.id).for_update().one(tx).await?;
//!     ann.update(|u| u.age.set(u.age + 1)).execute(tx).await
//! })
//! .await?;
//! let least = 18;
//! let emails = sql!("SELECT email FROM users WHERE age >= {least}").all::<String>(&db).await?;
//! # drop((adults, emails));
//! # Ok(())
//! # }
//! ```
//!
//! # What it costs
//! A warm statement is one round trip, a cold one two (it is prepared first, once a connection), a check-out none.
//! BEGIN, COMMIT and a savepoint are one each. A type made by the user is looked up once a connection.
//!
//! # Where to look
//! - The verbs of models: [`Model`]. The clauses of queries: [`query::Select`]. Operators and functions:
//!   [`expr::Expression`], [`expr::Textual`], [`expr::Numeric`], [`expr::Aggregates`], [`expr::Dates`].
//! - Writes: [`query::Insert`], [`query::Update`], [`query::Delete`]. SQL by hand: [`sql!`].
//! - Errors: [`Error`], whose predicates say what happened; it never shows values.
//! - Tests: `testing` and `#[orm_pg::test]`, with the feature `testing`.
//!
//! # Features
//! `chrono`, `uuid` and `rust_decimal` bring their types; `testing` brings a server for tests. None is on by default.

mod bind;
mod cache;
mod cancel;
mod config;
mod connection;
mod cursor;
mod database;
mod driver;
mod driver_row;
mod error;
mod lease;
mod manager;
mod notice;
mod pool;
mod raw;
mod run;
mod session;
mod stream;
mod tables;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;
mod transaction;

pub use orm_core::{
    ast, ddl,
    error::{Error, ErrorKind, Result, ServerError},
    executor::{self, Executor},
    expr,
    model::{self, Model},
    query, row, schema, sql_aggregate, sql_function, statement, value,
};
#[cfg(feature = "testing")]
pub use orm_derive::test;
pub use orm_derive::{Changes, Flatten, FromRow, Insert, Model, PgEnum, Scalar, sql};
/// The driver, for [`Connection::client`]: an escape hatch whose version is this crate's own business.
pub use tokio_postgres;

pub use self::{
    config::DatabaseBuilder,
    connection::Connection,
    database::Database,
    notice::Notice,
    pool::PoolStatus,
    transaction::{Begin, Isolation, Transaction, TransactionOptions},
};

pub mod prelude;
pub mod types;

/// Lists the tables of models: `db.create_tables(models![User, Post])`.
///
/// Expands to a `&'static [&'static Table]`.
#[macro_export]
macro_rules! models {
    ($($model:ty),* $(,)?) => {
        const { &[$(<$model as $crate::Model>::TABLE),*] as &'static [&'static $crate::schema::Table] }
    };
}

/// Names for generated code, and for nothing else.
#[doc(hidden)]
pub mod __private {
    pub use bytes;
    pub use orm_core::{ast, error, expr, model, query, row, schema, value};
    pub use postgres_types;

    /// What `#[orm_pg::test]` expands to.
    #[cfg(feature = "testing")]
    pub mod testing {
        pub use crate::testing::case::{Handle, Outcome, TestCase, run};
    }
}

#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../README.md")]
struct Readme;
