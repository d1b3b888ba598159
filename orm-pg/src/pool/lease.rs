//! [`Lease`]: a connection that is checked out of the pool. It goes back clean or not at all.

use std::{
    ops::Deref,
    sync::Arc,
    time::{Duration, Instant},
};

use bb8::PooledConnection;
use futures_util::FutureExt;
use tokio::{runtime::Handle, sync::OwnedSemaphorePermit, time::timeout};

use super::{cleaning::CleaningParts, manager::Manager, state::PoolState};
use crate::{connect::cancel::cancel, session::Session};

/// How long a statement that nobody waits for may still run before it is cancelled.
const GRACE: Duration = Duration::from_millis(20);

/// How long cleaning may take before the connection is closed.
const CLEAN_LIMIT: Duration = Duration::from_secs(5);

/// Where a connection goes back to.
pub(crate) enum Pooled {
    Managed(#[expect(dead_code, reason = "dropping it gives the connection back")] PooledConnection<'static, Manager>),
    /// A pool of the application. The session gives the connection back when its last user is done.
    Application,
}

/// Fails if the user has deallocated prepared statements, which the driver does not know.
const CHECK_WITNESS: &str = "EXECUTE orm_witness; DEALLOCATE orm_witness";

/// The exclusive use of one connection.
pub(crate) struct Lease {
    session: Arc<Session>,
    pooled: Option<Pooled>,
    state: Arc<PoolState>,
    /// Dropping it lets the next caller in line have a connection.
    turn: Option<OwnedSemaphorePermit>,
    /// The number of the check-out.
    number: u64,
}

impl Lease {
    pub(crate) fn new(pooled: PooledConnection<'static, Manager>, state: Arc<PoolState>) -> Self {
        Self { session: Arc::clone(&pooled), pooled: Some(Pooled::Managed(pooled)), state, turn: None, number: 0 }
    }

    /// A connection of a pool of the application.
    pub(crate) fn foreign(session: Arc<Session>, state: Arc<PoolState>) -> Self {
        Self { session, pooled: Some(Pooled::Application), state, turn: None, number: 0 }
    }

    /// Keeps the turn of its user, and the number of the check-out, until the lease is dropped.
    pub(crate) fn keep(&mut self, turn: Option<OwnedSemaphorePermit>, number: u64) {
        (self.turn, self.number) = (turn, number);
    }

    /// Borrows the connection exclusively.
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
        let (session, state, turn) = (Arc::clone(&self.session), Arc::clone(&self.state), self.turn.take());
        if self.number != 0 {
            state.check_outs.remove(self.number);
        }
        // The pool may open another connection in its place, which has to happen in the same runtime.
        let here = Handle::try_current().ok().map(|it| it.id());
        let _inside = (here != Some(session.runtime.id())).then(|| session.runtime.enter());
        let closing = state.is_closed() && session.as_foreign().is_none();
        if session.is_broken() || closing {
            session.end();
        } else if !session.is_clean() {
            // Until it is clean it counts as broken, so that it is discarded if the runtime stops meanwhile.
            session.set_broken(true);
            let runtime = session.runtime.clone();
            let cleaner =
                state.cleanings.begin(CleaningParts { session: Arc::clone(&session), pooled: Box::new(pooled), turn });
            let cleaning = async move {
                let cleaned = timeout(CLEAN_LIMIT, clean(&session)).await.unwrap_or(false);
                let Some(CleaningParts { session, pooled, turn }) = cleaner.finish() else { return };
                if cleaned && !session.is_dead() {
                    session.set_broken(false);
                } else {
                    tracing::debug!(target: "orm_pg::connection", "a connection could not be cleaned and is closed");
                    session.end();
                }
                drop(pooled);
                drop(turn);
                state.returned.notify_waiters();
            };
            drop(runtime.spawn(cleaning.boxed()));
            return;
        } else {
            let _ = session.touch(Instant::now());
        }
        drop(pooled);
        drop(turn);
        state.returned.notify_waiters();
    }
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.session.fmt(f)
    }
}

/// Ends the running statement, rolls back, and resets the session. Returns whether the connection is clean.
async fn clean(session: &Arc<Session>) -> bool {
    let client = session.client();
    if session.is_running() && !matches!(timeout(GRACE, client.check_connection()).await, Ok(Ok(()))) {
        if let Some(foreign) = session.as_foreign() {
            // The request may come late and hit the next statement, so the connection is not used again.
            foreign.cancel().await;
            return false;
        }
        let Some(endpoint) = &session.endpoint else { return false };
        if session.is_dead() || cancel(&client.cancel_token(), endpoint).await.is_err() {
            return false;
        }
        // The answer to this comes after the answer to the cancelled statement.
        if client.check_connection().await.is_err() {
            return false;
        }
    }
    // A reset would undo what the application has set up on its connections.
    if session.is_tainted() && session.as_foreign().is_some() {
        return false;
    }
    // Without an open transaction the server sends a warning for ROLLBACK, which the user should not see.
    session.driver_state.mute_notices(true);
    let reset = match (session.needs_reset(), session.is_open()) {
        (true, _) => client.batch_execute(&session.reset).await,
        (false, true) => client.batch_execute("ROLLBACK").await,
        (false, false) => Ok(()),
    };
    session.driver_state.mute_notices(false);
    let witnessed = session.is_escaped() && session.as_foreign().is_none();
    if reset.is_err() || (witnessed && client.batch_execute(CHECK_WITNESS).await.is_err()) {
        return false;
    }
    if session.is_escaped() {
        // Nobody knows which other statements were deallocated.
        session.cache.clear();
    }
    if session.needs_reset() {
        for sql in &*session.on_connect {
            if session.run_unlogged(sql).await.is_err() {
                return false;
            }
        }
    }
    session.mark_clean();
    let _ = session.touch(Instant::now());
    true
}
