//! What runs statements: a database handle, a connection, a transaction, or an executor of the user's own.
//!
//! Only the trait lives here. The one that talks to PostgreSQL is in `orm-pg`.
//!
//! # An executor of one's own
//! Over another driver, over a proxy, or over nothing, for tests: whoever implements [`Executor`] can be handed to every
//! verb. What it is handed, and what it owes:
//!
//! 1. [`Sql::check`](crate::statement::Sql::check) before anything is sent.
//! 2. The text is prepared with the type of each bind declared:
//!    [`Bind::declared_oid`](crate::value::Bind::declared_oid), where zero leaves the choice to the server.
//! 3. The server describes the types of the binds. With them [`Sql::encode`](crate::statement::Sql::encode) gives the
//!    values, all in binary format. A type that [`Type::from_oid`] does not know was made by the user:
//!    [`Type::new`] makes it of its name, its identifier and its [`Kind`], as `pg_type` and `pg_enum` have them.
//! 4. The rows are asked for in binary format too. Each goes to the [`RowSink`] as a [`Row`](crate::row::Row), which
//!    shows bytes and the type of each column; the sink decodes it there and then. Where it refuses a row, the statement
//!    is given up with that error. An executor that runs a statement again calls [`RowSink::restart`] first.
//! 5. What the server answers becomes an error by [`Error::from_server`](crate::Error::from_server), so that
//!    `is_unique_violation` and its kind hold, and
//!    [`in_statement`](crate::Error::in_statement) names the statement.
//! 6. A [`batch`](Executor::batch) is all or nothing. [`Statement::locks`] says that row locks are asked for, which
//!    outside of a transaction would end with the statement: `orm-pg` refuses that.
//! 7. A future that is dropped must leave nothing behind that later statements would run into.
//! 8. [`Statement::limit`] says how long a statement may take. One that takes longer is given up with an error of kind
//!    [`Timeout`](crate::ErrorKind::Timeout), or [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) where it may have
//!    taken effect.
//! 9. [`together`](Executor::together) begins a transaction for a verb of several statements, each of which depends on
//!    the rows of the one before. Without one of its own, an executor refuses those verbs.

mod group;
mod limit;

/// The server's types: what a row's columns are of, and what binds are encoded for.
pub use postgres_types::{Kind, Type};

use std::{
    future::{Future, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

pub use self::group::{Commit, Consistency, StatementGroup};
pub(crate) use self::limit::LimitedExecutor;
use crate::{
    error::Result,
    row::RowSink,
    statement::{Limit, Statement},
};

/// The old name of [`Consistency`].
#[deprecated(note = "renamed to `Consistency`")]
pub type Together = Consistency;

/// The old name of [`StatementGroup`].
#[deprecated(note = "renamed to `StatementGroup`")]
pub type Group<'e> = StatementGroup<'e>;

/// Runs statements. Verbs take any executor by shared reference: `.all(&db)`, `.all(tx)`.
///
/// Two awaits at once on one executor are pipelined where it is a single connection, and never an error.
/// The futures are `Send`, so that queries can run in spawned tasks.
///
/// ```
/// # use blog::*;
/// use orm_pg::prelude::*;
///
/// // Runs on a pool, on a connection, or in a transaction.
/// async fn adults(db: &impl Executor) -> Result<Vec<User>> {
///     User::query().filter(|u| u.age.ge(18)).all(db).await
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run statements",
    label = "expected `&Database`, `&Connection` or a transaction"
)]
pub trait Executor: Send + Sync {
    /// Runs `statement` and hands its rows to `rows` as they come.
    fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> impl Future<Output = Result<()>> + Send;

    /// Runs `statement` and returns how many rows it affected.
    fn execute(&self, statement: &Statement) -> impl Future<Output = Result<u64>> + Send;

    /// Runs `statements` in order, all or none of them taking effect, and returns how many rows they affected in all.
    /// Their rows, if they return any, go to `rows`.
    fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> impl Future<Output = Result<u64>> + Send;

    /// Runs `statement` and returns its rows as a stream, which the server fills only as fast as it is read.
    fn stream(&self, statement: Statement) -> impl Future<Output = Result<BoxRowStream<'_>>> + Send;

    /// Begins what the statements of one verb run in, where they must hold together: a transaction, or this executor
    /// itself where it is one that is enough. By default it is an error that says so.
    fn together(&self, how: Consistency) -> impl Future<Output = Result<StatementGroup<'_>>> + Send {
        ready(Err(how.refused()))
    }

    /// As [`together`](Self::together), for a verb with a limit, which holds for what begins and ends it as well.
    fn together_within(
        &self,
        how: Consistency,
        limit: Option<Limit>,
    ) -> impl Future<Output = Result<StatementGroup<'_>>> + Send {
        let _ = limit;
        self.together(how)
    }
}

