//! [`Transaction`]: transactions and savepoints.
//!
//! A transaction that ends without `commit` is rolled back: by an error, a panic, or a future that is dropped at any
//! await.

mod begin;
mod options;
mod retry;

use std::{marker::PhantomData, sync::Arc};

use orm_core::{
    error::{Error, ErrorKind, Result},
    executor::{BoxRowStream, Consistency, Executor, StatementGroup},
    row::RowSink,
    statement::Statement,
};

pub(crate) use self::retry::Retries;
pub use self::{
    begin::Begin,
    options::{Isolation, TransactionOptions},
};
use super::group::{HostTransaction, InHostTransaction, ask_snapshot, no_snapshot};
use crate::{
    error::{Cause, Failure, Scope},
    pool::lease::Lease,
    raw,
    session::{
        Session,
        all_or_none::Abort,
        cursor,
        run::{Discard, refuse_lock_outside_transaction, run_all, run_healed},
    },
};

/// Commits, and finds out whether the server really did. COMMIT alone reports no error for an aborted transaction,
/// which it rolls back, or if there is none any more. SAVEPOINT fails in both cases (25P02, 25P01). One round trip.
const COMMIT: &str = "SAVEPOINT orm_commit; COMMIT";

/// A transaction, or a savepoint inside of one. Run statements on `&tx`.
///
/// If it is dropped without [`commit`](Self::commit), it is rolled back. A savepoint borrows the outer transaction by
/// `&mut`, which therefore cannot be used while the savepoint is open.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::prelude::*;
///
/// // A function that must run in a transaction says so by its argument.
/// async fn pay(tx: &Transaction<'_>, amount: i64) -> Result<()> {
///     let account = Account::get(1).for_update().one(tx).await?;
///     account.update(|a| a.balance.set(a.balance - amount)).execute(tx).await.map(drop)
/// }
/// db.transaction(async |tx| pay(tx, 100).await).await?;
/// # Ok(()) }
/// ```
#[must_use = "a transaction that is dropped is rolled back"]
#[derive(Debug)]
pub struct Transaction<'a> {
    session: Arc<Session>,
    /// `Some` in a transaction that was begun on the database, which has a separate connection.
    lease: Option<Lease>,
    /// 0 for the transaction, and one more for each level of savepoints.
    depth: u32,
    /// Neither committed nor rolled back yet.
    open: bool,
    /// The isolation that it was begun with; `None` means that of the server's settings.
    isolation: Option<Isolation>,
    outer: PhantomData<&'a mut ()>,
}

impl Transaction<'_> {
    fn new(session: Arc<Session>, options: TransactionOptions) -> Self {
        let isolation = options.known_isolation();
        Transaction { session, lease: None, depth: 0, open: true, isolation, outer: PhantomData }
    }
}

