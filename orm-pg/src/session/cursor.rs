//! Streams rows from a cursor of the server, on a connection that others use meanwhile.
//!
//! The rows are fetched in chunks. Between two chunks the connection is free, so the body of the loop may query it too.
//!
//! ```text
//! DECLARE orm_cursor_0 NO SCROLL CURSOR [WITH HOLD] FOR SELECT …
//! FETCH FORWARD 256 FROM orm_cursor_0   -- until fewer rows come
//! CLOSE orm_cursor_0
//! ```

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
        AwaitedAnswer, Session,
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
    /// The statement's own limit of time, which applies to each chunk.
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

/// Opens a cursor for `statement`: two round trips, three if it was not prepared yet, and one for each chunk.
///
/// In autocommit the cursor is declared WITH HOLD: the server computes all rows first and keeps those that were not
/// fetched yet. Statements that a cursor cannot run (those that write, and in autocommit those that lock rows) are read
/// to their end at once.
pub(crate) async fn open(
    session: &Arc<Session>,
    statement: Statement,
    scope: Scope,
) -> Result<ChunkStream<'static, Open>> {
    let statement = Arc::new(statement);
    let mut attempts = Attempts::new(scope);
    loop {
        match open_once(session, &statement, scope).await {
            // A type of its columns was dropped after the cursor was declared.
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
    // From here on, dropping the future closes the cursor. FETCH is not cached: the columns of a cursor differ from use
    // to use.
    let number = number.keep();
    let closing = Closing { session, number, kept: false };
    let fetch = pin!(prepare(session, format!("FETCH FORWARD {CHUNK} FROM {}", cursor(number))));
    let fetch = within(session, session.limit(statement.limit), fetch).await?;
    closing.keep();
    let open = Open { session: Arc::clone(session), number, fetch, limit: statement.limit };
    // The types of a held cursor can be dropped at any time. So the first chunk is fetched here, while the statement
    // can still be run again.
    if hold {
        stream.rows = chunk(Arc::clone(session), open.fetch.clone(), statement.limit).await?.into();
    }
    stream.source = Some(open).filter(|_| !hold || stream.rows.len() == usize::from(CHUNK));
    Ok(stream)
}

/// Prepares `text` in a separate task. A dropped caller leaves nothing behind on the server, since the task closes the
/// statement.
async fn prepare(session: &Arc<Session>, text: String) -> Result<tokio_postgres::Statement, Failure> {
    let preparing = {
        let session = Arc::clone(session);
        async move { session.client().prepare(&text).await }
    };
    let answer = AwaitedAnswer::new(session);
    let mut preparing = preparing.boxed();
    // The first poll sends it, so it is sent in order, and not after what a dropped caller sends.
    let prepared = match (&mut preparing).now_or_never() {
        Some(prepared) => Ok(prepared),
        None => session.runtime.spawn(preparing).await,
    };
    answer.done();
    match prepared {
        Ok(Ok(statement)) => Ok(statement),
        Ok(Err(error)) => Err(session.not_prepared(&error).await),
        // The runtime is shutting down.
        Err(_) => Err(session.unsent()),
    }
}

/// The number of a cursor. Freed on drop, unless the cursor was opened.
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
        // If DECLARE was sent, the cursor may still be opened: then the number stays taken, and the connection is reset
        // before others use it.
        if !self.kept && !self.session.is_running() {
            self.session.free_cursor(self.number);
        }
    }
}

/// Closes the cursor on drop, until [`Open`] takes over.
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
    let (rows, answer) = start(session, statement, scope).await?;
    let rows = rows.try_collect().await;
    answer.done();
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
    let answer = AwaitedAnswer::new(session);
    let rows = session.client().query(&fetch, &[]).await;
    answer.done();
    match rows {
        Ok(rows) => Ok(rows),
        Err(error) => Err(invalidation::judge_unkept(session, session.failed(error).await)),
    }
}
