//! Rows as a stream on a connection of its own: the server sends only as fast as they are read.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::Stream;
use orm_core::{error::Result, executor::RowStream, row::RowSink, statement::Statement};

use crate::{
    driver_row::Fetched,
    error::{Scope, name},
    lease::Lease,
    session::Waiting,
    trace::Clock,
};

/// The rows of one statement, and the connection that they come on. Dropped early, the statement is cancelled.
pub(crate) struct OwnStream {
    // In this order: the lease must see that the statement was given up.
    open: Option<Open>,
    statement: Arc<Statement>,
}

struct Open {
    rows: Pin<Box<tokio_postgres::RowStream>>,
    waiting: Waiting,
    lease: Lease,
    clock: Clock,
    count: u64,
}

impl OwnStream {
    pub(crate) fn new(
        rows: tokio_postgres::RowStream,
        waiting: Waiting,
        lease: Lease,
        statement: Arc<Statement>,
        clock: Clock,
    ) -> Self {
        Self { open: Some(Open { rows: Box::pin(rows), waiting, lease, clock, count: 0 }), statement }
    }
}

impl RowStream for OwnStream {
    fn poll_row(mut self: Pin<&mut Self>, cx: &mut Context<'_>, rows: &mut dyn RowSink) -> Poll<Option<Result<()>>> {
        let this = &mut *self;
        let Some(open) = &mut this.open else { return Poll::Ready(None) };
        let item = ready!(open.rows.as_mut().poll_next(cx));
        if let Some(Ok(row)) = &item {
            match open.clock.decoding(|| rows.row(&Fetched(row))) {
                Ok(()) => {
                    open.count += 1;
                    return Poll::Ready(Some(Ok(())));
                }
                Err(error) => {
                    this.open = None;
                    return Poll::Ready(Some(Err(name(error, &this.statement))));
                }
            }
        }
        open.waiting.finish();
        let failure = item.and_then(Result::err).map(|error| open.lease.failed_now(error));
        if let Some(Open { clock, count, .. }) = this.open.take() {
            clock.tell(&this.statement, failure.as_ref().map_or(Ok(count), Err));
        }
        Poll::Ready(failure.map(|it| Err(it.tell(&this.statement, Scope::Autocommit))))
    }
}