impl Transaction<'_> {
    /// Begins a transaction that owns its connection. One round trip.
    pub(crate) async fn on_lease(lease: Lease, options: TransactionOptions) -> Result<Transaction<'static>, Failure> {
        let session = Arc::clone(&lease);
        let mut tx = Transaction::new(session, options);
        tx.lease = Some(lease);
        tx.start(options).await
    }

    /// Begins a transaction on a borrowed connection. One round trip.
    pub(crate) async fn on_session<'c>(
        session: &'c mut Arc<Session>,
        options: TransactionOptions,
    ) -> Result<Transaction<'c>, Failure> {
        Transaction::new(Arc::clone(session), options).start(options).await
    }

    /// Begins a transaction on a connection on which the caller makes other statements wait. One round trip.
    pub(crate) async fn on_shared(
        session: Arc<Session>,
        options: TransactionOptions,
    ) -> Result<Transaction<'static>, Failure> {
        Transaction::new(session, options).start(options).await
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    async fn start(mut self, options: TransactionOptions) -> Result<Self, Failure> {
        // Set before the first byte is sent: BEGIN takes effect even if nobody waits for it any more.
        self.session.set_open(true);
        self.session.writes.set_read_only(options.reads_only());
        self.session.forget_conflict();
        match self.session.command(&options.begin()).await {
            Ok(()) => Ok(self),
            Err(failure) => {
                self.open = false;
                if !matches!(failure.cause, Cause::Lost | Cause::Late) {
                    self.session.set_open(false);
                }
                Err(failure)
            }
        }
    }

    /// Rolls back and begins again. The caller must not have used any of its rows. One round trip.
    pub(crate) async fn restart(&self, options: TransactionOptions) -> Result<(), Failure> {
        self.session.command(&format!("ROLLBACK; {}", options.begin())).await?;
        self.session.forget_conflict();
        Ok(())
    }

    /// Returns the driver's client, for features that this crate does not have. Its statements run in this transaction.
    /// The connection is reset before others use it.
    ///
    /// Its type follows the versions of `tokio-postgres`, not those of this crate.
    ///
    /// ```no_run
    /// # async fn run(db: orm_pg::Database) -> Result<(), Box<dyn std::error::Error>> {
    /// let tx = db.begin().await?;
    /// tx.client().batch_execute("LOCK TABLE users IN SHARE MODE").await?;
    /// tx.commit().await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn client(&self) -> &tokio_postgres::Client {
        self.session.escape();
        self.session.client()
    }

    /// Opens a savepoint, which is used like a transaction. `SAVEPOINT orm_1`, one round trip.
    ///
    /// # Errors
    /// If an earlier error has aborted the transaction, or the connection is lost.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let mut tx = db.begin().await?;
    /// let savepoint = tx.begin().await?;
    /// Post::query().all_rows().delete().execute(&savepoint).await?;
    /// savepoint.rollback().await?; // the outer transaction goes on
    /// tx.commit().await?;
    /// # Ok(()) }
    /// ```
    pub async fn begin(&mut self) -> Result<Transaction<'_>> {
        let depth = self.depth + 1;
        let opened = self.session.command(&format!("SAVEPOINT {}", savepoint(depth))).await;
        opened.map_err(|failure| failure.error)?;
        let (session, isolation) = (Arc::clone(&self.session), self.isolation);
        Ok(Transaction { session, lease: None, depth, open: true, isolation, outer: PhantomData })
    }

    /// Runs `body` in a savepoint, which is released if it returns `Ok` and rolled back otherwise. Two round trips.
    ///
    /// # Errors
    /// Those of `body`; [`ErrorKind::RolledBack`] if it returns `Ok` after an error that it did not pass on.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// db.transaction(async |tx| {
    ///     let tried = tx.transaction(async |sp| Post::insert(NewPost::new(-1, "By nobody")).execute(sp).await).await;
    ///     assert!(tried.is_err_and(|it| it.is_foreign_key_violation()));
    ///     User::query().count(tx).await
    /// })
    /// .await?;
    /// # Ok(()) }
    /// ```
    pub async fn transaction<T, E: From<Error>>(
        &mut self,
        body: impl AsyncFnOnce(&mut Transaction<'_>) -> Result<T, E>, // write `async |tx| { … }`
    ) -> Result<T, E> {
        self.begin().await?.run(body).await.0
    }

    /// Commits, or releases the savepoint. One round trip.
    ///
    /// # Errors
    /// [`ErrorKind::RolledBack`] if an earlier error had aborted it, so that nothing was committed;
    /// [`ErrorKind::OutcomeUnknown`] if the connection was lost before the answer came; errors of deferred constraints,
    /// and serialization failures.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let tx = db.begin().await?;
    /// Post::query().filter(|p| p.title.eq("")).delete().execute(&tx).await?;
    /// tx.commit().await?;
    /// # Ok(()) }
    /// ```
    pub async fn commit(mut self) -> Result<()> {
        self.commit_now().await
    }

    /// Rolls the transaction back, or back to the savepoint. One round trip.
    ///
    /// # Errors
    /// If the server refuses. A lost connection is not an error: the server then rolls back on its own.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let tx = db.begin().await?;
    /// Post::query().all_rows().delete().execute(&tx).await?;
    /// tx.rollback().await?;
    /// # Ok(()) }
    /// ```
    pub async fn rollback(mut self) -> Result<()> {
        self.rollback_now().await
    }

    /// Runs `body` in the transaction, and then [finishes](Self::finish) it.
    pub(crate) async fn run<T, E: From<Error>>(
        mut self,
        body: impl AsyncFnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> (Result<T, E>, bool) {
        let outcome = body(&mut self).await;
        self.finish(outcome).await
    }

    /// Commits if `outcome` is `Ok`, and rolls back otherwise; the first error is returned. Also returns whether the
    /// transaction can be retried: it failed because of a conflict, and nothing was committed. A conflict is over once
    /// a statement succeeds after it, from a savepoint.
    pub(crate) async fn finish<T, E: From<Error>>(mut self, outcome: Result<T, E>) -> (Result<T, E>, bool) {
        let mut unknown = false;
        let outcome = match outcome {
            Ok(value) => self.commit_now().await.map(|()| value).map_err(|error| {
                unknown = error.is_outcome_unknown();
                E::from(error)
            }),
            Err(first) => {
                drop(self.rollback_now().await);
                Err(first)
            }
        };
        (outcome, self.session.has_conflict() && !unknown)
    }

    /// Refuses a transaction each of whose statements sees another snapshot. Asks the server if the isolation is not
    /// known.
    async fn check_snapshot(&self) -> Result<()> {
        let by_hand = self.session.ran_raw() || self.session.is_escaped();
        match self.isolation.filter(|_| !by_hand) {
            Some(Isolation::RepeatableRead | Isolation::Serializable) => Ok(()),
            Some(Isolation::ReadCommitted) => Err(no_snapshot()),
            None => ask_snapshot(self).await,
        }
    }

    async fn commit_now(&mut self) -> Result<()> {
        if self.depth > 0 {
            return self.release().await;
        }
        if self.session.is_dead() {
            // COMMIT was never sent, so the server has rolled back.
            self.open = false;
            return Err(self.session.driver_state.error());
        }
        self.open = false;
        let failure = match self.session.command(COMMIT).await {
            Ok(()) => {
                self.session.set_open(false);
                return Ok(());
            }
            Err(failure) => failure,
        };
        match failure.cause {
            Cause::Lost => {
                let text = "the connection was lost during COMMIT: the transaction may have taken effect or not";
                return Err(failure.error.with_kind(ErrorKind::OutcomeUnknown, text));
            }
            Cause::Late => {
                let text = format!("{} during COMMIT: the transaction may have taken effect or not", failure.error);
                return Err(failure.error.with_kind(ErrorKind::OutcomeUnknown, text));
            }
            Cause::Unsent => return Err(failure.error),
            Cause::Refused | Cause::Stale | Cause::Demoted | Cause::Server | Cause::Rows => {}
        }
        // Either the SAVEPOINT failed and the transaction may still be open, or COMMIT did and it is not.
        self.end().await;
        Err(doomed(failure.error))
    }

    /// Sends ROLLBACK, whether it is needed or not.
    async fn end(&self) {
        self.session.driver_state.mute_notices(true);
        if self.session.command("ROLLBACK").await.is_ok() {
            self.session.set_open(false);
        }
        self.session.driver_state.mute_notices(false);
    }

    async fn release(&mut self) -> Result<()> {
        let name = savepoint(self.depth);
        // Once RELEASE is sent, dropping must not roll back to a savepoint that no longer exists.
        self.open = false;
        let released = self.session.command(&format!("RELEASE SAVEPOINT {name}")).await;
        match released {
            Ok(()) => Ok(()),
            Err(failure) => {
                let undone = self.rollback_now().await;
                Err(if undone.is_ok() { doomed(failure.error) } else { failure.error })
            }
        }
    }

    async fn rollback_now(&mut self) -> Result<()> {
        self.open = false;
        if self.session.is_dead() {
            return Ok(());
        }
        if self.depth > 0 {
            return settled(self.session.command(&undo(self.depth)).await);
        }
        let undone = self.session.command("ROLLBACK").await;
        if undone.is_ok() {
            self.session.set_open(false);
        }
        settled(undone)
    }
}

impl HostTransaction for Transaction<'_> {
    async fn run(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<u64, Failure> {
        raw::refuse_in_transaction(statement).map_err(Failure::refused)?;
        refuse_lock_outside_transaction(statement, true).map_err(Failure::refused)?;
        run_healed(&self.session, statement, rows, Scope::Transaction, std::time::Duration::ZERO).await
    }
}

impl Abort for Transaction<'_> {
    fn abort(&self) {
        self.session.abort();
    }
}

