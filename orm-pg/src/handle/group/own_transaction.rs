//! [`OwnTransaction`]: the statements of one verb in a transaction that is begun for them.

use std::sync::atomic::{AtomicU32, Ordering};

use orm_core::{
    error::Result,
    executor::{BoxRowStream, Commit, Consistency, Executor},
    row::RowSink,
    statement::Statement,
};

use crate::{
    error::staleness::is_invalidated,
    handle::transaction::{Transaction, TransactionOptions},
    session::run::Discard,
};

/// The statements, and the transaction that was begun for them.
pub(crate) struct OwnTransaction {
    tx: Transaction<'static>,
    how: Consistency,
    /// How many statements were begun.
    begun: AtomicU32,
}

impl OwnTransaction {
    pub(crate) fn new(tx: Transaction<'static>, how: Consistency) -> Self {
        Self { tx, how, begun: AtomicU32::new(0) }
    }

    fn begin(&self) -> bool {
        self.begun.fetch_add(1, Ordering::AcqRel) == 0
    }

    /// Begins the transaction again if only the first statement has run and its prepared form was out of date. After a
    /// later statement that is not possible, since the caller has used the rows of those before it.
    async fn begins_again<T>(&self, first: bool, result: &Result<T>) -> Result<bool> {
        let invalidated = result.as_ref().is_err_and(is_invalidated);
        if !invalidated || !first || self.begun.load(Ordering::Acquire) != 1 {
            return Ok(false);
        }
        self.tx.restart(TransactionOptions::together(self.how)).await.map_err(|failure| failure.error)?;
        Ok(true)
    }
}

#[diagnostic::do_not_recommend]
impl Executor for OwnTransaction {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        let first = self.begin();
        let result = self.tx.fetch(statement, rows).await;
        if !self.begins_again(first, &result).await? {
            return result;
        }
        rows.restart();
        self.tx.fetch(statement, rows).await
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.batch(std::slice::from_ref(statement), &mut Discard).await
    }

    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        let first = self.begin();
        let result = self.tx.batch(statements, rows).await;
        if !self.begins_again(first, &result).await? {
            return result;
        }
        rows.restart();
        self.tx.batch(statements, rows).await
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        self.begin();
        self.tx.stream(statement).await
    }
}

impl Commit for OwnTransaction {
    async fn commit(self) -> Result<()> {
        self.tx.commit().await
    }

    async fn begin_anew(&self) -> Result<bool> {
        self.tx.restart(TransactionOptions::together(self.how)).await.map_err(|failure| failure.error)?;
        self.begun.store(0, Ordering::Release);
        Ok(true)
    }
}
