//! All levels of one query on one snapshot.

use super::{Loads, With, run::WantedRows};
use crate::{
    error::{ErrorKind, Result},
    executor::{Consistency, Executor, LimitedExecutor},
    model::Model,
    query::Source,
    row::FromRow,
    statement::Limit,
};

/// How often all levels are read again after the schema has changed.
const MOST_TIMES_AGAIN: u32 = 3;

impl<M, L, Row, S> With<M, L, Row, S> {
    /// Reads all levels from one snapshot: the rows and what belongs to them, as they were at one moment. Without it a
    /// level sees what others have committed since the one before.
    ///
    /// On a `Database` or a `Connection` the levels run between `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY` and
    /// `COMMIT`. In a transaction that is repeatable read or serializable nothing is added.
    ///
    /// Round trips: 2 more. In a transaction none; 1 more where its isolation must be asked for, since it was begun
    /// without saying which or SQL of the user ran in it.
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
    /// The verb answers [`ErrorKind::InvalidStatement`](crate::ErrorKind::InvalidStatement) before anything is read
    /// where there can be no such snapshot: in a read committed transaction, on a client of the driver, on an executor
    /// of one's own without [`together`](Executor::together).
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }
}

impl<M: Model, Row: FromRow, L: Loads<Row>, S: Source> With<M, L, Row, S> {
    /// Runs all levels in a transaction with one snapshot, anew where the schema changes between two of them.
    pub(super) async fn on_one_snapshot(
        self,
        take: WantedRows,
        limit: Option<Limit>,
        db: &impl Executor,
    ) -> Result<Vec<L::Output>> {
        // What has no meaning in SQL begins no transaction.
        self.query.clone().statement()?;
        let group = db.together_within(Consistency::OneSnapshot, limit).await?;
        let mut again = 0..MOST_TIMES_AGAIN;
        let rows = loop {
            match Box::pin(self.clone().levels(take, &LimitedExecutor::new(&group, limit))).await {
                // The schema has changed between two levels, and a snapshot from before the change is of no use.
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
