//! The task that drives one connection: it moves the bytes, passes notices on, and records why the connection ended.

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

/// How long the error of a lost connection waits for its reason, which the task may be about to record.
const REASON_LIMIT: Duration = Duration::from_millis(100);

/// Why a connection ended.
#[derive(Debug, Clone)]
pub(crate) struct CloseReason {
    server: Option<ServerError>,
    cause: Option<Shared<tokio_postgres::Error>>,
}

impl CloseReason {
    /// Whether this says more than that the socket was closed.
    fn explains(&self) -> bool {
        self.server.is_some() || self.cause.as_ref().is_some_and(|it| !it.0.is_closed())
    }
}

/// The state that the task shares with the users of its connection.
pub(crate) struct DriverState {
    reason: watch::Sender<Option<CloseReason>>,
    /// Whether notices are dropped: those caused by this crate's own commands.
    muted: AtomicBool,
    /// Whether a task of this crate will record a reason.
    observed: bool,
}

impl DriverState {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { reason: watch::Sender::new(None), muted: AtomicBool::new(false), observed: true })
    }

    /// For a connection that the application drives: its end is not observed.
    pub(crate) fn unobserved() -> Arc<Self> {
        Arc::new(Self { reason: watch::Sender::new(None), muted: AtomicBool::new(false), observed: false })
    }

    /// Records why the connection ended. The first reason is kept, unless a later one has the server's error: if that
    /// was the answer to a statement, the driver itself sees nothing but the end of the socket.
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

    /// Records a fatal server error that came as the answer to a statement.
    pub(crate) fn record_fatal(&self, error: &DbError) {
        self.set(CloseReason { server: Some(server_error(error)), cause: None });
    }

    /// Whether the connection is known to have ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.reason.borrow().is_some()
    }

    /// Drops notices, or passes them on again.
    pub(crate) fn mute_notices(&self, on: bool) {
        self.muted.store(on, Ordering::Relaxed);
    }

    /// Adds the reason to the error of a lost connection, waiting for it up to 100 ms.
    pub(crate) async fn explain(&self, error: Error) -> Error {
        if !self.observed || runtime::here().is_err() {
            return self.explain_now(error);
        }
        let mut reason = self.reason.subscribe();
        // The end of the socket alone explains nothing: another caller may be about to record the server's error.
        let explained = reason.wait_for(|it| it.as_ref().is_some_and(CloseReason::explains));
        drop(tokio::time::timeout(REASON_LIMIT, explained).await);
        self.explain_now(error)
    }

    /// Adds the reason to the error if it is known already.
    pub(crate) fn explain_now(&self, error: Error) -> Error {
        with_reason(error, self.reason.borrow().clone())
    }

    /// The error for a statement that finds the connection closed.
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

/// Drives `connection` until it ends.
pub(crate) async fn serve(mut connection: Driver, state: Arc<DriverState>, on_notice: Option<OnNotice>) {
    let cause = loop {
        match poll_fn(|cx| connection.poll_message(cx)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                if !state.muted.load(Ordering::Relaxed) {
                    report(&notice, on_notice.as_ref());
                }
            }
            // Notifications, which nobody reads on these connections, and messages that later versions of the driver
            // may add.
            Some(Ok(_)) => {}
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    let server = cause.as_ref().and_then(|it| it.as_db_error()).map(server_error);
    if let Some(cause) = &cause {
        tracing::debug!(target: "orm_pg::connection", code = server.as_ref().map(|it| it.code.as_str()), "{cause}");
    }
    // Before `connection` is dropped, so that callers who see its end find the reason.
    state.set(CloseReason { server, cause: cause.map(|it| Shared(Arc::new(it))) });
}

fn report(notice: &DbError, on_notice: Option<&OnNotice>) {
    match on_notice {
        Some(on_notice) => {
            let notice = Notice::new(notice);
            // A panic in the callback must not end the connection.
            if catch_unwind(AssertUnwindSafe(|| on_notice(&notice))).is_err() {
                tracing::error!(target: "orm_pg::notice", "the callback for notices panicked");
            }
        }
        // Without the message, which may quote values.
        None => tracing::info!(
            target: "orm_pg::notice",
            severity = notice.severity(),
            code = notice.code().code(),
            "the server sent a notice; set `on_notice` to get its message"
        ),
    }
}