/// Rows that come one by one, decoded by whoever asks for the next.
pub trait RowStream: Send {
    /// Hands the next row to `rows`, or returns `None` after the last.
    ///
    /// # Errors
    /// When the statement failed on its way, or `rows` refused the row.
    fn poll_row(self: Pin<&mut Self>, cx: &mut Context<'_>, rows: &mut dyn RowSink) -> Poll<Option<Result<()>>>;
}

/// A row stream of some executor.
pub type BoxRowStream<'e> = Pin<Box<dyn RowStream + 'e>>;

macro_rules! forward {
    ($($ty:ty),+) => { $(
        #[diagnostic::do_not_recommend]
        impl<E: Executor> Executor for $ty {
            fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> impl Future<Output = Result<()>> + Send {
                (**self).fetch(statement, rows)
            }

            fn execute(&self, statement: &Statement) -> impl Future<Output = Result<u64>> + Send {
                (**self).execute(statement)
            }

            fn batch(
                &self,
                statements: &[Statement],
                rows: &mut dyn RowSink,
            ) -> impl Future<Output = Result<u64>> + Send {
                (**self).batch(statements, rows)
            }

            fn stream(&self, statement: Statement) -> impl Future<Output = Result<BoxRowStream<'_>>> + Send {
                (**self).stream(statement)
            }

            fn together(&self, how: Consistency) -> impl Future<Output = Result<StatementGroup<'_>>> + Send {
                (**self).together(how)
            }

            fn together_within(
                &self,
                how: Consistency,
                limit: Option<Limit>,
            ) -> impl Future<Output = Result<StatementGroup<'_>>> + Send {
                (**self).together_within(how, limit)
            }
        }
    )+ };
}
forward!(&E, &mut E, Arc<E>);

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// An executor whose type is forgotten, for where it must be named or kept beside others.
///
/// Costs one allocation a statement.
///
/// ```
/// # use blog::*;
/// use orm_pg::executor::AnyExecutor;
///
/// // A list of executors of different types; a plain function needs no more than `&impl Executor`.
/// async fn counts(all: &[AnyExecutor<'_>]) -> Result<Vec<i64>> {
///     let mut counts = vec![];
///     for executor in all {
///         counts.push(User::query().count(executor).await?);
///     }
///     Ok(counts)
/// }
/// ```
#[derive(Clone, Copy)]
pub struct AnyExecutor<'e>(&'e dyn Erased);

impl<'e> AnyExecutor<'e> {
    /// Forgets the type of `executor`.
    #[must_use]
    pub fn new<E: Executor>(executor: &'e E) -> Self {
        Self(executor)
    }
}

impl std::fmt::Debug for AnyExecutor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnyExecutor")
    }
}

trait Erased: Send + Sync {
    fn fetch<'a>(&'a self, statement: &'a Statement, rows: &'a mut dyn RowSink) -> BoxFuture<'a, ()>;
    fn execute<'a>(&'a self, statement: &'a Statement) -> BoxFuture<'a, u64>;
    fn batch<'a>(&'a self, statements: &'a [Statement], rows: &'a mut dyn RowSink) -> BoxFuture<'a, u64>;
    fn stream(&self, statement: Statement) -> BoxFuture<'_, BoxRowStream<'_>>;
    fn together_within(&self, how: Consistency, limit: Option<Limit>) -> BoxFuture<'_, StatementGroup<'_>>;
}

impl<E: Executor> Erased for E {
    fn fetch<'a>(&'a self, statement: &'a Statement, rows: &'a mut dyn RowSink) -> BoxFuture<'a, ()> {
        Box::pin(Executor::fetch(self, statement, rows))
    }

    fn execute<'a>(&'a self, statement: &'a Statement) -> BoxFuture<'a, u64> {
        Box::pin(Executor::execute(self, statement))
    }

    fn batch<'a>(&'a self, statements: &'a [Statement], rows: &'a mut dyn RowSink) -> BoxFuture<'a, u64> {
        Box::pin(Executor::batch(self, statements, rows))
    }

    fn stream(&self, statement: Statement) -> BoxFuture<'_, BoxRowStream<'_>> {
        Box::pin(Executor::stream(self, statement))
    }

    fn together_within(&self, how: Consistency, limit: Option<Limit>) -> BoxFuture<'_, StatementGroup<'_>> {
        Box::pin(Executor::together_within(self, how, limit))
    }
}

macro_rules! erased {
    ($($ty:ty),+) => { $(
        #[diagnostic::do_not_recommend]
        impl Executor for $ty {
            async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
                self.0.fetch(statement, rows).await
            }

            async fn execute(&self, statement: &Statement) -> Result<u64> {
                self.0.execute(statement).await
            }

            async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
                self.0.batch(statements, rows).await
            }

            async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
                self.0.stream(statement).await
            }

            async fn together(&self, how: Consistency) -> Result<StatementGroup<'_>> {
                self.0.together_within(how, None).await
            }

            async fn together_within(&self, how: Consistency, limit: Option<Limit>) -> Result<StatementGroup<'_>> {
                self.0.together_within(how, limit).await
            }
        }
    )+ };
}
erased!(AnyExecutor<'_>, StatementGroup<'_>);
