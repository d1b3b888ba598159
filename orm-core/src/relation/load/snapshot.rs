//! All levels of one query on one snapshot.
//!
//! ```sql
//! BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT … FROM users …; SELECT … FROM posts …; COMMIT
//! ```

use super::{Loads, With, run::WantedRows};
use crate::{
    error::{ErrorKind, Result},
    executor::{Consistency, Executor, LimitedExecutor},
    model::Model,
    query::Source,
    row::FromRow,
    statement::Limit,
};

/// How often all levels are read again after the schema changed.
const MOST_TIMES_AGAIN: u32 = 3;

impl<M, L, Row, S> With<M, L, Row, S> {
    /// Reads the rows and all their relations from one snapshot. Otherwise each level is a statement that also sees
    /// what was committed since the statement of the level before.
    ///
    /// On a `Database` or a `Connection` the levels run between `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY` and
    /// `COMMIT`. In a transaction that is repeatable read or serializable nothing is added.
    ///
    /// Round trips: 2 more. In a transaction none, or 1 more if the isolation level must be asked for: because the
    /// transaction was begun without one, or because raw SQL ran in it.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let users: Vec<(User, Vec<Post>)> = User::query().with(User::posts()).consistent().all(&db).await?;
    ///
    /// let tx = db.begin_with(TransactionOptions::repeatable_read()).await?;
    /// let users = User::query().with(User::posts()).consistent().all(&tx).await?;
    /// tx.commit().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The verb returns [`ErrorKind::InvalidStatement`](crate::ErrorKind::InvalidStatement) before anything is read if
    /// there can be no such snapshot: in a read committed transaction, on a client of the driver, on an executor
    /// without [`together`](Executor::together).
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }
}

impl<M: Model, Row: FromRow, L: Loads<Row>, S: Source> With<M, L, Row, S> {
    /// Runs all levels in a transaction with one snapshot; again if the schema changes between two of them.
    pub(super) async fn on_one_snapshot(
        self,
        take: WantedRows,
        limit: Option<Limit>,
        db: &impl Executor,
    ) -> Result<Vec<L::Output>> {
        // A query that is refused before any I/O must not begin a transaction.
        self.query.clone().statement()?;
        let group = db.together_within(Consistency::OneSnapshot, limit).await?;
        let mut again = 0..MOST_TIMES_AGAIN;
        let rows = loop {
            match Box::pin(self.clone().levels(take, &LimitedExecutor::new(&group, limit))).await {
                // The schema changed between two levels, so the snapshot from before the change is useless.
                Err(error) if error.kind() == ErrorKind::StatementInvalidated && again.next().is_some() => {
                    if !group.begin_anew().await? {
                        return Err(error);
                    }
                }
                rows => break rows?,
            }
        };
        group.commit().await?;
        Ok(rows)
    }
}
