//! An async PostgreSQL ORM: typed queries over a bb8 pool of tokio-postgres connections, with no hidden I/O.
//!
//! A struct with
//! [`#[derive(Model)]`](macro@Model) is a table. Its verbs (`query`, `get`, `insert`, …) make plain values, and closures over its columns add conditions and expressions. A final verb takes an [`Executor`] and runs the statement when it is awaited. Executors are [`Database`] (the handle of a pool), [`Connection`] and [`Transaction`]. An application that already has a pool, a client or a transaction of `tokio-postgres` can keep using it: [`Database::from_pool`], [`adopt()`].
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
//! # Ok(()) }
//! ```
//!
//! # Start here
//! In reading order:
//! 1. [`Database`]: connect, and pass `&db` to every awaited verb.
//! 2. [`#[derive(Model)]`](macro@Model): a struct becomes a table, with its attributes.
//! 3. [`Model`]: the verbs that start a statement: `query`, `get`, `insert`, `insert_many`, `update`, `delete`.
//! 4. [`query::Select`]: the clauses of a query, joins included, and the verbs that run it: `all`, `one`, `first`, `stream`, …
//! 5. [`expr::Expression`]: the operators of every column; [`Textual`](expr::Textual), [`Numeric`](expr::Numeric),
//!    [`Aggregates`](expr::Aggregates), [`Dates`](expr::Dates), [`Arrays`](expr::Arrays), [`Ranges`](expr::Ranges),
//!    [`Overlaps`](expr::Overlaps) and [`Composites`](expr::Composites) have those of single types.
//! 6. [`query::Insert`], [`query::Update`] and [`query::Delete`]: upserts, RETURNING, writes of many rows.
//! 7. [`relation`]: load, filter by, link and store related rows.
//! 8. [`Transaction`]: `db.transaction(async |tx| ..)`, savepoints, isolation and retries.
//! 9. [`Error`]: its predicates (`is_unique_violation`, `is_retryable`, …); it never shows values.
//! 10. [`sql!`]: raw SQL, always with binds.
//!
//! For tests there are `testing` and `#[orm_pg::test]`, with the feature `testing`. Most other public items are
//! bounds of these, which you meet in compiler messages and rarely name.
//!
//! # What it costs
//! A warm statement takes one round trip, a cold one two (it is prepared first, once for each connection), a check-out none.
//! BEGIN, COMMIT and a savepoint take one each. A user-defined type is looked up once for each connection.
//!
//! # Features
//! `chrono`, `time`, `jiff`, `uuid`, `rust_decimal`, `cidr`, `bit-vec` and `pgvector` add types: see [`types`]; `testing` adds a
//! server for tests, `migrate` the schema of a database as data, `sources` a check of the statements in the sources, `cli` the command
//! `orm`. None of these is on by default; `tls-rustls` (encrypted connections by rustls) is.

#[cfg(feature = "cli")]
pub mod cli;
mod connect;
mod error;
mod handle;
mod lock;
mod pool;
mod raw;
mod session;
#[cfg(feature = "testing")]
pub mod testing;

pub use orm_core::{
    ast, ddl,
    error::{Error, ErrorKind, Result, ServerError},
    executor::{self, Executor},
    expr,
    model::{self, Model},
    query, relation, row, sql_aggregate, sql_function, statement,
    value::Scalar,
};
#[cfg(feature = "testing")]
pub use orm_derive::test;
pub use orm_derive::{Changes, Flatten, FromRow, Insert, Model, PgComposite, PgEnum, Projection, Scalar};
/// The driver, for [`Connection::client`]: an escape hatch; its version may change with any version of this crate.
pub use tokio_postgres;

pub use self::{
    connect::{
        config::DatabaseBuilder,
        notice::Notice,
        tls::{ChannelBinding, SslMode, SslNegotiation},
    },
    handle::{
        adopt::{Adopt, Adopted, adopt},
        connection::Connection,
        database::Database,
        transaction::{Begin, Isolation, Transaction, TransactionOptions},
    },
    pool::PoolStatus,
};

pub mod prelude;
pub mod schema;
pub mod types;

/// Values: which Rust types a column can hold, and how one becomes a bind.
pub mod value {
    /// Where it was before it moved to [`expr`](crate::expr).
    #[doc(hidden)]
    pub use orm_core::expr::Composite;
    #[doc(inline)]
    pub use orm_core::value::*;
}

/// Lists the tables of models: `db.create_tables(models![User, Post])`.
///
/// Expands to a `&'static [&'static Table]`.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// db.create_tables(models![User, Post, Comment]).await?;
/// # Ok(()) }
/// ```
#[macro_export]
macro_rules! models {
    ($($model:ty),* $(,)?) => {
        const { &[$(<$model as $crate::Model>::TABLE),*] as &'static [&'static $crate::schema::Table] }
    };
}

/// Raw SQL in which `{name}` is a bind: `sql!("SELECT id FROM users WHERE age > {min_age}")`.
///
/// Braces may contain a variable, a field (`{user.name}`), or a column of the outer query. `{{` and `}}` are literal
/// braces.
///
/// The result is a query, with the verbs of [`RawSql`](expr::RawSql); a condition:
/// `.filter(|u| sql!("{u.name} ~ 'x'"))`; or, with a type, an expression:
/// `.select(|u| sql!("{u.id} * 2").expr::<i64>())`.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// let least = 18;
/// let names: Vec<String> = sql!("SELECT name FROM users WHERE age >= {least}").all(&db).await?;
/// let posts: i64 = sql!("SELECT count(*) FROM posts").one(&db).await?;
///
/// // A part of a query, with its columns in braces.
/// let query = User::query().filter(|u| sql!("{u.name} ~ '^A'")).select(|u| sql!("{u.id} * 2").expr::<i64>());
/// # Ok(()) }
/// ```
#[macro_export]
macro_rules! sql {
    ($($text:tt)*) => {
        $crate::__private::sql!(crate = $crate, $($text)*)
    };
}

/// The migrations of a folder beside Cargo.toml, embedded in the program: `migrate!("migrations")`, or `migrate!()`.
///
/// Expands to a constant [`Migrations`](schema::Migrations). The compiler reads a file again when it was changed. It does not see
/// a new file: a build script with `println!("cargo::rerun-if-changed=migrations")` makes it look, and
/// [`check_embedded`](schema::Migrations::check_embedded) in a test finds what is outdated.
///
/// ```ignore (needs a folder)
/// static MIGRATIONS: Migrations = orm_pg::migrate!("migrations");
///
/// let report = MIGRATIONS.run(&db).await?;
/// ```
#[cfg(feature = "migrate")]
#[macro_export]
macro_rules! migrate {
    ($($folder:tt)*) => {
        $crate::__private::migrate!(crate = $crate, $($folder)*)
    };
}

/// Names for generated code only.
#[doc(hidden)]
pub mod __private {
    pub use bytes;
    pub use orm_core::{ast, error, executor, expr, model, query, relation, row, schema, value};
    #[cfg(feature = "migrate")]
    pub use orm_derive::migrate;
    pub use orm_derive::sql;
    pub use postgres_types;

    #[cfg(feature = "migrate")]
    pub use crate::schema::Migrations;

    /// Names for the code that `#[orm_pg::test]` generates.
    #[cfg(feature = "testing")]
    pub mod testing {
        pub use crate::testing::case::{Handle, Outcome, TestCase, run};
        #[cfg(feature = "migrate")]
        pub use crate::testing::migrated::{folder, named};
    }
}

#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../README.md")]
struct Readme;
