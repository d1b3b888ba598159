//! Notices and warnings of the server.

use orm_core::error::ServerError;
use tokio_postgres::error::DbError;

use crate::error::server_error;

/// A message that the server sends in addition to its answer: `table "x" does not exist, skipping`.
///
/// ```
/// # use blog::*;
/// let builder = Database::builder().on_notice(|notice| eprintln!("{}: {}", notice.severity(), notice.message()));
/// ```
#[derive(Debug, Clone)]
pub struct Notice {
    severity: String,
    server: ServerError,
}

impl Notice {
    pub(crate) fn new(notice: &DbError) -> Self {
        Self { severity: notice.severity().to_owned(), server: server_error(notice) }
    }

    /// Returns `NOTICE`, `WARNING`, `INFO`, …, in the server's language.
    #[must_use]
    pub fn severity(&self) -> &str {
        &self.severity
    }

    /// Returns the SQLSTATE.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.server.code
    }

    /// Returns the message. It may quote values.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.server.message
    }

    /// Returns the detail. It may quote values.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.server.detail.as_deref()
    }

    /// Returns all fields of the notice.
    #[must_use]
    pub fn server(&self) -> &ServerError {
        &self.server
    }
}
