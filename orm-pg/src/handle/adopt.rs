//! [`adopt`]: runs queries on a client or a transaction of the driver that belongs to the application.
//!
//! Unlike a [`Session`](crate::session::Session) it ends nothing, resets nothing and cancels nothing: the connection
//! and its state belong to the application.

use std::{
    fmt,
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures_util::{FutureExt, TryStreamExt};
use orm_core::{
    error::{Error, ErrorKind, Result},
    executor::{BoxRowStream, Consistency, Executor, StatementGroup},
    row::RowSink,
    statement::{Encoded, Sql, Statement},
};
use tokio_postgres::{Client, Portal, Row, Transaction};

use super::group::{HostTransaction, InHostTransaction, ask_snapshot};
use crate::{
    connect::config::CacheLimits,
    error::{
        Cause, Failure, Scope, cause_of, from_driver, not_prepared,
        staleness::{Staleness, invalidated},
        through_a_pooler,
    },
    lock::lock,
    raw,
    session::{
        all_or_none::{Abort, AllOrNone},
        bind,
        cache::{Key, Store},
        chunk::{CHUNK, ChunkSource, ChunkStream, FetchedChunk},
        deadline::or_given_up,
        driver_row::DriverRow,
        invalidation,
        run::{Discard, check, refuse_lock_outside_transaction},
        trace::Clock,
    },
};

/// Runs queries on a client or a transaction of `tokio-postgres` that belongs to the application: next to its own
/// statements, and in one transaction with them.
///
/// ```no_run
/// # use blog::*;
/// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let tx = client.transaction().await?;
/// tx.execute("UPDATE accounts SET credit = credit - 1 WHERE id = $1", &[&7_i64]).await?;
/// User::insert(NewUser::new("ann@example.org", "Ann")).execute(&orm_pg::adopt(&tx)).await?;
/// tx.commit().await?;
/// # Ok(()) }
/// ```
///
/// The application begins, commits and rolls back; for a savepoint, adopt `tx.savepoint(..)`. As always, an error of
/// the server aborts the transaction. The driver's `commit` returns `Ok` even then, although the server has rolled
/// back, whereas [`Transaction::commit`](crate::Transaction::commit) returns an error. So pass errors on with `?`.
///
/// See [`Adopted`] for its costs, and for the limits of a client without a transaction.
#[must_use]
pub fn adopt<'c, A: Adopt>(connection: &'c A) -> Adopted<'c> {
    let (client, transaction) = connection.parts();
    Adopted { client, transaction, prepared: Mutex::new(Store::new(CacheLimits::default())) }
}

/// What can be adopted: a [`Client`] or a [`Transaction`] of `tokio-postgres`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a client or transaction of `tokio-postgres`",
    label = "expected `&Client` or `&Transaction`",
    note = "dereference a pooled connection to get its client: `adopt(&*connection)`"
)]
pub trait Adopt: sealed::Parts {}

impl Adopt for Client {}
impl Adopt for Transaction<'_> {}

mod sealed {
    use tokio_postgres::{Client, Transaction};

    pub trait Parts {
        fn parts(&self) -> (&Client, Option<&Transaction<'_>>);
    }

    impl Parts for Client {
        fn parts(&self) -> (&Client, Option<&Transaction<'_>>) {
            (self, None)
        }
    }

    impl Parts for Transaction<'_> {
        fn parts(&self) -> (&Client, Option<&Transaction<'_>>) {
            (self.client(), Some(self))
        }
    }
}

/// An executor on a client or a transaction of the application, made by [`adopt`].
///
/// A statement is prepared when it first runs and stays prepared as long as this value lives: two round trips, then
/// one. So keep the value as long as the transaction. A stream on a transaction is a portal of the server: its rows are
/// fetched 256 at a time, and the body of the loop may query the transaction too.
///
/// Only the application knows whether a client is in a transaction. So a client refuses row locks and operations that
/// need several statements in one transaction (`insert_many` in parts, `create_tables`, `consistent()`, nested
/// inserts), and a stream reads all rows first. Adopt `client.transaction()` for those.
///
/// After a change of the schema, a statement on a client is prepared again and run again. In a transaction it fails
/// with [`StatementInvalidated`](ErrorKind::StatementInvalidated), and the application has to run the transaction
/// again.
///
/// A dropped future only gives up its answer: the statement runs to its end on the server, as with the driver's own. If
/// it is dropped while its statement is being prepared, the statement stays prepared until the connection ends. A
/// statement that takes longer than its `.timeout(..)` also runs to its end; its transaction cannot be committed after
/// that.
pub struct Adopted<'c> {
    client: &'c Client,
    transaction: Option<&'c Transaction<'c>>,
    prepared: Mutex<Store<tokio_postgres::Statement>>,
}

impl fmt::Debug for Adopted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adopted").field("transaction", &self.transaction.is_some()).finish_non_exhaustive()
    }
}