/// Ignores a lost connection, which has rolled back too.
fn settled(undone: Result<(), Failure>) -> Result<()> {
    match undone {
        Err(failure) if !matches!(failure.cause, Cause::Lost | Cause::Unsent | Cause::Late) => Err(failure.error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn doomed(error: Error) -> Error {
    let text = match error.sql_state() {
        Some("25P02") => "an earlier error had aborted the transaction, so the server rolled it back",
        Some("25P01") => "raw SQL had already ended the transaction, with ROLLBACK or COMMIT",
        _ => return error,
    };
    Error::new(ErrorKind::RolledBack, text)
}

fn savepoint(depth: u32) -> String {
    format!("orm_{depth}")
}

fn undo(depth: u32) -> String {
    let name = savepoint(depth);
    format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}")
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        if self.depth > 0 {
            self.session.send_unwaited(&undo(self.depth));
        } else if self.lease.is_none() {
            self.session.send_unwaited("ROLLBACK");
            // ROLLBACK was sent, and the session knows that nobody waits for its answer.
            self.session.set_open(false);
        }
        // With a lease, the connection is cleaned up when the lease is dropped.
    }
}

#[diagnostic::do_not_recommend]
impl Executor for Transaction<'_> {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        one(&self.session, statement, rows, Scope::Transaction).await.map(drop)
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        one(&self.session, statement, &mut Discard, Scope::Transaction).await
    }

    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        run_all(&self.session, statements, rows).await
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        raw::refuse_in_transaction(&statement)?;
        Ok(Box::pin(cursor::open(&self.session, statement, Scope::Transaction).await?))
    }

    /// The statements run in this transaction. If they write and not all succeed, it can only be rolled back.
    async fn together(&self, how: Consistency) -> Result<StatementGroup<'_>> {
        if how == Consistency::OneSnapshot {
            self.check_snapshot().await?;
        }
        Ok(StatementGroup::new(InHostTransaction::new(self, how)))
    }
}

/// Runs one statement on a connection that the caller holds.
pub(crate) async fn one(
    session: &Arc<Session>,
    statement: &Statement,
    rows: &mut dyn RowSink,
    scope: Scope,
) -> Result<u64> {
    if scope == Scope::Transaction {
        raw::refuse_in_transaction(statement)?;
    }
    refuse_lock_outside_transaction(statement, scope == Scope::Transaction || session.ran_raw())?;
    let done = run_healed(session, statement, rows, scope, std::time::Duration::ZERO).await;
    done.map_err(|failure| failure.into_error(statement, scope))
}
