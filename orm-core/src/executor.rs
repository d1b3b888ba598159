//! Executors run statements: a database handle, a connection, a transaction, or your own executor.
//!
//! Only the trait is here. Its implementations for PostgreSQL are in `orm-pg`.
//!
//! # Your own executor
//! Every verb accepts any type that implements [`Executor`]: over another driver, over a proxy, or without a server, for
//! tests. These are its duties:
//!
//! 1. [`Sql::check`](crate::statement::Sql::check) before anything is sent.
//! 2. The text is prepared with the type of each bind declared:
//!    [`Bind::declared_oid`](crate::value::Bind::declared_oid), where zero leaves the choice to the server.
//! 3. The server describes the types of the binds. With them [`Sql::encode`](crate::statement::Sql::encode) gives the
//!    values, all in binary format. A type that [`Type::from_oid`] does not know is user-defined: [`Type::new`] makes it
//!    from its name, its identifier and its [`Kind`], which are in `pg_type` and `pg_enum`.
//! 4. The rows are requested in binary format too. Each is passed to the [`RowSink`] as a [`Row`](crate::row::Row), which
//!    has the bytes and the type of each column; the sink decodes it immediately. If it refuses a row, the statement ends
//!    with that error. An executor that runs a statement again calls [`RowSink::restart`] first.
//! 5. An error of the server is converted by [`Error::from_server`](crate::Error::from_server), so that
//!    `is_unique_violation` and similar methods work, and [`in_statement`](crate::Error::in_statement) names the statement.
//! 6. A [`batch`](Executor::batch) is all or nothing. [`Statement::locks`] marks a statement that locks rows, which outside a
//!    transaction would end with the statement: `orm-pg` refuses that.
//! 7. A dropped future must leave nothing behind that affects later statements.
//! 8. [`Statement::limit`] is the time that a statement may take. One that takes longer ends with an error of kind
//!    [`Timeout`](crate::ErrorKind::Timeout), or [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if it may have taken
//!    effect.
//! 9. [`together`](Executor::together) begins a transaction for a verb of several statements, each of which depends on
//!    the rows of the one before. An executor that does not implement it refuses those verbs.

mod group;
mod limit;

/// The server's types: those of a row's columns, and those for which binds are encoded.
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
    /// Runs `statement` and passes its rows to `rows` as they arrive.
    fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> impl Future<Output = Result<()>> + Send;

    /// Runs `statement` and returns how many rows it affected.
    fn execute(&self, statement: &Statement) -> impl Future<Output = Result<u64>> + Send;

    /// Runs `statements` in order, of which all or none take effect, and returns how many rows they affected in total.
    /// Rows that they return are passed to `rows`.
    fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> impl Future<Output = Result<u64>> + Send;

    /// Runs `statement` and returns its rows as a stream, which the server fills only as fast as it is read.
    fn stream(&self, statement: Statement) -> impl Future<Output = Result<BoxRowStream<'_>>> + Send;

    /// Begins a group for the statements of one verb that need `how`: a transaction, or this executor itself if it
    /// guarantees that already. By default this is an error.
    fn together(&self, how: Consistency) -> impl Future<Output = Result<StatementGroup<'_>>> + Send {
        ready(Err(how.refused()))
    }

    /// As [`together`](Self::together), for a verb with a limit, which includes the beginning and the end of the group.
    fn together_within(
        &self,
        how: Consistency,
        limit: Option<Limit>,
    ) -> impl Future<Output = Result<StatementGroup<'_>>> + Send {
        let _ = limit;
        self.together(how)
    }
}

/// Rows that arrive one by one; the reader decodes each.
pub trait RowStream: Send {
    /// Passes the next row to `rows`, or returns `None` after the last.
    ///
    /// # Errors
    /// When the statement failed, or `rows` refused the row.
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

/// An executor whose type is erased, so that it can be named or kept in a list with others.
///
/// Costs one allocation for each statement.
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
    /// Erases the type of `executor`.
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