impl<'c> Adopted<'c> {
    fn scope(&self) -> Scope {
        if self.transaction.is_some() { Scope::Transaction } else { Scope::Autocommit }
    }

    fn prepared(&self) -> MutexGuard<'_, Store<tokio_postgres::Statement>> {
        lock(&self.prepared)
    }

    /// Returns the prepared statement, and whether it was prepared before.
    async fn plan(&self, sql: &Sql) -> Result<(tokio_postgres::Statement, bool), Failure> {
        let known = self.prepared().get(sql);
        if let Some(prepared) = known {
            return Ok((prepared, true));
        }
        let prepared = self.client.prepare_typed(&sql.text, &bind::declared(&sql.binds)).await;
        let prepared = prepared.map_err(|error| match failure(error) {
            // Only the request to prepare it was lost.
            Failure { error, cause: Cause::Lost } => Failure { error, cause: Cause::Unsent },
            Failure { error, cause } => Failure { error: not_prepared(error), cause },
        })?;
        let mut store = self.prepared();
        let key = Key::new(sql);
        store.insert(key.clone(), prepared.clone());
        store.weigh(&key, prepared.columns().len());
        Ok((prepared, false))
    }

    /// Returns the prepared statement, its encoded binds, and whether it was prepared before.
    async fn ready(&self, statement: &Statement) -> Result<(tokio_postgres::Statement, Encoded, bool), Failure> {
        let sql = &statement.sql;
        if self.transaction.is_some() {
            raw::refuse_in_transaction(statement).map_err(Failure::refused)?;
        }
        refuse_lock_outside_transaction(statement, self.transaction.is_some()).map_err(Failure::refused)?;
        check(statement).map_err(Failure::refused)?;
        let (mut prepared, mut known) = self.plan(sql).await?;
        let mut binds = sql.encode(prepared.params());
        // Nothing was sent yet, so the server had no chance to report that a type has changed.
        if binds.is_err() && known && invalidation::may_have_changed(sql, prepared.params()) {
            self.forget_all(true);
            (prepared, known) = self.plan(sql).await?;
            binds = sql.encode(prepared.params());
        }
        Ok((prepared, binds.map_err(Failure::refused)?, known))
    }

    /// Forgets all statements, and the driver's types if `types` is set. It must not be set after statements were
    /// deallocated: those with which the driver looks types up are missing too.
    fn forget_all(&self, types: bool) {
        let forgotten = self.prepared().take();
        drop(forgotten);
        if types {
            self.client.clear_type_cache();
        }
    }

    /// The failure of a statement that was sent. Forgets statements that are out of date.
    fn failed(&self, known: bool, error: tokio_postgres::Error) -> Failure {
        let staleness = error.as_db_error().map_or(Staleness::UpToDate, |it| Staleness::of(it, known));
        let failure = failure(error);
        match staleness {
            Staleness::UpToDate => failure,
            Staleness::Missing if !known => Failure { error: through_a_pooler(failure.error), cause: Cause::Server },
            Staleness::UnknownLabel => {
                self.forget_all(true);
                Failure { cause: Cause::Stale, ..failure }
            }
            Staleness::SchemaChanged | Staleness::TypeChanged | Staleness::Missing => {
                self.forget_all(staleness != Staleness::Missing);
                Failure { error: invalidated(failure.error), cause: Cause::Stale }
            }
        }
    }

    async fn send(&self, statement: &Statement) -> Result<(tokio_postgres::RowStream, bool), Failure> {
        let (prepared, binds, known) = self.ready(statement).await?;
        let sent = self.client.query_raw(&prepared, bind::values(&binds)).await;
        sent.map(|rows| (rows, known)).map_err(|error| self.failed(known, error))
    }

    async fn run(&self, statement: &Statement, rows: &mut dyn RowSink, clock: &mut Clock) -> Result<u64, Failure> {
        let (stream, known) = self.send(statement).await?;
        let mut stream = pin!(stream);
        let mut count = 0;
        while let Some(row) = stream.try_next().await.map_err(|error| self.failed(known, error))? {
            clock.decoding(|| rows.row(&DriverRow(&row))).map_err(|error| Failure { error, cause: Cause::Rows })?;
            count += 1;
        }
        Ok(stream.rows_affected().unwrap_or(count))
    }

    async fn one(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<u64, Failure> {
        let mut clock = Clock::start(statement, Duration::ZERO, None);
        let result = self.within(statement, pin!(self.run_healed(statement, rows, &mut clock))).await;
        if result.as_ref().is_err_and(|it| it.cause == Cause::Rows && it.error.kind() == ErrorKind::Decode) {
            // A user-defined type may have changed, which the server does not report.
            self.forget_all(true);
        }
        clock.finish(statement, result.as_ref().copied());
        result
    }

    async fn run_healed(
        &self,
        statement: &Statement,
        rows: &mut dyn RowSink,
        clock: &mut Clock,
    ) -> Result<u64, Failure> {
        let mut result = self.run(statement, rows, clock).await;
        if let Err(first) = &result
            && first.cause == Cause::Stale
            && self.transaction.is_none()
        {
            rows.restart();
            let again = self.run(statement, rows, clock).await;
            if !is_aborted(&again) {
                result = again;
            }
        }
        result
    }

    /// Sends `statement`, and sends it again if only its prepared form was out of date.
    async fn all(&self, statement: &Statement) -> Result<Vec<Row>, Failure> {
        let once = || async {
            let (rows, known) = self.send(statement).await?;
            rows.try_collect().await.map_err(|error| self.failed(known, error))
        };
        match once().await {
            Err(first) if first.cause == Cause::Stale => {
                let again = once().await;
                if is_aborted(&again) { Err(first) } else { again }
            }
            done => done,
        }
    }

    /// Waits until the limit of the statement is over.
    async fn within<T>(
        &self,
        statement: &Statement,
        running: Pin<&mut impl Future<Output = Result<T, Failure>>>,
    ) -> Result<T, Failure> {
        let done = or_given_up(statement.limit, running).await;
        if self.transaction.is_some() && matches!(&done, Err(failure) if failure.cause == Cause::Late) {
            // A statement that may still take effect must not be committed.
            self.abort();
        }
        done
    }

    async fn open(&self, statement: &Statement) -> Result<ChunkStream<'c, PortalRows<'c>>, Failure> {
        let mut stream = ChunkStream::new(Arc::new(statement.clone()), self.scope());
        let Some(transaction) = self.transaction else {
            stream.rows = self.all(statement).await?.into();
            return Ok(stream);
        };
        let (prepared, binds, known) = self.ready(statement).await?;
        let portal = transaction.bind_raw(&prepared, bind::values(&binds)).await;
        let portal = Arc::new(portal.map_err(|error| self.failed(known, error))?);
        stream.source = Some(PortalRows { transaction, portal });
        Ok(stream)
    }
}

