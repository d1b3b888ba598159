//! A connection on loan from the pool. It goes back clean or not at all.

use std::{ops::Deref, sync::Arc, time::Duration};

use bb8::PooledConnection;
use tokio::{runtime::Handle, time::timeout};

use crate::{
    cancel::cancel,
    manager::{Board, Manager},
    session::Session,
};

/// How long a statement that nobody waits for may take to end by itself before it is cancelled.
const GRACE: Duration = Duration::from_millis(20);

/// How long cleaning may take before the connection is given up.
const CLEAN_LIMIT: Duration = Duration::from_secs(5);

/// Undoes whatever raw SQL can leave behind (PostgreSQL 12 and later). `RESET ALL` alone keeps the role, and
/// `DISCARD ALL` would close the prepared statements.
const RESET: &str = "ROLLBACK; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; CLOSE ALL; \
                     SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

/// The exclusive use of one connection.
pub(crate) struct Lease {
    session: Arc<Session>,
    pooled: Option<PooledConnection<'static, Manager>>,
    board: Arc<Board>,
}

impl Lease {
    pub(crate) fn new(pooled: PooledConnection<'static, Manager>, board: Arc<Board>) -> Self {
        Self { session: Arc::clone(&pooled), pooled: Some(pooled), board }
    }

    /// The connection, by a borrow that keeps others from using it.
    pub(crate) fn session_mut(&mut self) -> &mut Arc<Session> {
        &mut self.session
    }
}

impl Deref for Lease {
    type Target = Arc<Session>;

    fn deref(&self) -> &Arc<Session> {
        &self.session
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(pooled) = self.pooled.take() else { return };
        let (session, board) = (Arc::clone(&self.session), Arc::clone(&self.board));
        // The pool may open another connection in its place, which takes a runtime.
        let _inside = Handle::try_current().is_err().then(|| session.runtime.enter());
        if session.is_broken() || board.is_closed() {
            session.set_broken(true);
        } else if !session.is_clean() {
            // Until it is clean it counts as broken, so that a runtime which stops half way throws it away.
            session.set_broken(true);
            let runtime = session.runtime.clone();
            drop(runtime.spawn(async move {
                let cleaned = timeout(CLEAN_LIMIT, clean(&session)).await.unwrap_or(false);
                if cleaned && !session.is_dead() {
                    session.set_broken(false);
                } else {
                    tracing::debug!(target: "orm_pg::connection", "a connection could not be cleaned and is closed");
                }
                drop(pooled);
                board.returned.notify_waiters();
            }));
            return;
        }
        let _ = session.touch();
        drop(pooled);
        board.returned.notify_waiters();
    }
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.session.fmt(f)
    }
}

/// Ends what runs, rolls back, resets. Returns whether the connection is as good as new.
async fn clean(session: &Arc<Session>) -> bool {
    let client = session.client();
    if session.is_running() && !matches!(timeout(GRACE, client.check_connection()).await, Ok(Ok(()))) {
        if session.is_dead() || cancel(&client.cancel_token(), &session.peer).await.is_err() {
            return false;
        }
        // The answer to this comes after that of whatever was cancelled.
        if client.check_connection().await.is_err() {
            return false;
        }
    }
    // Without an open transaction the server warns of the ROLLBACK, which is nobody's business.
    session.fate.quiet(true);
    let reset = match (session.is_tainted(), session.is_open()) {
        (true, _) => client.batch_execute(RESET).await,
        (false, true) => client.batch_execute("ROLLBACK").await,
        (false, false) => Ok(()),
    };
    session.fate.quiet(false);
    if reset.is_err() {
        return false;
    }
    if session.is_tainted() {
        for sql in &*session.on_connect {
            if client.batch_execute(sql).await.is_err() {
                return false;
            }
        }
    }
    session.mark_clean();
    let _ = session.touch();
    true
}
