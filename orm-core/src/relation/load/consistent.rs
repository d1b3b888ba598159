//! All levels of one query on one snapshot.

use std::{future::Future, pin::Pin};

use super::{Loads, With};
use crate::{
    error::{ErrorKind, Result},
    executor::{Executor, Limited, Together},
    model::Model,
    query::Source,
    row::FromRow,
    statement::Limit,
};

/// How often all levels are read again after the schema has changed.
const MOST_TIMES_AGAIN: u32 = 3;

/// Which rows of a query are read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Take {
    All,
    /// The only one, if there is one.
    Only,
    First,
}

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
    /// Reads the rows and what belongs to them. On the heap: the verbs would hold the query twice otherwise.
    pub(crate) fn run<E: Executor>(
        self,
        take: Take,
        db: &E,
    ) -> Pin<Box<impl Future<Output = Result<Vec<L::Output>>> + Send>> {
        Box::pin(async move {
            let limit = self.query.ast.timeout.map(Limit::begin);
            let db = &Limited::new(db, limit);
            if !self.consistent {
                return self.levels(take, db).await;
            }
            // What has no meaning in SQL begins no transaction.
            self.query.clone().statement()?;
            let group = db.together_within(Together::OneSnapshot, limit).await?;
            let mut again = 0..MOST_TIMES_AGAIN;
            let rows = loop {
                match Box::pin(self.clone().levels(take, &Limited::new(&group, limit))).await {
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
        })
    }

    async fn levels(mut self, take: Take, db: &impl Executor) -> Result<Vec<L::Output>> {
        // The limit of all levels has begun already, and comes with the executor.
        self.query.ast.timeout = None;
        let rows = match take {
            Take::All => self.query.all(db).await?,
            Take::Only => self.query.one_or_none(db).await?.into_iter().collect(),
            Take::First => self.query.first(db).await?.into_iter().collect(),
        };
        self.loads.load(rows, db).await
    }
}