/// Whether the client is in a transaction after all, which the first error has aborted.
fn is_aborted<T>(result: &Result<T, Failure>) -> bool {
    result.as_ref().is_err_and(Failure::follows_from_another)
}

fn failure(error: tokio_postgres::Error) -> Failure {
    let cause = cause_of(&error);
    Failure { error: from_driver(error), cause }
}

#[diagnostic::do_not_recommend]
impl Executor for Adopted<'_> {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        self.one(statement, rows).await.map(drop).map_err(|it| it.into_error(statement, self.scope()))
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.one(statement, &mut Discard).await.map_err(|it| it.into_error(statement, self.scope()))
    }

    /// Several statements need a transaction. Unless all succeed, it can only be rolled back.
    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        if statements.len() > 1 && self.transaction.is_none() {
            return Err(no_transaction());
        }
        let together = AllOrNone::new(self.client, statements.len() > 1);
        let mut count = 0;
        for statement in statements {
            let first = together.begin();
            count += self.one(statement, rows).await.map_err(|failure| {
                together.failed(failure.cause, first);
                failure.into_error(statement, self.scope())
            })?;
        }
        together.complete();
        Ok(count)
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        match self.within(&statement, pin!(self.open(&statement))).await {
            Ok(rows) => Ok(Box::pin(rows)),
            Err(failure) => Err(failure.into_error(&statement, self.scope())),
        }
    }

    /// The statements run in the adopted transaction, whose isolation is asked for. A client without one is refused.
    async fn together(&self, how: Consistency) -> Result<StatementGroup<'_>> {
        if self.transaction.is_none() {
            return Err(no_transaction());
        }
        if how == Consistency::OneSnapshot {
            ask_snapshot(self).await?;
        }
        Ok(StatementGroup::new(InHostTransaction::new(self, how)))
    }
}

impl HostTransaction for Adopted<'_> {
    async fn run(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<u64, Failure> {
        self.one(statement, rows).await
    }
}

impl Abort for Adopted<'_> {
    fn abort(&self) {
        self.client.abort();
    }
}

fn no_transaction() -> Error {
    let text = "this needs several statements in one transaction: adopt `client.transaction()`";
    Error::new(ErrorKind::InvalidStatement, text)
}

/// A portal of a transaction.
struct PortalRows<'c> {
    transaction: &'c Transaction<'c>,
    portal: Arc<Portal>,
}

impl<'c> ChunkSource<'c> for PortalRows<'c> {
    fn fetch(&self) -> FetchedChunk<'c> {
        let (transaction, portal) = (self.transaction, Arc::clone(&self.portal));
        async move { transaction.query_portal(&portal, i32::from(CHUNK)).await.map_err(failure) }.boxed()
    }
}
