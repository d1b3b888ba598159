//! What runs statements: a database handle, a connection, a transaction, or an executor of the user's own.
//!
//! Only the trait lives here. The one that talks to PostgreSQL is in `orm-pg`.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use crate::{error::Result, row::RowSink, statement::Statement};

/// Runs statements. Verbs take any executor by shared reference: `.all(&db)`, `.all(tx)`.
///
/// Two awaits at once on one executor are pipelined where it is a single connection, and never an error.
/// The futures are `Send`, so that queries can run in spawned tasks.
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
        }
    )+ };
}
forward!(&E, &mut E, Arc<E>);

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// An executor whose type is forgotten, for where it must be named or kept beside others.
///
/// Costs one allocation a statement.
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
}

impl Executor for AnyExecutor<'_> {
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
}
