//! Whether the server of a connection takes writes, and what follows where it no longer does (25006), as after a failover.
//!
//! A connection on which a write was refused is closed when it comes back, unless reads alone were asked for. If it took
//! writes when it was opened, the server has changed its role since: then the other connections of the pool are as old as
//! that, and are closed as well.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use orm_core::error::Error;
use tokio_postgres::config::TargetSessionAttrs;

use crate::connect::{config::Settings, driver::Driver};

/// The SQLSTATE of a write in a transaction that is read only.
const READ_ONLY: &str = "25006";

/// Counts how often a server of the pool was found to take no writes any more.
#[derive(Debug, Default)]
pub(crate) struct Demotions(AtomicU64);

/// What is known of one connection.
#[derive(Debug)]
pub(crate) struct WriteAccess {
    /// Those of the pool, and how many there were when the connection was opened. None for a pool of the application's.
    demotions: Option<(Arc<Demotions>, u64)>,
    /// Whether the server took writes when the connection was opened, where it said so.
    at_first: Option<bool>,
    /// Whether writes are not what the connection was opened for.
    reads_only: bool,
    /// The transaction of the moment was begun to read only.
    transaction: AtomicBool,
    /// The user has said so in SQL, or may have.
    by_hand: AtomicBool,
}

/// What a refused write means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It was said that nothing is to be written.
    AsAsked,
    /// The server took no writes from the beginning.
    ByRole,
    /// The server does not take writes any more, or may not: on another connection the statement may run.
    SinceOpened,
}

impl WriteAccess {
    /// For a connection that was just opened, `wanted` for that. It asks nothing: PostgreSQL 14 and later say by themselves
    /// what they are.
    pub(crate) fn of(
        settings: &Settings,
        wanted: TargetSessionAttrs,
        driver: &Driver,
        all: (Arc<Demotions>, u64),
    ) -> Self {
        let at_first = match (driver.parameter("in_hot_standby"), driver.parameter("default_transaction_read_only")) {
            (Some("off"), Some("off")) => Some(true),
            (Some("on"), _) | (_, Some("on")) => Some(false),
            // That it took writes was found out by asking.
            _ => (wanted == TargetSessionAttrs::ReadWrite).then_some(true),
        };
        let reads_only = wanted == TargetSessionAttrs::ReadOnly || settings.asks_for_read_only();
        let (transaction, by_hand) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { demotions: Some(all), at_first, reads_only, transaction, by_hand }
    }

    /// For a connection that somebody else has opened.
    pub(crate) fn unknown() -> Self {
        let (transaction, by_hand) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { demotions: None, at_first: None, reads_only: false, transaction, by_hand }
    }

    /// Whether a server of the pool was found to take no writes any more since the connection was opened.
    pub(crate) fn are_outdated(&self) -> bool {
        self.demotions.as_ref().is_some_and(|(all, seen)| all.0.load(Ordering::Acquire) != *seen)
    }

    /// Says whether the transaction that begins, or ends, is to read only.
    pub(crate) fn set_read_only(&self, on: bool) {
        self.transaction.store(on, Ordering::Release);
    }

    /// Says that SQL of the user may have asked for reads alone, or that it is undone.
    pub(crate) fn set_by_hand(&self, on: bool) {
        self.by_hand.store(on, Ordering::Release);
    }

    /// What it means that a write was refused by `error`; nothing if it is another error.
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
                    // Many may find out about one change, and the first is heard.
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

/// Says that the connection is of no use for writes any more, keeping what the server said.
pub(crate) fn demoted(error: Error) -> Error {
    let kind = error.kind();
    let text = "the server takes no writes, so the connection is closed when it comes back, and another one is opened";
    error.with_kind(kind, text).retryable()
}

/// Whether `error` is one of those.
pub(crate) fn is_demoted(error: &Error) -> bool {
    error.sql_state() == Some(READ_ONLY) && error.is_retryable()
}
