//! Rows as a stream on a connection that others use meanwhile: a cursor, fetched in chunks.
//!
//! Between two chunks the connection is free, so the body of the loop may query it too.

use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::{FutureExt, TryStreamExt};
use orm_core::{
    error::Result,
    statement::{Limit, Sql, Statement},
};
use tokio_postgres::Row;

use crate::{
    error::{Failure, Scope},
    raw,
    session::{
        Session, Waiting,
        chunk::{CHUNK, ChunkSource, ChunkStream, FetchedChunk},
        deadline::within,
        invalidation,
        run::{Attempts, Discard, run_healed, start},
    },
};

/// An open cursor of the server.
pub(crate) struct Open {
    session: Arc<Session>,
    number: usize,
    fetch: tokio_postgres::Statement,
    /// The statement's own limit of time, which holds for each chunk.
    limit: Option<Limit>,
}

impl ChunkSource<'static> for Open {
    fn fetch(&self) -> FetchedChunk<'static> {
        let limit = self.limit.map(|it| Limit::begin(it.each()));
        Box::pin(chunk(Arc::clone(&self.session), self.fetch.clone(), limit))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.session.send_unwaited(&format!("CLOSE {}", cursor(self.number)));
        self.session.free_cursor(self.number);
    }
}

fn cursor(number: usize) -> String {
    format!("orm_cursor_{number}")
}

/// Opens a cursor for `statement`: two round trips, three when it was not prepared, and one a chunk.
///
/// In autocommit the cursor is held: the server computes all rows first, and keeps those that are not fetched yet.
/// Statements that a cursor cannot run (those that write, or in autocommit lock) are read to their end at once.
pub(crate) async fn open(
    session: &Arc<Session>,
    statement: Statement,
    scope: Scope,
) -> Result<ChunkStream<'static, Open>> {
    let statement = Arc::new(statement);
    let mut attempts = Attempts::new(scope);
    loop {
        match open_once(session, &statement, scope).await {
            // The cursor was declared, and then a type of its columns dropped.
            Err(failure) if attempts.again(&failure) => attempts.keep(failure),
            Err(failure) => return Err(attempts.into_failure(failure, None).into_error(&statement, scope)),
            Ok(stream) => return Ok(stream),
        }
    }
}

async fn open_once(
    session: &Arc<Session>,
    statement: &Arc<Statement>,
    scope: Scope,
) -> Result<ChunkStream<'static, Open>, Failure> {
    let text = &statement.sql.text;
    let hold = scope == Scope::Autocommit;
    let mut stream = ChunkStream::new(Arc::clone(statement), scope);
    if !raw::can_be_cursor(text) || (hold && !statement.plain_read && raw::locks(text)) {
        let rows = pin!(all(session, statement, scope));
        stream.rows = within(session, session.limit(statement.limit), rows).await?.into();
        return Ok(stream);
    }
    statement.sql.check().map_err(Failure::refused)?;
    let number = Number { session, number: session.take_cursor(), kept: false };
    let holding = if hold { " WITH HOLD" } else { "" };
    let declare = Sql {
        text: format!("DECLARE {} NO SCROLL CURSOR{holding} FOR {text}", cursor(number.number)),
        binds: statement.sql.binds.clone(),
    };
    let mut declare = Statement::new(declare, statement.operation, statement.table);
    declare.limit = statement.limit;
    run_healed(session, &declare, &mut Discard, scope, Duration::ZERO).await?;
    // From here on dropping closes the cursor. Its rows differ from use to use, so this is not cached.
    let number = number.keep();
    let closing = Closing { session, number, kept: false };
    let fetch = pin!(prepare(session, format!("FETCH FORWARD {CHUNK} FROM {}", cursor(number))));
    let fetch = within(session, session.limit(statement.limit), fetch).await?;
    closing.keep();
    let open = Open { session: Arc::clone(session), number, fetch, limit: statement.limit };
    // Nothing keeps the types of a held cursor from being dropped, and nothing was handed on yet.
    if hold {
        stream.rows = chunk(Arc::clone(session), open.fetch.clone(), statement.limit).await?.into();
    }
    stream.source = Some(open).filter(|_| !hold || stream.rows.len() == usize::from(CHUNK));
    Ok(stream)
}

/// Prepares `text` in a task of its own: a caller that is dropped meanwhile leaves nothing behind on the server, for the
/// statement is closed when the task drops it.
async fn prepare(session: &Arc<Session>, text: String) -> Result<tokio_postgres::Statement, Failure> {
    let preparing = {
        let session = Arc::clone(session);
        async move { session.client().prepare(&text).await }
    };
    let waiting = Waiting::new(session);
    let mut preparing = preparing.boxed();
    // The first poll sends it: in its order, and not after what a dropped caller sends.
    let prepared = match (&mut preparing).now_or_never() {
        Some(prepared) => Ok(prepared),
        None => session.runtime.spawn(preparing).await,
    };
    waiting.done();
    match prepared {
        Ok(Ok(statement)) => Ok(statement),
        Ok(Err(error)) => Err(session.not_prepared(&error).await),
        // The runtime shuts down.
        Err(_) => Err(session.unsent()),
    }
}

/// A number that is given back unless a cursor was opened under it.
struct Number<'s> {
    session: &'s Arc<Session>,
    number: usize,
    kept: bool,
}

impl Number<'_> {
    fn keep(mut self) -> usize {
        self.kept = true;
        self.number
    }
}

impl Drop for Number<'_> {
    fn drop(&mut self) {
        // Given up while DECLARE was on its way, the cursor may come to be: the number stays taken, and the connection
        // is reset before others use it.
        if !self.kept && !self.session.is_running() {
            self.session.free_cursor(self.number);
        }
    }
}

/// Closes a cursor unless somebody else does.
struct Closing<'s> {
    session: &'s Arc<Session>,
    number: usize,
    kept: bool,
}

impl Closing<'_> {
    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.session.send_unwaited(&format!("CLOSE {}", cursor(self.number)));
            self.session.free_cursor(self.number);
        }
    }
}

async fn all(session: &Arc<Session>, statement: &Statement, scope: Scope) -> Result<Vec<Row>, Failure> {
    let (rows, waiting) = start(session, statement, scope).await?;
    let rows = rows.try_collect().await;
    waiting.done();
    match rows {
        Ok(rows) => Ok(rows),
        Err(error) => Err(session.failed(error).await),
    }
}

async fn chunk(
    session: Arc<Session>,
    fetch: tokio_postgres::Statement,
    limit: Option<Limit>,
) -> Result<Vec<Row>, Failure> {
    within(&session, session.limit(limit), pin!(chunk_without_limit(&session, fetch))).await
}

async fn chunk_without_limit(session: &Arc<Session>, fetch: tokio_postgres::Statement) -> Result<Vec<Row>, Failure> {
    session.wait_for_cancel().await;
    if session.is_dead() {
        return Err(session.unsent());
    }
    let waiting = Waiting::new(session);
    let rows = session.client().query(&fetch, &[]).await;
    waiting.done();
    match rows {
        Ok(rows) => Ok(rows),
        Err(error) => Err(invalidation::judge_unkept(session, session.failed(error).await)),
    }
}
