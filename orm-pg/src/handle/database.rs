//! [`Database`]: the handle of a pool.

use std::{panic::Location, pin::pin, sync::Arc, time::Duration};

use orm_core::{
    error::{Error, Result},
    executor::{BoxRowStream, Consistency, Executor, StatementGroup},
    row::RowSink,
    statement::{Limit, Statement},
};
use tokio::time::{Instant, timeout_at};
use tokio_postgres::RowStream;

use super::{
    connection::Connection,
    group,
    stream::{OwnStream, drain},
    transaction::{Begin, Retries, Transaction, TransactionOptions},
};
use crate::{
    connect::config::DatabaseBuilder,
    error::{Cause, Failure, Scope, name, staleness::is_invalidated},
    pool::{Pool, PoolStatus, Purpose, lease::Lease},
    raw,
    session::{
        AwaitedAnswer, DefaultLimit,
        deadline::{ending, over},
        run::{Discard, refuse_lock_outside_transaction, run_all, run_healed, start},
        trace::Clock,
        write_access::is_demoted,
    },
};

/// How many connections a statement tries at most if they turn out to be closed.
const MOST_ATTEMPTS: u32 = 4;

/// A PostgreSQL database, reached through a pool of connections. It is cheap to clone; all clones share the pool.
///
/// Each statement runs on any connection and commits on its own. Statements that must take effect together go into a
/// [`transaction`](Self::transaction). SQL that concerns one connection (`SET`, `LISTEN`, `CREATE TEMP TABLE`) runs on
/// a [`connection`](Self::connection); as [`sql!`](crate::sql!) on the handle it is refused before anything is sent.
///
/// ```no_run
/// # use blog::*; async fn run() -> Result<()> {
/// use orm_pg::prelude::*;
///
/// let db = Database::connect("postgres://localhost/app").await?;
/// let ann = User::get(7).one(&db).await?;
/// db.transaction(async |tx| {
///     ann.update(|u| u.score.set(u.score + 1.0)).execute(tx).await?;
///     Post::insert(NewPost::new(ann.id, "Hello")).execute(tx).await
/// })
/// .await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Database {
    pool: Arc<Pool>,
    /// The limit of statements without their own limit.
    timeout: Option<Duration>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("settings", &self.pool.settings).field("status", &self.status()).finish()
    }
}

impl Database {
    /// Connects to the server that `url` names: a `postgres://` URL or a `keyword=value` list, as in libpq.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for a URL that cannot be used,
    /// [`ErrorKind::Connect`](crate::ErrorKind::Connect) with the cause otherwise.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::connect("postgres://app@localhost/app").await?;
    /// # Ok(()) }
    /// ```
    pub async fn connect(url: &str) -> Result<Self> {
        Self::builder().url(url).connect().await
    }

    /// Connects to the server that the environment names: `DATABASE_URL`, and libpq's variables (`PGHOST`, `PGUSER`, …)
    /// and password file for options that the URL does not set.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::from_env().await?;
    /// # Ok(()) }
    /// ```
    pub async fn from_env() -> Result<Self> {
        DatabaseBuilder::from_env().connect().await
    }

