//! [`WriteAccess`]: whether the server of a connection accepts writes, and what happens if it no longer does (25006),
//! as after a failover.
//!
//! A connection on which a write was refused is closed when it comes back, unless the user asked for read only. If the
//! server accepted writes when the connection was opened, it has changed its role since. The other connections of the
//! pool were opened before that too, so they are closed as well.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use orm_core::error::Error;
use tokio_postgres::config::TargetSessionAttrs;

use crate::connect::{config::Settings, driver::Driver};

/// The SQLSTATE of a write in a read-only transaction.
const READ_ONLY: &str = "25006";

/// Counts how often a server of the pool was found to no longer accept writes.
#[derive(Debug, Default)]
pub(crate) struct Demotions(AtomicU64);

/// What is known about one connection.
#[derive(Debug)]
pub(crate) struct WriteAccess {
    /// The pool's count, and its value when the connection was opened. `None` for a pool of the application.
    demotions: Option<(Arc<Demotions>, u64)>,
    /// Whether the server accepted writes when the connection was opened, if it said so.
    at_first: Option<bool>,
    /// Whether the connection was opened for reads only.
    reads_only: bool,
    /// The current transaction was begun as read only.
    transaction: AtomicBool,
    /// Raw SQL may have set transactions to read only.
    by_hand: AtomicBool,
}

/// What a refused write means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The user asked for read only.
    AsAsked,
    /// The server did not accept writes from the beginning.
    ByRole,
    /// The server no longer accepts writes, or perhaps never did. The statement may succeed on another connection.
    SinceOpened,
}

impl WriteAccess {
    /// For a connection that was just opened with the target `wanted`. No round trip: PostgreSQL 14 and later report it
    /// on their own.
    pub(crate) fn of(
        settings: &Settings,
        wanted: TargetSessionAttrs,
        driver: &Driver,
        all: (Arc<Demotions>, u64),
    ) -> Self {
        let at_first = match (driver.parameter("in_hot_standby"), driver.parameter("default_transaction_read_only")) {
            (Some("off"), Some("off")) => Some(true),
            (Some("on"), _) | (_, Some("on")) => Some(false),
            // `read-write` was checked with a query.
            _ => (wanted == TargetSessionAttrs::ReadWrite).then_some(true),
        };
        let reads_only = wanted == TargetSessionAttrs::ReadOnly || settings.asks_for_read_only();
        let (transaction, by_hand) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { demotions: Some(all), at_first, reads_only, transaction, by_hand }
    }

    /// For a connection that the application has opened.
    pub(crate) fn unknown() -> Self {
        let (transaction, by_hand) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { demotions: None, at_first: None, reads_only: false, transaction, by_hand }
    }

    /// Whether a server of the pool was found to no longer accept writes since the connection was opened.
    pub(crate) fn are_outdated(&self) -> bool {
        self.demotions.as_ref().is_some_and(|(all, seen)| all.0.load(Ordering::Acquire) != *seen)
    }

    /// Sets whether the current transaction is read only.
    pub(crate) fn set_read_only(&self, on: bool) {
        self.transaction.store(on, Ordering::Release);
    }

    /// Sets whether raw SQL may have set transactions to read only.
    pub(crate) fn set_by_hand(&self, on: bool) {
        self.by_hand.store(on, Ordering::Release);
    }

    /// Returns why a write was refused; `None` if `error` is another one.
    pub(crate) fn refused(&self, error: &Error) -> Option<Refused> {
        if error.sql_state() != Some(READ_ONLY) {
            return None;
        }
        let asked = self.reads_only || self.transaction.load(Ordering::Acquire) || self.by_hand.load(Ordering::Acquire);
        Some(match self.at_first {
            _ if asked => Refused::AsAsked,
            Some(false) => Refused::ByRole,
            None => Refused::SinceOpened,
            Some(true) => {
                if let Some((all, seen)) = &self.demotions {
                    // Many connections may find out about the same change, and it counts once.
                    all.0.fetch_max(seen + 1, Ordering::AcqRel);
                }
                Refused::SinceOpened
            }
        })
    }
}

impl Demotions {
    pub(crate) fn now(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// Turns `error` into one that says that the server accepts no writes, and keeps the server's fields.
pub(crate) fn demoted(error: Error) -> Error {
    let kind = error.kind();
    let text = "the server does not accept writes any more; this connection is closed when it is returned, and a new \
                one is opened in its place";
    error.with_kind(kind, text).retryable()
}

/// Whether `error` came from [`demoted`].
pub(crate) fn is_demoted(error: &Error) -> bool {
    error.sql_state() == Some(READ_ONLY) && error.is_retryable()
}
