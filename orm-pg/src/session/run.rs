//! Runs one statement on one connection: prepares it, encodes its binds, sends it, and passes its rows on.

use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::TryStreamExt;
use orm_core::{
    error::{Error, ErrorKind},
    row::{Row, RowSink},
    statement::{Encoded, Operation, Sql, Statement},
};
use tokio_postgres::RowStream;

use crate::{
    error::{Cause, Failure, Scope, staleness::Staleness, through_a_pooler},
    raw::{self, LeftState},
    session::{
        AwaitedAnswer, Session, all_or_none::AllOrNone, bind, cache::Plan, deadline::within, driver_row::DriverRow,
        invalidation, prepare::PrepareError, trace::Clock,
    },
};

/// After this many rows, other tasks get a chance to run.
const ROWS_A_TURN: u64 = 256;

/// How often a statement is sent at most if its prepared form is out of date: the schema may change again meanwhile.
pub(crate) const MOST_ATTEMPTS: u32 = 4;

/// Ignores the rows of a statement that is run for its effect.
#[derive(Debug)]
pub(crate) struct Discard;

impl RowSink for Discard {
    fn row(&mut self, _: &dyn Row) -> orm_core::error::Result<()> {
        Ok(())
    }

    fn restart(&mut self) {}
}

/// Refuses row locks outside of a transaction, where they would be released with the statement.
pub(crate) fn refuse_lock_outside_transaction(statement: &Statement, in_transaction: bool) -> Result<(), Error> {
    if !statement.locks || in_transaction {
        return Ok(());
    }
    let text = "row locks (`for_update` and similar) need a transaction: otherwise they are released with the \
                statement";
    Err(Error::new(ErrorKind::InvalidStatement, text).in_statement(statement.operation.name(), statement.table))
}

/// Refuses SQL that cannot be sent as a statement.
pub(crate) fn check(statement: &Statement) -> Result<(), Error> {
    if statement.operation == Operation::Raw && raw::copies_with_client(&statement.sql.text) {
        let text = "COPY with STDIN or STDOUT cannot be run as a statement: use `copy_in` or `copy_out` of the \
                    driver's client, as in `db.connection().await?.client().copy_out(..)`";
        return Err(Error::new(ErrorKind::InvalidStatement, text));
    }
    statement.sql.check()
}

/// Sends `statement` and returns its rows as they come. Stores the prepared statement in `plan`. One round trip, two if
/// it was not prepared yet.
///
/// The caller must call [`AwaitedAnswer::done`] after the last row.
async fn send(
    session: &Arc<Session>,
    statement: &Statement,
    plan: &mut Option<Plan>,
) -> Result<(RowStream, AwaitedAnswer), Failure> {
    let sql = &statement.sql;
    check(statement).map_err(Failure::refused)?;
    session.wait_for_cancel().await;
    if session.is_dead() {
        return Err(session.unsent());
    }
    let raw = statement.operation == Operation::Raw;
    if raw || statement.fragments {
        match raw::left_state(&sql.text, !raw) {
            LeftState::Nothing => {}
            // A pool of the application would have to discard the connection.
            LeftState::Unknown if session.as_foreign().is_some() => {}
            LeftState::Unknown | LeftState::Settings => session.taint_settings(),
            LeftState::Anything => session.taint(),
        }
        if session.is_tainted() && raw::speaks_of_read_only(&sql.text) {
            session.writes.set_by_hand(true);
        }
    }
    let answer = AwaitedAnswer::new(session);
    let result = match encoded(session, sql).await {
        Ok((prepared, binds)) => {
            let prepared = plan.insert(prepared);
            match session.client().query_raw(&prepared.statement, bind::values(&binds)).await {
                Ok(rows) => return Ok((rows, answer)),
                Err(error) => Err(failed(session, sql, prepared, error).await),
            }
        }
        Err(failure) => Err(failure),
    };
    answer.done();
    result
}

