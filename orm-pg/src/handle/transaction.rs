//! Transactions and savepoints.
//!
//! Whatever ends without `commit` is rolled back: an error, a panic, a future that is dropped at any await.

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

/// Commits, and learns whether the server really did. COMMIT alone says nothing of a transaction that is doomed, which it
/// rolls back, nor where there is none any more; SAVEPOINT fails in the one (25P02) and in the other (25P01). One round
/// trip.
const COMMIT: &str = "SAVEPOINT orm_commit; COMMIT";

/// A transaction, or a savepoint inside of one. Run statements on `&tx`.
///
/// Dropped without [`commit`](Self::commit) it is rolled back. A nested one takes the outer one by `&mut`, so the outer
/// one cannot be used while it is open.
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
    /// Held by a transaction that was begun on the database: it has its connection for itself.
    lease: Option<Lease>,
    /// 0 is the transaction, above it are savepoints.
    depth: u32,
    /// Neither committed nor rolled back yet.
    open: bool,
    /// As it was begun; `None` leaves it to the server's settings.
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
    /// Begins a transaction on a connection of its own. One round trip.
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

    /// Begins a transaction on a connection whose other statements the caller keeps waiting. One round trip.
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
        // Before the first byte is sent: a BEGIN that nobody waits for any more still begins.
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

    /// Rolls back and begins anew: for who has used nothing of it. One round trip.
    pub(crate) async fn restart(&self, options: TransactionOptions) -> Result<(), Failure> {
        self.session.command(&format!("ROLLBACK; {}", options.begin())).await?;
        self.session.forget_conflict();
        Ok(())
    }

    /// Returns the driver's client, for what this crate does not do: it runs in this transaction. The connection is
    /// reset before others use it.
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

    /// Opens a savepoint: the same as a transaction inside of this one. One round trip.
    ///
    /// # Errors
    /// When an earlier error has doomed the transaction, or the connection is lost.
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

    /// Runs `body` in a savepoint, which is released when it returns `Ok` and rolled back otherwise. Two round trips.
    ///
    /// # Errors
    /// What `body` returns; [`ErrorKind::RolledBack`] when it returns `Ok` after an error that it did not pass on.
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
    /// [`ErrorKind::RolledBack`] when an earlier error had doomed it, so that nothing was committed;
    /// [`ErrorKind::OutcomeUnknown`] when the connection was lost before the answer; what a deferred constraint or a
    /// serialization failure says.
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

    /// Rolls back to where it began. One round trip.
    ///
    /// # Errors
    /// When the server refuses. A lost connection is none: the server rolls back then by itself.
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

    /// Commits if `outcome` is `Ok`, rolls back otherwise; the first error is the one that counts. Also says whether
    /// the trouble may be a conflict with another transaction, and nothing of this one can have stayed. A conflict after
    /// which a statement succeeded, because a savepoint was rolled back, is none any more.
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

    /// Refuses a transaction each of whose statements sees another moment. Asks the server where it must.
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
        // Once it is sent, dropping must not undo a savepoint that is gone.
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

/// A lost connection has rolled back as well.
fn settled(undone: Result<(), Failure>) -> Result<()> {
    match undone {
        Err(failure) if !matches!(failure.cause, Cause::Lost | Cause::Unsent | Cause::Late) => Err(failure.error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn doomed(error: Error) -> Error {
    let text = match error.sql_state() {
        Some("25P02") => "an earlier error had doomed the transaction, so the server rolled it back",
        Some("25P01") => "raw SQL had ended the transaction before: with ROLLBACK, or with a COMMIT of its own",
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
            // The rollback is on its way, and the session knows that nobody waits for it.
            self.session.set_open(false);
        }
        // With a lease of its own the connection is cleaned up when that comes back.
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

    /// The statements run in this transaction. Those that write leave it unable to commit unless all succeed.
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
