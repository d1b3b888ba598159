//! Ends statements that take longer than their limit.
//!
//! The server is asked to cancel the statement, and its answer is awaited a little longer, since it tells whether the
//! statement took effect. If no answer comes, the connection is closed.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use futures_util::future::{Either, select};
use orm_core::{
    error::{Error, ErrorKind},
    statement::Limit,
};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::error::SqlState;

use super::{Session, all_or_none::Abort};
use crate::{
    connect::cancel::cancel,
    error::{Cause, Failure},
};

/// How long to wait for the answer to a cancelled statement.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// How long to wait for the answer before the request to cancel is repeated.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// Runs `statement` on the connection, and cancels it when `limit` is over.
///
/// # Errors
/// Those of the statement; [`ErrorKind::Timeout`] if it was cancelled, with [`Cause::Late`] if nobody knows whether it
/// took effect.
pub(crate) async fn within<T>(
    session: &Arc<Session>,
    limit: Option<Limit>,
    // By reference: an async function would store the future twice.
    mut statement: Pin<&mut impl Future<Output = Result<T, Failure>>>,
) -> Result<T, Failure> {
    let Some((limit, until)) = ending(limit) else { return statement.await };
    match timeout_at(until, statement.as_mut()).await {
        Ok(done) => done,
        // On the heap: few statements get here, but the future of each would have to include this one.
        Err(_) => Box::pin(after(session, limit, statement)).await,
    }
}

/// Ends a statement whose limit is over and whose rows are not needed any more.
pub(crate) async fn over(
    session: &Arc<Session>,
    limit: Limit,
    statement: Pin<&mut impl Future<Output = Result<(), Failure>>>,
) -> Failure {
    match after(session, limit, statement).await {
        Ok(()) => Failure { error: late(limit), cause: Cause::Late },
        Err(failure) => failure,
    }
}

/// Ends a statement whose limit is over.
async fn after<T>(
    session: &Arc<Session>,
    limit: Limit,
    statement: Pin<&mut impl Future<Output = Result<T, Failure>>>,
) -> Result<T, Failure> {
    let unanswered = || Failure { error: late(limit), cause: Cause::Late };
    let Some(alone) = session.hold_if_alone() else {
        // A request to cancel could hit another statement that waits for its answer on the same connection.
        if session.is_open() {
            session.abort();
        }
        return Err(unanswered());
    };
    let done = cancelled(session, statement).await;
    drop(alone);
    match done {
        // The statement was done before the request arrived.
        Some(Ok(done)) => Ok(done),
        Some(Err(failure)) => Err(cancelled_failure(failure, limit)),
        None => {
            session.end();
            Err(unanswered())
        }
    }
}

/// Waits for `statement` until `limit` is over, and then gives it up without cancelling it.
///
/// # Errors
/// Those of the statement; [`ErrorKind::Timeout`] with [`Cause::Late`].
pub(crate) async fn or_given_up<T>(
    limit: Option<Limit>,
    statement: Pin<&mut impl Future<Output = Result<T, Failure>>>,
) -> Result<T, Failure> {
    let Some((limit, until)) = ending(limit) else { return statement.await };
    let late = |_| Err(Failure { error: late(limit), cause: Cause::Late });
    timeout_at(until, statement).await.unwrap_or_else(late)
}

/// Asks the server to cancel a statement until its answer comes, and returns that; `None` if it does not come in time. One
/// request is not enough: if it arrives when the statement is prepared but not sent yet, it cancels nothing.
async fn cancelled<T>(
    session: &Arc<Session>,
    mut statement: Pin<&mut impl Future<Output = Result<T, Failure>>>,
) -> Option<Result<T, Failure>> {
    let end = Instant::now() + ANSWER_LIMIT;
    loop {
        let asking = pin!(timeout_at(end, ask_to_cancel(session)));
        match select(statement.as_mut(), asking).await {
            Either::Left((done, asking)) => {
                // A request that is still under way could hit the next statement, so the connection is closed. The
                // answer is known all the same.
                if asking.await.is_err() {
                    session.end();
                }
                return Some(done);
            }
            Either::Right((asked, _)) => asked.ok()?,
        }
        if let Ok(done) = timeout(ASK_AGAIN, statement.as_mut()).await {
            return Some(done);
        }
    }
}

/// Asks the server to cancel the running statement. The request does not name a statement, so no other may run on the
/// connection.
async fn ask_to_cancel(session: &Arc<Session>) {
    if let Some(foreign) = session.as_foreign() {
        // The request may come late and hit the next statement, so the connection is not used again.
        session.set_broken(true);
        foreign.cancel().await;
    } else if let Some(endpoint) = &session.endpoint {
        // If the request fails, no answer comes either, and the connection is closed.
        drop(cancel(&session.client().cancel_token(), endpoint).await);
    }
}

/// The failure of a statement that was cancelled because its limit was over.
fn cancelled_failure(failure: Failure, limit: Limit) -> Failure {
    match failure.error.server().cloned() {
        Some(server) if server.code == SqlState::QUERY_CANCELED.code() => {
            Failure { error: late(limit).with_server(server), cause: Cause::Server }
        }
        _ => failure,
    }
}

/// The error for a limit that is over.
pub(crate) fn late(limit: Limit) -> Error {
    Error::new(ErrorKind::Timeout, format!("the statement took longer than its limit of {:?}", limit.each()))
}

/// The end of a limit that begins now; far in the future if the clock cannot represent it.
pub(crate) fn end_of(limit: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(limit).unwrap_or_else(|| now + Duration::from_secs(30 * 365 * 24 * 60 * 60))
}

/// Returns the limit and its end, unless it never ends.
pub(crate) fn ending(limit: Option<Limit>) -> Option<(Limit, Instant)> {
    limit.and_then(|it| Some((it, it.until()?.into())))
}
