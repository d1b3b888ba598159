//! An executor whose statements share the limit of one verb.

use super::{BoxRowStream, Consistency, Executor, StatementGroup};
use crate::{
    error::Result,
    row::RowSink,
    statement::{Limit, Statement},
};

/// Passes statements on. Statements without a limit get the shared one, so that all statements of a verb end at the same
/// time.
pub(crate) struct LimitedExecutor<'e, E> {
    executor: &'e E,
    limit: Option<Limit>,
}

impl<'e, E> LimitedExecutor<'e, E> {
    pub(crate) fn new(executor: &'e E, limit: Option<Limit>) -> Self {
        Self { executor, limit }
    }

    /// The statement with the limit, if that differs.
    fn with_limit(&self, statement: &Statement) -> Option<Statement> {
        let limit = self.limit.filter(|_| statement.limit.is_none())?;
        Some(Statement { limit: Some(limit), ..statement.clone() })
    }
}

impl<E: Executor> Executor for LimitedExecutor<'_, E> {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        match self.with_limit(statement) {
            None => self.executor.fetch(statement, rows).await,
            Some(statement) => self.executor.fetch(&statement, rows).await,
        }
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        match self.with_limit(statement) {
            None => self.executor.execute(statement).await,
            Some(statement) => self.executor.execute(&statement).await,
        }
    }

    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        let limited = statements.iter().map(|it| self.with_limit(it).unwrap_or_else(|| it.clone()));
        match self.limit {
            None => self.executor.batch(statements, rows).await,
            Some(_) => self.executor.batch(&limited.collect::<Vec<_>>(), rows).await,
        }
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        let limit = statement.limit.or(self.limit);
        self.executor.stream(Statement { limit, ..statement }).await
    }

    async fn together(&self, how: Consistency) -> Result<StatementGroup<'_>> {
        self.executor.together_within(how, self.limit).await
    }

    async fn together_within(&self, how: Consistency, limit: Option<Limit>) -> Result<StatementGroup<'_>> {
        self.executor.together_within(how, limit.or(self.limit)).await
    }
}