/// Prepares `sql` if need be, and encodes its binds.
async fn encoded(session: &Arc<Session>, sql: &Sql) -> Result<(Plan, Encoded), Failure> {
    let plan = prepared(session, sql).await?;
    match sql.encode(plan.statement.params()) {
        Ok(binds) => Ok((plan, binds)),
        // Nothing was sent yet, so the server had no chance to report that a type has changed.
        Err(error) if plan.known && invalidation::may_have_changed(sql, plan.statement.params()) => {
            tracing::debug!(target: "orm_pg::connection", "prepared again, since a bind did not fit: {error}");
            invalidation::forget(session, sql);
            let plan = prepared(session, sql).await?;
            let binds = sql.encode(plan.statement.params()).map_err(Failure::refused)?;
            Ok((plan, binds))
        }
        Err(error) => Err(Failure::refused(error)),
    }
}

async fn prepared(session: &Arc<Session>, sql: &Sql) -> Result<Plan, Failure> {
    match session.prepared(sql).await {
        Ok(plan) => Ok(plan),
        Err(PrepareError::Driver(error)) => Err(session.not_prepared(&error.0).await),
        Err(PrepareError::Gone(error)) => Err(Failure { error, cause: Cause::Unsent }),
    }
}

/// The failure of a statement that was sent as `plan`. Forgets the plan if it is out of date.
async fn failed(session: &Arc<Session>, sql: &Sql, plan: &Plan, error: tokio_postgres::Error) -> Failure {
    let staleness = error.as_db_error().map_or(Staleness::UpToDate, |it| Staleness::of(it, plan.known));
    let failure = session.failed(error).await;
    match failure.cause {
        Cause::Server | Cause::Stale => invalidation::judge(session, sql, plan, staleness, failure),
        Cause::Refused | Cause::Unsent | Cause::Demoted | Cause::Lost | Cause::Rows | Cause::Late => failure,
    }
}

/// Sends `statement` and returns its rows as they come. In autocommit, sends it again if only its prepared form was out
/// of date.
///
/// The caller must call [`AwaitedAnswer::done`] after the last row.
pub(crate) async fn start(
    session: &Arc<Session>,
    statement: &Statement,
    scope: Scope,
) -> Result<(RowStream, AwaitedAnswer), Failure> {
    let mut attempts = Attempts::new(scope);
    loop {
        let mut plan = None;
        match send(session, statement, &mut plan).await {
            Err(failure) if attempts.again(&failure) => attempts.keep(failure),
            Err(failure) => return Err(attempts.into_failure(failure, plan.as_ref())),
            Ok(started) => return Ok(started),
        }
    }
}

/// Runs `statement` to its end and returns how many rows it affected.
async fn run(
    session: &Arc<Session>,
    statement: &Statement,
    rows: &mut dyn RowSink,
    clock: &mut Clock,
    plan: &mut Option<Plan>,
) -> Result<u64, Failure> {
    let (stream, answer) = send(session, statement, plan).await?;
    let mut stream = pin!(stream);
    let mut count = 0;
    loop {
        match stream.try_next().await {
            Ok(Some(row)) => {
                // After an error the remaining rows are still under way. Dropping `answer` notes that.
                clock.decoding(|| rows.row(&DriverRow(&row))).map_err(|error| Failure { error, cause: Cause::Rows })?;
                count += 1;
                if count % ROWS_A_TURN == 0 {
                    tokio::task::yield_now().await;
                }
            }
            Ok(None) => break,
            Err(error) => {
                answer.done();
                return Err(match plan {
                    Some(plan) => failed(session, &statement.sql, plan, error).await,
                    None => session.failed(error).await,
                });
            }
        }
    }
    answer.succeeded();
    if statement.operation == Operation::Raw && raw::touches_statements(&statement.sql.text) {
        // The driver does not know that its own statements are gone, so nobody else may get the connection.
        session.cache.clear();
        session.set_broken(true);
    }
    if statement.operation == Operation::Raw && raw::alters(&statement.sql.text) {
        // This spares this transaction the error of outdated statements, and other connections once it has committed.
        session.cache.end_every_generation();
    }
    Ok(stream.rows_affected().unwrap_or(count))
}

