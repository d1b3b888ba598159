//! [`Connection`]: exclusive use of one connection.

mod exclusive;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use orm_core::{
    error::{Error, ErrorKind, Result},
    executor::{BoxRowStream, Consistency, Executor, StatementGroup},
    row::RowSink,
    statement::{Limit, Operation, Statement},
};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::transaction::{Begin, Retries, Transaction, TransactionOptions, one};
use crate::{
    error::{Scope, staleness::is_invalidated},
    pool::lease::Lease,
    session::{
        Session, cursor,
        run::{Discard, MOST_ATTEMPTS, refuse_lock_outside_transaction, run_all},
    },
};

/// How many statements may be under way at once. A batch takes all permits.
const PERMITS: u32 = 1 << 20;

/// One connection, checked out of the pool until it is dropped: [`Database::connection`](crate::Database::connection).
///
/// Use it for state that belongs to a session: settings, temporary tables, advisory locks. The connection is reset
/// before another caller gets it.
///
/// Each statement commits on its own. Statements that are awaited at the same time are pipelined.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::prelude::*;
///
/// let connection = db.connection().await?; // one connection, kept until it is dropped
/// let (users, posts) = tokio::try_join!(User::query().count(&connection), Post::query().count(&connection))?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Connection {
    lease: Lease,
    /// Keeps the statements of other tasks out of a batch, since they would be rolled back with it.
    gate: Semaphore,
    /// Whether raw SQL or declared functions ran, which may have changed the session in ways that their text does not
    /// show.
    by_hand: AtomicBool,
}

impl Connection {
    pub(crate) fn new(lease: Lease) -> Self {
        Self { lease, gate: Semaphore::new(PERMITS as usize), by_hand: AtomicBool::new(false) }
    }

    /// Returns the driver's client, for features that this crate does not have. The connection is reset before others
    /// use it, and closed if its prepared statements were deallocated.
    ///
    /// Its type follows the versions of `tokio-postgres`, not those of this crate.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let connection = db.connection().await?;
    /// let rows = connection.client().simple_query("SHOW server_version").await;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn client(&self) -> &tokio_postgres::Client {
        self.lease.escape();
        self.lease.client()
    }

    /// Begins a transaction on this connection and returns it; it is rolled back if it is dropped without a commit. One
    /// round trip.
    ///
    /// # Errors
    /// [`ErrorKind::ConnectionLost`](crate::ErrorKind::ConnectionLost) when the connection is gone.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let mut connection = db.connection().await?;
    /// let tx = connection.begin().await?;
    /// User::insert(NewUser::new("ann@example.org", "Ann")).execute(&tx).await?;
    /// tx.commit().await?;
    /// # Ok(()) }
    /// ```
    pub async fn begin(&mut self) -> Result<Transaction<'_>> {
        self.begin_with(TransactionOptions::new()).await
    }

    /// Begins a transaction with `options`; [`retry`](TransactionOptions::retry) has no effect here. One round trip.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let mut connection = db.connection().await?;
    /// let tx = connection.begin_with(TransactionOptions::serializable().read_only()).await?;
    /// let count = User::query().count(&tx).await?;
    /// tx.commit().await?;
    /// # Ok(()) }
    /// ```
    pub async fn begin_with(&mut self, options: TransactionOptions) -> Result<Transaction<'_>> {
        // Its statements are not seen here.
        self.by_hand.store(true, Ordering::Release);
        let begun = Transaction::on_session(self.lease.session_mut(), options).await;
        begun.map_err(|failure| failure.error)
    }

    /// Runs `body` in a transaction: `Ok` commits; an error, a panic or a dropped future rolls back. Two round trips.
    ///
    /// # Errors
    /// Those of `body` and of [`commit`](Transaction::commit).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let mut connection = db.connection().await?;
    /// connection.transaction(async |tx| User::insert(NewUser::new("ann@example.org", "Ann")).execute(tx).await).await?;
    /// # Ok(()) }
    /// ```
    pub async fn transaction<T, E: From<Error>>(
        &mut self,
        body: impl AsyncFnOnce(&mut Transaction<'_>) -> Result<T, E>, // write `async |tx| { … }`
    ) -> Result<T, E> {
        self.begin().await?.run(body).await.0
    }

    /// Runs `body` in a transaction with `options`, and [retries](TransactionOptions::retry) it if they say so. Each
    /// attempt runs a clone of `body`, on this connection.
    ///
    /// # Errors
    /// As [`transaction`](Self::transaction), from the last attempt.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let mut connection = db.connection().await?;
    /// let options = TransactionOptions::serializable().retry(5);
    /// let account: Account = connection.transaction_with(options, async |tx| Account::get(1).one(tx).await).await?;
    /// # Ok(()) }
    /// ```
    pub async fn transaction_with<T, E: From<Error>>(
        &mut self,
        options: TransactionOptions,
        body: impl AsyncFnOnce(&mut Transaction<'_>) -> Result<T, E> + Clone, // write `async |tx| { … }`
    ) -> Result<T, E> {
        let mut retries = Retries::new(options);
        loop {
            let (outcome, conflict) = self.begin_with(options).await?.run(body.clone()).await;
            if !retries.again(&outcome, conflict).await {
                return outcome;
            }
        }
    }

    /// Notes statements after which the connection must be reset.
    fn note_raw_sql(&self, statement: &Statement) {
        if statement.operation == Operation::Raw || statement.fragments {
            self.by_hand.store(true, Ordering::Release);
        }
    }

    fn session(&self) -> &Arc<Session> {
        &self.lease
    }

    async fn permits(&self, count: u32) -> Result<SemaphorePermit<'_>> {
        // It is never closed.
        self.gate.acquire_many(count).await.map_err(|_| Error::new(ErrorKind::Closed, "the connection was closed"))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.by_hand.load(Ordering::Acquire) {
            self.lease.taint();
        }
    }
}

