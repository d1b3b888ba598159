//! [`Begin`]: for code that opens a transaction on a database, on a connection or in another transaction.

use std::future::Future;

use orm_core::{
    error::{Error, Result},
    executor::Executor,
};

use super::Transaction;

/// Opens a transaction, or a savepoint inside of one.
///
/// For functions that accept both: `async fn pay(db: &mut impl Begin)`. The types themselves have methods of the same
/// names. In a generic function that is spawned, use [`begin`](Self::begin), whose future is known to be `Send`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot begin a transaction",
    label = "expected `&mut Connection`, `&mut Transaction` or a `Database`"
)]
pub trait Begin: Executor {
    /// Begins a transaction, or opens a savepoint, and returns it. One round trip.
    ///
    /// ```
    /// # use blog::*;
    /// async fn add(db: &mut impl Begin) -> Result<()> {
    ///     let tx = db.begin().await?; // a transaction, or a savepoint in one
    ///     User::insert(NewUser::new("ann@example.org", "Ann")).execute(&tx).await?;
    ///     tx.commit().await
    /// }
    /// ```
    #[track_caller]
    fn begin(&mut self) -> impl Future<Output = Result<Transaction<'_>>> + Send;

    /// Runs `body` in a transaction or savepoint: `Ok` commits, and everything else rolls back. Two round trips.
    ///
    /// ```
    /// # use blog::*;
    /// async fn add(db: &mut impl Begin) -> Result<u64> {
    ///     db.transaction(async |tx| User::insert(NewUser::new("ann@example.org", "Ann")).execute(tx).await).await
    /// }
    /// ```
    #[track_caller]
    fn transaction<T, E: From<Error>>(
        &mut self,
        body: impl AsyncFnOnce(&mut Transaction<'_>) -> Result<T, E>, // write `async |tx| { … }`
    ) -> impl Future<Output = Result<T, E>> {
        let begun = Begin::begin(self);
        async move { begun.await?.run(body).await.0 }
    }
}

impl Begin for Transaction<'_> {
    async fn begin(&mut self) -> Result<Transaction<'_>> {
        Transaction::begin(self).await
    }
}

impl<B: Begin> Begin for &mut B {
    #[track_caller]
    fn begin(&mut self) -> impl Future<Output = Result<Transaction<'_>>> + Send {
        B::begin(self)
    }
}