/// Runs `statement`, and runs it again if only its prepared form was out of date.
///
/// Not inside of a transaction, which the error has aborted. But rows that could not be decoded because a type has
/// changed are read again there too.
pub(crate) async fn run_healed(
    session: &Arc<Session>,
    statement: &Statement,
    rows: &mut dyn RowSink,
    scope: Scope,
    pool_wait: Duration,
) -> Result<u64, Failure> {
    let mut clock = Clock::start(statement, pool_wait, session.slow);
    let limit = session.limit(statement.limit);
    let result = within(session, limit, pin!(run_again(session, statement, rows, scope, &mut clock))).await;
    clock.finish(statement, result.as_ref().copied());
    result
}

async fn run_again(
    session: &Arc<Session>,
    statement: &Statement,
    rows: &mut dyn RowSink,
    scope: Scope,
    clock: &mut Clock,
) -> Result<u64, Failure> {
    let mut attempts = Attempts::new(scope);
    loop {
        let mut plan = None;
        let failure = match run(session, statement, rows, clock, &mut plan).await {
            Ok(count) => return Ok(count),
            Err(failure) => failure,
        };
        let misread = invalidation::is_misread(&failure, plan.as_ref());
        if misread {
            invalidation::forget(session, &statement.sql);
            session.note_conflict();
        }
        let read_again = misread && statement.plain_read && attempts.are_left();
        if read_again || attempts.again(&failure) {
            attempts.keep(failure);
            rows.restart();
        } else {
            return Err(attempts.into_failure(failure, plan.as_ref()));
        }
    }
}

/// The attempts to send a statement whose prepared form was out of date.
pub(crate) struct Attempts {
    scope: Scope,
    done: u32,
    first: Option<Failure>,
}

impl Attempts {
    pub(crate) fn new(scope: Scope) -> Self {
        Self { scope, done: 0, first: None }
    }

    fn are_left(&self) -> bool {
        self.done + 1 < MOST_ATTEMPTS
    }

    /// Whether another attempt makes sense: in autocommit, since the server refused the statement before it ran.
    pub(crate) fn again(&self, failure: &Failure) -> bool {
        failure.cause == Cause::Stale && self.scope == Scope::Autocommit && self.are_left()
    }

    /// Counts an attempt that failed.
    pub(crate) fn keep(&mut self, failure: Failure) {
        self.done += 1;
        self.first.get_or_insert(failure);
    }

    /// The failure to report: the first one, if raw SQL had begun a transaction, which that failure aborted. If a
    /// statement that was prepared just now is missing, there must be a pooler.
    pub(crate) fn into_failure(self, failure: Failure, plan: Option<&Plan>) -> Failure {
        match (self.first, failure.cause) {
            (Some(first), _) if failure.follows_from_another() => first,
            (_, Cause::Stale) if failure.lacks_statement() && plan.is_some_and(|it| !it.known) => {
                Failure { error: through_a_pooler(failure.error), cause: Cause::Server }
            }
            _ => failure,
        }
    }
}

/// Runs `statements` in order in a transaction. Unless all succeed, the transaction can only be rolled back.
pub(crate) async fn run_all(
    session: &Arc<Session>,
    statements: &[Statement],
    rows: &mut dyn RowSink,
) -> Result<u64, Error> {
    statements.iter().try_for_each(raw::refuse_in_transaction)?;
    let together = AllOrNone::new(session, statements.len() > 1);
    let mut count = 0;
    for statement in statements {
        let first = together.begin();
        match run_healed(session, statement, rows, Scope::Transaction, Duration::ZERO).await {
            Ok(more) => count += more,
            Err(failure) => {
                together.failed(failure.cause, first);
                return Err(failure.into_error(statement, Scope::Transaction));
            }
        }
    }
    together.complete();
    Ok(count)
}