    /// Returns a builder, for the options of the server and the pool.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://localhost/app").max_connections(20).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn builder() -> DatabaseBuilder {
        DatabaseBuilder::new()
    }

    /// Returns a builder with the options of the environment; see [`from_env`](Self::from_env).
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder_from_env().max_connections(20).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn builder_from_env() -> DatabaseBuilder {
        DatabaseBuilder::from_env()
    }

    /// Returns a builder with the same options, unless the pool is one of the application.
    #[cfg(feature = "migrate")]
    pub(crate) fn builder_of_same_server(&self) -> Option<DatabaseBuilder> {
        (!self.pool.is_foreign()).then(|| DatabaseBuilder::with(&self.pool.settings))
    }

    pub(crate) fn on(pool: Pool) -> Self {
        let timeout = pool.settings.timeout;
        Self { pool: Arc::new(pool), timeout }
    }

    /// Returns a handle on the same pool that limits how long each statement without its own limit (`.timeout(..)`) may
    /// take, including the wait for a connection. `BEGIN` and `COMMIT` count as statements. `Duration::MAX` means no
    /// limit.
    ///
    /// Connections and transactions have the limit of the handle that they come from.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// use std::time::Duration;
    /// let quick = db.timeout(Duration::from_millis(500)); // for what a user waits for
    /// let users = User::query().limit(20).all(&quick).await?;
    /// let count = Post::query().count(&db).await?; // as before
    /// # Ok(()) }
    /// ```
    #[must_use = "the handle with the limit is a new one"]
    pub fn timeout(&self, limit: Duration) -> Self {
        Self { timeout: Some(limit), ..self.clone() }
    }

    /// Checks a connection out of the pool for exclusive use, until it is dropped. No round trip, unless one has to be
    /// opened.
    ///
    /// # Errors
    /// [`ErrorKind::PoolTimeout`](crate::ErrorKind::PoolTimeout) when none becomes free in time,
    /// [`ErrorKind::Connect`](crate::ErrorKind::Connect) when none can be opened.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let connection = db.connection().await?;
    /// sql!("SET search_path = app").execute(&connection).await?; // undone when the connection goes back
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn connection(&self) -> impl Future<Output = Result<Connection>> + Send {
        let purpose = Purpose::held("connection taken", Location::caller());
        async move { Ok(Connection::new(self.lease(purpose, None).await?)) }
    }

    /// Begins a transaction and returns it; it is rolled back if it is dropped without a commit. One round trip.
    ///
    /// # Errors
    /// As [`connection`](Self::connection).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let tx = db.begin().await?;
    /// User::insert(NewUser::new("ann@example.org", "Ann")).execute(&tx).await?;
    /// tx.commit().await?; // dropped without it, the transaction is rolled back
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn begin(&self) -> impl Future<Output = Result<Transaction<'static>>> + Send {
        self.begin_with(TransactionOptions::new())
    }

    /// Begins a transaction with `options`; [`retry`](TransactionOptions::retry) has no effect here. One round trip.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let tx = db.begin_with(TransactionOptions::repeatable_read().read_only()).await?;
    /// let (users, posts) = (User::query().count(&tx).await?, Post::query().count(&tx).await?); // of one snapshot
    /// tx.commit().await?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn begin_with(&self, options: TransactionOptions) -> impl Future<Output = Result<Transaction<'static>>> + Send {
        self.begin_for(Purpose::held("transaction begun", Location::caller()), options, None)
    }

    /// Begins a transaction, with the limit of a verb if there is one.
    async fn begin_for(
        &self,
        purpose: Purpose,
        options: TransactionOptions,
        limit: Option<Limit>,
    ) -> Result<Transaction<'static>> {
        let mut attempts = 1;
        loop {
            let lease = self.lease(purpose, limit).await?;
            if let Some(each) = options.each_statement() {
                lease.set_default_limit(DefaultLimit::PerStatement(each));
            }
            match Transaction::on_lease(lease, options).await {
                Ok(tx) => return Ok(tx),
                // A transaction that has only begun has had no effect yet.
                Err(Failure { cause: Cause::Unsent | Cause::Lost, .. }) if attempts < MOST_ATTEMPTS => attempts += 1,
                Err(failure) => return Err(failure.error),
            }
        }
    }

    /// Runs `body` in a transaction: `Ok` commits; an error, a panic or a dropped future rolls back. Two round trips.
    ///
    /// # Errors
    /// Those of [`begin`](Self::begin), of `body` and of [`commit`](Transaction::commit).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// db.transaction(async |tx| {
    ///     let ann = User::insert(NewUser::new("ann@example.org", "Ann")).one(tx).await?;
    ///     Post::insert(NewPost::new(ann.id, "Hello")).execute(tx).await
    /// })
    /// .await?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn transaction<T, E: From<Error>>(
        &self,
        body: impl AsyncFnOnce(&mut Transaction<'_>) -> Result<T, E>, // write `async |tx| { … }`
    ) -> impl Future<Output = Result<T, E>> {
        let begun = self.begin();
        async move { begun.await?.run(body).await.0 }
    }

    /// Runs `body` in a transaction with `options`, and [retries](TransactionOptions::retry) it if they say so. Each
    /// attempt runs a clone of `body`.
    ///
    /// # Errors
    /// As [`transaction`](Self::transaction), from the last attempt.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// db.transaction_with(TransactionOptions::serializable().retry(5), async |tx| {
    ///     let account = Account::get(1).one(tx).await?;
    ///     account.update(|a| a.balance.set(account.balance + 1)).execute(tx).await
    /// })
    /// .await?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn transaction_with<T, E: From<Error>>(
        &self,
        options: TransactionOptions,
        body: impl AsyncFnOnce(&mut Transaction<'_>) -> Result<T, E> + Clone, // write `async |tx| { … }`
    ) -> impl Future<Output = Result<T, E>> {
        let purpose = Purpose::held("transaction begun", Location::caller());
        async move {
            let mut retries = Retries::new(options);
            loop {
                let (outcome, conflict) = self.begin_for(purpose, options, None).await?.run(body.clone()).await;
                if !retries.again(&outcome, conflict).await {
                    return outcome;
                }
            }
        }
    }

    /// Returns how many connections the pool has, and how many are in use.
    ///
    /// ```
    /// # use blog::*; fn run(db: Database) {
    /// let status = db.status();
    /// println!("{} connections, {} idle", status.connections, status.idle);
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> PoolStatus {
        self.pool.status()
    }

    /// Closes the pool for all clones of the handle. New statements are refused, and running ones have until
    /// [`close_timeout`](DatabaseBuilder::close_timeout) to end. Connections that are still in use after that are
    /// closed when they come back.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// db.close().await; // statements that wait for a connection fail, those that run end
    /// # Ok(()) }
    /// ```
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Waits for a connection, with the limit of a verb if there is one.
    async fn lease(&self, purpose: Purpose, verb: Option<Limit>) -> Result<Lease> {
        let until = ending(verb.or_else(|| self.timeout.map(Limit::begin))).map(|it| it.1);
        let lease = self.pool.acquire(purpose, until).await?;
        lease.set_default_limit(DefaultLimit::of(verb, self.timeout));
        Ok(lease)
    }

    /// Returns the limit of a statement, which starts now unless it has started already.
    fn limit(&self, statement: &Statement) -> Option<Limit> {
        statement.limit.or_else(|| self.timeout.map(Limit::begin))
    }

    async fn one(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<u64> {
        raw::refuse_on_pool(statement)?;
        refuse_lock_outside_transaction(statement, false)?;
        let limit = self.limit(statement);
        let mut attempts = 1;
        loop {
            let waiting = Instant::now();
            let lease = self.lease(purpose(statement), limit).await.map_err(|error| name(error, statement))?;
            let done = run_healed(&lease, statement, rows, Scope::Autocommit, waiting.elapsed()).await;
            drop(lease);
            match done {
                Ok(count) => return Ok(count),
                Err(failure) if attempts < most_attempts(&failure) && failure.allows_another(statement) => {
                    attempts += 1;
                    rows.restart();
                }
                Err(failure) => return Err(failure.into_error(statement, Scope::Autocommit)),
            }
        }
    }
}

