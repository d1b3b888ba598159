//! The task that serves one connection: it moves the bytes, passes notices on, and keeps why the connection ended.

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use orm_core::error::{Error, ServerError};
use tokio::sync::watch;
use tokio_postgres::{AsyncMessage, Connection, error::DbError};

use crate::{
    connect::{auth::Watched, config::OnNotice, notice::Notice, runtime, wire::Wire},
    error::{Shared, lost, server_error},
};

/// How long an error waits for the reason of a lost connection, which the task may be about to store.
const REASON_LIMIT: Duration = Duration::from_millis(100);

/// Why a connection ended.
#[derive(Debug, Clone)]
pub(crate) struct CloseReason {
    server: Option<ServerError>,
    cause: Option<Shared<tokio_postgres::Error>>,
}

impl CloseReason {
    /// Whether it says more than that the socket was closed.
    fn explains(&self) -> bool {
        self.server.is_some() || self.cause.as_ref().is_some_and(|it| !it.0.is_closed())
    }
}

/// What the serving task and the users of a connection tell each other.
pub(crate) struct DriverState {
    reason: watch::Sender<Option<CloseReason>>,
    /// Whether notices are of our own making and go nowhere.
    muted: AtomicBool,
    /// Whether anybody will ever store a reason.
    observed: bool,
}

impl DriverState {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { reason: watch::Sender::new(None), muted: AtomicBool::new(false), observed: true })
    }

    /// For a connection that somebody else serves: nobody tells us why it ends.
    pub(crate) fn unobserved() -> Arc<Self> {
        Arc::new(Self { reason: watch::Sender::new(None), muted: AtomicBool::new(false), observed: false })
    }

    /// Stores why the connection ended. The first reason stays, but the server's own words come before all others: the
    /// driver itself sees no more than the end of the socket when they were the answer to a statement.
    fn set(&self, reason: CloseReason) {
        self.reason.send_if_modified(|it| {
            let better = match it {
                None => true,
                Some(known) => known.server.is_none() && reason.server.is_some(),
            };
            if better {
                *it = Some(reason);
            }
            better
        });
    }

    /// Notes the server's last words when they came as the answer to a statement.
    pub(crate) fn record_fatal(&self, error: &DbError) {
        self.set(CloseReason { server: Some(server_error(error)), cause: None });
    }

    /// Whether the connection is known to have ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.reason.borrow().is_some()
    }

    /// Keeps notices from the user, or lets them pass again.
    pub(crate) fn mute_notices(&self, on: bool) {
        self.muted.store(on, Ordering::Relaxed);
    }

    /// Adds the reason to the error of a lost connection, waiting a moment for it.
    pub(crate) async fn explain(&self, error: Error) -> Error {
        if !self.observed || runtime::here().is_err() {
            return self.explain_now(error);
        }
        let mut reason = self.reason.subscribe();
        // The end of the socket alone explains nothing: the server's words may be in the hands of another waiter.
        let explained = reason.wait_for(|it| it.as_ref().is_some_and(CloseReason::explains));
        drop(tokio::time::timeout(REASON_LIMIT, explained).await);
        self.explain_now(error)
    }

    /// Adds the reason to the error if it is known already.
    pub(crate) fn explain_now(&self, error: Error) -> Error {
        with_reason(error, self.reason.borrow().clone())
    }

    /// The error for a statement that finds the connection gone.
    pub(crate) fn error(&self) -> Error {
        self.explain_now(lost())
    }
}

fn with_reason(error: Error, reason: Option<CloseReason>) -> Error {
    if error.server().is_some() {
        return error;
    }
    match reason {
        Some(CloseReason { server: Some(server), .. }) => error.with_server(server),
        Some(CloseReason { cause: Some(cause), .. }) => error.with_source(cause),
        Some(CloseReason { server: None, cause: None }) | None => error,
    }
}

/// The driver's half of a connection.
pub(crate) type Driver = Connection<Watched<Wire>, Watched<Wire>>;

/// Serves `connection` until it ends.
pub(crate) async fn serve(mut connection: Driver, state: Arc<DriverState>, on_notice: Option<OnNotice>) {
    let cause = loop {
        match poll_fn(|cx| connection.poll_message(cx)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                if !state.muted.load(Ordering::Relaxed) {
                    report(&notice, on_notice.as_ref());
                }
            }
            // Notifications and whatever the driver may add; nobody listens on these connections.
            Some(Ok(_)) => {}
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    let server = cause.as_ref().and_then(|it| it.as_db_error()).map(server_error);
    if let Some(cause) = &cause {
        tracing::debug!(target: "orm_pg::connection", code = server.as_ref().map(|it| it.code.as_str()), "{cause}");
    }
    // Before the driver's half is dropped, so that whoever sees the end finds the reason.
    state.set(CloseReason { server, cause: cause.map(|it| Shared(Arc::new(it))) });
}

fn report(notice: &DbError, on_notice: Option<&OnNotice>) {
    match on_notice {
        Some(on_notice) => {
            let notice = Notice::new(notice);
            // A panic of the callback must not take down the connection.
            if catch_unwind(AssertUnwindSafe(|| on_notice(&notice))).is_err() {
                tracing::error!(target: "orm_pg::notice", "the callback for notices panicked");
            }
        }
        // Without the message, which may quote values.
        None => tracing::info!(
            target: "orm_pg::notice",
            severity = notice.severity(),
            code = notice.code().code(),
            "the server sent a notice; `on_notice` hands its message on"
        ),
    }
}
