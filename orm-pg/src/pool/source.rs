//! [`Source`]: a pool of the application that connections are taken from.

use std::{sync::Arc, time::Duration};

use bb8::RunError;
use futures_util::future::BoxFuture;

use crate::session::Session;

/// A pool of the application, whatever its type of TLS.
pub(crate) trait Source: Send + Sync {
    /// Waits for a connection, for as long as the pool allows.
    fn check_out(&self) -> BoxFuture<'_, Result<Arc<Session>, RunError<tokio_postgres::Error>>>;

    fn state(&self) -> bb8::State;

    /// How many connections are checked out by this handle.
    fn lent(&self) -> u32;

    /// How many connections there may be, and how long a caller may wait for one.
    fn limits(&self) -> (u32, Duration);
}