/// How often a statement is tried at most. A read that lost its connection twice has probably caused that itself.
fn most_attempts(failure: &Failure) -> u32 {
    if matches!(failure.cause, Cause::Lost | Cause::Demoted) { 2 } else { MOST_ATTEMPTS }
}

/// Starts a statement whose rows are a stream.
async fn started(
    lease: &Lease,
    statement: &Statement,
    limit: Option<Limit>,
) -> Result<(RowStream, AwaitedAnswer), Failure> {
    let mut starting = pin!(start(lease, statement, Scope::Autocommit));
    let Some((limit, until)) = ending(limit) else { return starting.await };
    match timeout_at(until, starting.as_mut()).await {
        Ok(started) => started,
        Err(_) => {
            let ending = pin!(async {
                let (rows, waiting) = starting.await?;
                drain(lease, rows, waiting).await
            });
            Err(Box::pin(over(lease, limit, ending)).await)
        }
    }
}

/// The purpose of a connection that runs `statement`.
fn purpose(statement: &Statement) -> Purpose {
    Purpose::statement(statement.operation.name(), statement.table)
}

#[diagnostic::do_not_recommend]
impl Executor for Database {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        self.one(statement, rows).await.map(drop)
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.one(statement, &mut Discard).await
    }

    /// Several statements run in a transaction.
    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        match statements {
            [] => Ok(0),
            [statement] => self.one(statement, rows).await,
            statements => {
                statements.iter().try_for_each(raw::refuse_in_transaction)?;
                let limit = statements.iter().find_map(|it| it.limit);
                let purpose = Purpose::statement("batch of statements", None);
                let mut attempts = 1;
                loop {
                    let tx = self.begin_for(purpose, TransactionOptions::new(), limit).await?;
                    let outcome = run_all(tx.session(), statements, rows).await;
                    match tx.finish(outcome).await.0 {
                        // Nothing took effect.
                        Err(error) if is_invalidated(&error) && attempts < MOST_ATTEMPTS => attempts += 1,
                        Err(error) if is_demoted(&error) && attempts < 2 => attempts += 1,
                        done => return done,
                    }
                    rows.restart();
                }
            }
        }
    }

    /// The rows come on a separate connection, which goes back to the pool after the last one.
    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        raw::refuse_on_pool(&statement)?;
        refuse_lock_outside_transaction(&statement, false)?;
        let statement = Arc::new(statement);
        let limit = self.limit(&statement);
        let each = ending(limit).map(|it| it.0.each());
        let mut attempts = 1;
        loop {
            let asked = Instant::now();
            let lease = self.lease(purpose(&statement), limit).await.map_err(|error| name(error, &statement))?;
            let clock = Clock::start(&statement, asked.elapsed(), lease.slow);
            let started = self::started(&lease, &statement, limit).await;
            match started {
                Ok((rows, waiting)) => {
                    return Ok(Box::pin(OwnStream::new(rows, waiting, lease, statement, clock, each)));
                }
                Err(failure) if attempts < most_attempts(&failure) && failure.allows_another(&statement) => {
                    attempts += 1;
                }
                Err(failure) => return Err(failure.into_error(&statement, Scope::Autocommit)),
            }
        }
    }

    /// The statements run in a transaction.
    async fn together(&self, how: Consistency) -> Result<StatementGroup<'_>> {
        self.together_within(how, None).await
    }

    async fn together_within(&self, how: Consistency, limit: Option<Limit>) -> Result<StatementGroup<'_>> {
        let purpose = Purpose::statement("statements of one verb", None);
        Ok(StatementGroup::new(group::OwnTransaction::new(
            self.begin_for(purpose, TransactionOptions::together(how), limit).await?,
            how,
        )))
    }
}

impl Begin for Database {
    #[track_caller]
    fn begin(&mut self) -> impl Future<Output = Result<Transaction<'_>>> + Send {
        let begun = Self::begin(self);
        async move {
            let tx: Transaction<'_> = begun.await?;
            Ok(tx)
        }
    }
}

impl Begin for &Database {
    #[track_caller]
    fn begin(&mut self) -> impl Future<Output = Result<Transaction<'_>>> + Send {
        let begun = Database::begin(self);
        async move {
            let tx: Transaction<'_> = begun.await?;
            Ok(tx)
        }
    }
}
