//! [`ExclusiveTransaction`]: the statements of one verb in a transaction, on a connection that other tasks may use.

use std::sync::Arc;

use orm_core::{
    error::Result,
    executor::{BoxRowStream, Commit, Consistency, Executor, StatementGroup},
    row::RowSink,
    statement::{Limit, Statement},
};
use tokio::sync::SemaphorePermit;

use super::{Connection, PERMITS};
use crate::{
    handle::{
        group::OwnTransaction,
        transaction::{Transaction, TransactionOptions},
    },
    session::DefaultLimit,
};

/// A transaction for the statements of one verb. All other statements of the connection wait until it ends.
struct ExclusiveTransaction<'c> {
    // Dropped first, so that the rollback is sent before other statements.
    tx: OwnTransaction,
    connection: &'c Connection,
    _limit: LimitOverride<'c>,
    _permits: SemaphorePermit<'c>,
}

/// Applies the limit of a verb to its statements, and restores the limit before when it is dropped.
struct LimitOverride<'c> {
    connection: &'c Connection,
    before: Option<DefaultLimit>,
}

impl Drop for LimitOverride<'_> {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            self.connection.session().set_default_limit(before);
        }
    }
}

impl Connection {
    /// Begins a transaction for the statements of one verb. One round trip.
    pub(super) async fn begin_group(&self, how: Consistency, limit: Option<Limit>) -> Result<StatementGroup<'_>> {
        let permits = self.permits(PERMITS).await?;
        let before = limit.map(|limit| self.session().set_default_limit(DefaultLimit::Shared(limit)));
        let limit_override = LimitOverride { connection: self, before };
        let begun = Transaction::on_shared(Arc::clone(self.session()), TransactionOptions::together(how)).await;
        let tx = begun.map_err(|failure| failure.error)?;
        Ok(StatementGroup::new(ExclusiveTransaction {
            tx: OwnTransaction::new(tx, how),
            connection: self,
            _limit: limit_override,
            _permits: permits,
        }))
    }
}

#[diagnostic::do_not_recommend]
impl Executor for ExclusiveTransaction<'_> {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        self.connection.note_raw_sql(statement);
        self.tx.fetch(statement, rows).await
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.connection.note_raw_sql(statement);
        self.tx.execute(statement).await
    }

    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        statements.iter().for_each(|it| self.connection.note_raw_sql(it));
        self.tx.batch(statements, rows).await
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        self.connection.note_raw_sql(&statement);
        self.tx.stream(statement).await
    }
}

impl Commit for ExclusiveTransaction<'_> {
    async fn commit(self) -> Result<()> {
        self.tx.commit().await
    }

    async fn begin_anew(&self) -> Result<bool> {
        self.tx.begin_anew().await
    }
}