#[diagnostic::do_not_recommend]
impl Executor for Connection {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        self.note_raw_sql(statement);
        let _permit = self.permits(1).await?;
        one(self.session(), statement, rows, Scope::Autocommit).await.map(drop)
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.note_raw_sql(statement);
        let _permit = self.permits(1).await?;
        one(self.session(), statement, &mut Discard, Scope::Autocommit).await
    }

    /// Several statements run in a transaction, while other statements of this connection wait.
    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        statements.iter().for_each(|it| self.note_raw_sql(it));
        match statements {
            [] => Ok(0),
            [statement] => {
                let _permit = self.permits(1).await?;
                one(self.session(), statement, rows, Scope::Autocommit).await
            }
            statements => {
                let _all = self.permits(PERMITS).await?;
                let mut session = Arc::clone(self.session());
                let mut attempts = 1;
                loop {
                    let begun = Transaction::on_session(&mut session, TransactionOptions::new()).await;
                    let tx = begun.map_err(|failure| failure.error)?;
                    let outcome = run_all(self.session(), statements, rows).await;
                    match tx.finish(outcome).await.0 {
                        // Nothing took effect.
                        Err(error) if is_invalidated(&error) && attempts < MOST_ATTEMPTS => attempts += 1,
                        done => return done,
                    }
                    rows.restart();
                }
            }
        }
    }

    /// The server computes all rows first and keeps them (a cursor `WITH HOLD`). They are fetched in chunks, between
    /// which the connection can be used.
    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        self.note_raw_sql(&statement);
        refuse_lock_outside_transaction(&statement, self.session().ran_raw())?;
        let _permit = self.permits(1).await?;
        Ok(Box::pin(cursor::open(self.session(), statement, Scope::Autocommit).await?))
    }

    /// The statements run in a transaction, while other statements of this connection wait.
    async fn together(&self, how: Consistency) -> Result<StatementGroup<'_>> {
        self.begin_group(how, None).await
    }

    async fn together_within(&self, how: Consistency, limit: Option<Limit>) -> Result<StatementGroup<'_>> {
        self.begin_group(how, limit).await
    }
}

impl Begin for Connection {
    async fn begin(&mut self) -> Result<Transaction<'_>> {
        Self::begin(self).await
    }
}
