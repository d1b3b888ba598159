//! Rows as a stream on a connection that others use meanwhile: fetched in chunks, between which the connection is free.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::{FutureExt, future::BoxFuture};
use orm_core::{
    error::{Error, Result},
    executor::RowStream,
    row::RowSink,
    statement::Statement,
};
use tokio_postgres::Row;

use super::driver_row::DriverRow;
use crate::error::{Failure, Scope, name};

/// How many rows are fetched at once.
pub(crate) const CHUNK: u16 = 256;

/// The next rows of a source.
pub(crate) type FetchedChunk<'c> = BoxFuture<'c, Result<Vec<Row>, Failure>>;

/// Where the rows come from: a cursor or a portal of the server. It is closed when it is dropped.
pub(crate) trait ChunkSource<'c> {
    /// Fetches the next [`CHUNK`] rows, fewer at the end. One round trip.
    fn fetch(&self) -> FetchedChunk<'c>;
}

/// The rows of one statement, some of which were fetched already.
pub(crate) struct ChunkStream<'c, S> {
    statement: Arc<Statement>,
    scope: Scope,
    pub(crate) rows: VecDeque<Row>,
    fetching: Option<FetchedChunk<'c>>,
    /// `None` once the last row was fetched.
    pub(crate) source: Option<S>,
}

impl<S> ChunkStream<'_, S> {
    /// A stream without rows and without a source.
    pub(crate) fn new(statement: Arc<Statement>, scope: Scope) -> Self {
        Self { statement, scope, rows: VecDeque::new(), fetching: None, source: None }
    }

    /// Ends the stream with an error.
    fn end_with(&mut self, error: Error) -> Error {
        self.rows.clear();
        self.source = None;
        name(error, &self.statement)
    }
}

impl<'c, S: ChunkSource<'c> + Send + Unpin> RowStream for ChunkStream<'c, S> {
    fn poll_row(mut self: Pin<&mut Self>, cx: &mut Context<'_>, rows: &mut dyn RowSink) -> Poll<Option<Result<()>>> {
        let this = &mut *self;
        loop {
            if let Some(row) = this.rows.pop_front() {
                let taken = rows.row(&DriverRow(&row));
                return Poll::Ready(Some(taken.map_err(|error| this.end_with(error))));
            }
            let Some(source) = &this.source else { return Poll::Ready(None) };
            let fetched = ready!(this.fetching.get_or_insert_with(|| source.fetch()).poll_unpin(cx));
            this.fetching = None;
            match fetched {
                Ok(rows) => {
                    if rows.len() < usize::from(CHUNK) {
                        this.source = None;
                    }
                    this.rows = rows.into();
                }
                Err(failure) => {
                    let error = failure.into_error(&this.statement, this.scope);
                    return Poll::Ready(Some(Err(this.end_with(error))));
                }
            }
        }
    }
}
