//! [`OwnStream`]: streams rows on a separate connection. The server sends them only as fast as they are read.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{FutureExt, Stream, TryStreamExt, future::BoxFuture};
use orm_core::{
    error::Result,
    executor::RowStream,
    row::RowSink,
    statement::{Limit, Statement},
};
use tokio::time::{Sleep, sleep};
use tokio_postgres::Row;

use crate::{
    error::{Failure, Scope, name},
    pool::lease::Lease,
    session::{AwaitedAnswer, Session, deadline::over, driver_row::DriverRow, trace::Clock},
};

/// The rows of one statement, and the connection that they come on. If it is dropped early, the statement is cancelled.
pub(crate) struct OwnStream {
    // Dropped in this order: the lease must see that the statement was given up.
    open: Option<Open>,
    /// Ends a statement whose next row did not come in time.
    ending: Option<BoxFuture<'static, Failure>>,
    statement: Arc<Statement>,
}

struct Open {
    rows: Pin<Box<tokio_postgres::RowStream>>,
    answer: AwaitedAnswer,
    lease: Lease,
    clock: Clock,
    count: u64,
    /// How long to wait for each row, and the timer of the current wait.
    each: Option<Duration>,
    late: Option<Pin<Box<Sleep>>>,
}

impl OwnStream {
    pub(crate) fn new(
        rows: tokio_postgres::RowStream,
        answer: AwaitedAnswer,
        lease: Lease,
        statement: Arc<Statement>,
        clock: Clock,
        each: Option<Duration>,
    ) -> Self {
        let open = Open { rows: Box::pin(rows), answer, lease, clock, count: 0, each, late: None };
        Self { open: Some(open), ending: None, statement }
    }
}

/// Reads the remaining rows and drops them.
pub(crate) async fn drain(
    session: &Arc<Session>,
    rows: impl Stream<Item = Result<Row, tokio_postgres::Error>>,
    answer: AwaitedAnswer,
) -> Result<(), Failure> {
    let mut rows = pin!(rows);
    let end = loop {
        match rows.try_next().await {
            Ok(Some(_)) => {}
            end => break end,
        }
    };
    answer.done();
    match end {
        Ok(_) => Ok(()),
        Err(error) => Err(session.failed(error).await),
    }
}

impl Open {
    /// Cancels the statement, and returns its failure.
    async fn end(self, each: Duration) -> Failure {
        let session = Arc::clone(&self.lease);
        over(&session, Limit::begin(each), pin!(drain(&session, self.rows, self.answer))).await
    }
}

impl RowStream for OwnStream {
    fn poll_row(mut self: Pin<&mut Self>, cx: &mut Context<'_>, rows: &mut dyn RowSink) -> Poll<Option<Result<()>>> {
        let this = &mut *self;
        if let Some(ending) = &mut this.ending {
            let failure = ready!(ending.as_mut().poll(cx));
            this.ending = None;
            return Poll::Ready(Some(Err(failure.into_error(&this.statement, Scope::Autocommit))));
        }
        let Some(open) = &mut this.open else { return Poll::Ready(None) };
        let Poll::Ready(item) = open.rows.as_mut().poll_next(cx) else {
            let Some(each) = open.each else { return Poll::Pending };
            ready!(open.late.get_or_insert_with(|| Box::pin(sleep(each))).as_mut().poll(cx));
            this.ending = this.open.take().map(|open| open.end(each).boxed());
            return self.poll_row(cx, rows);
        };
        open.late = None;
        if let Some(Ok(row)) = &item {
            match open.clock.decoding(|| rows.row(&DriverRow(row))) {
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
        open.answer.finish();
        let failure = item.and_then(Result::err).map(|error| open.lease.failed_now(error));
        if let Some(Open { clock, count, .. }) = this.open.take() {
            clock.finish(&this.statement, failure.as_ref().map_or(Ok(count), Err));
        }
        Poll::Ready(failure.map(|it| Err(it.into_error(&this.statement, Scope::Autocommit))))
    }
}
