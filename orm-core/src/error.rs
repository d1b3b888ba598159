//! The one error type of the workspace, its kinds, and the facts the server gave.
//!
//! What lives here says nothing of sockets or pools: `orm-pg` turns the driver's errors into these.

mod server;

use std::{borrow::Cow, error::Error as StdError, fmt};

pub use self::server::ServerError;
use crate::schema::Constraint;

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn StdError + Send + Sync>;

/// Why a statement, a connection or a query could not do what was asked.
///
/// One word wide. `Display` and `Debug` name the operation, the table, the SQLSTATE and the constraint, but never a
/// bind value or data of a row: those may be secrets. [`Error::detail`] and [`Error::message`] give them on request.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    text: Cow<'static, str>,
    server: Option<ServerError>,
    statement: Option<StatementName>,
    source: Option<Source>,
}

/// What went wrong, coarsely; the predicates of [`Error`] are finer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A verb that needs a row found none.
    NotFound,
    /// A verb that wants at most one row found more.
    MoreThanOne,
    /// An update or delete of an instance whose `version` column has moved on.
    Stale,
    /// The statement was refused before any I/O: it has no meaning in SQL, or would write more than was said.
    InvalidStatement,
    /// A value could not be encoded as a bind.
    Encode,
    /// A value from the server could not be decoded into the Rust type.
    Decode,
    /// The server answered with an error; [`Error::sql_state`] says which.
    Server,
    /// A URL, an environment variable or an option that cannot be used.
    Config,
    /// No connection could be opened.
    Connect,
    /// No connection became free in time.
    PoolTimeout,
    /// The statement took longer than its limit.
    Timeout,
    /// The connection was lost, and the statement is known not to have taken effect.
    ConnectionLost,
    /// The connection was lost after a write was sent: it may have taken effect or not.
    OutcomeUnknown,
    /// `commit` reached a transaction that an earlier error had already doomed: the server rolled it back.
    RolledBack,
    /// The handle was closed, or what it needs is gone.
    Closed,
    /// The support for tests could not find or prepare a server.
    Testing,
}

/// Which statement an error is about: `insert into users`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StatementName {
    operation: &'static str,
    table: Option<&'static str>,
}

impl Error {
    /// Makes an error of `kind` that says `text`: lower case, no full stop, no bind values.
    #[must_use]
    pub fn new(kind: ErrorKind, text: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { kind, text: text.into(), server: None, statement: None, source: None }))
    }

    /// Makes an error from what the server answered.
    #[must_use]
    pub fn from_server(server: ServerError) -> Self {
        let mut error = Self::new(ErrorKind::Server, "");
        error.0.server = Some(server);
        error
    }

    /// Adds the server's answer: the reason for an error of another kind, such as a lost connection.
    #[must_use]
    pub fn with_server(mut self, server: ServerError) -> Self {
        self.0.server = Some(server);
        self
    }

    /// Adds the cause, which [`source`](StdError::source) then gives.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Names the statement that failed, unless it is named already.
    #[must_use]
    pub fn in_statement(mut self, operation: &'static str, table: Option<&'static str>) -> Self {
        self.0.statement.get_or_insert(StatementName { operation, table });
        self
    }

    /// Changes the kind, keeping all that is known.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind, text: impl Into<Cow<'static, str>>) -> Self {
        self.0.kind = kind;
        self.0.text = text.into();
        self
    }

    /// Returns what went wrong, coarsely.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the SQLSTATE, five characters, when the server answered.
    #[must_use]
    pub fn sql_state(&self) -> Option<&str> {
        self.0.server.as_ref().map(|it| it.code.as_str())
    }

    /// Returns the name of the constraint that was violated.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.0.server.as_ref()?.constraint.as_deref()
    }

    /// Returns the table: the one that the server named, or else the one of the statement.
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        let named = self.0.server.as_ref().and_then(|it| it.table.as_deref());
        named.or_else(|| self.0.statement.as_ref().and_then(|it| it.table))
    }

    /// Returns the column that the server named.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.0.server.as_ref()?.column.as_deref()
    }

    /// Returns which operation failed: `select`, `insert`, `update`, `delete`, …
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.statement.as_ref().map(|it| it.operation)
    }

    /// Returns the server's message. It may quote values: think before you log it.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.server.as_ref().map(|it| it.message.as_str())
    }

    /// Returns the server's detail, which often quotes values: `Key (email)=(ann@example.org) already exists.`
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.server.as_ref()?.detail.as_deref()
    }

    /// Returns what the server advises.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.server.as_ref()?.hint.as_deref()
    }

    /// Returns all that the server said.
    #[must_use]
    pub fn server(&self) -> Option<&ServerError> {
        self.0.server.as_ref()
    }

    /// Whether this is the violation of `constraint`: `e.violates(User::EMAIL_KEY)`.
    ///
    /// The name and the table must both match, for constraint names are unique only within a table.
    #[must_use]
    pub fn violates(&self, constraint: Constraint) -> bool {
        let Some(server) = &self.0.server else { return false };
        server.code.starts_with("23")
            && server.constraint.as_deref() == Some(constraint.name())
            && server.table.as_deref().is_none_or(|table| table == constraint.table())
    }

    /// Whether a row was wanted and none was there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Whether at most one row was wanted and there were more.
    #[must_use]
    pub fn is_more_than_one(&self) -> bool {
        self.0.kind == ErrorKind::MoreThanOne
    }

    /// Whether a unique or primary key constraint was violated (23505).
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.is_state("23505")
    }

    /// Whether a foreign key constraint was violated (23503).
    #[must_use]
    pub fn is_foreign_key_violation(&self) -> bool {
        self.is_state("23503")
    }

    /// Whether a check constraint was violated (23514).
    #[must_use]
    pub fn is_check_violation(&self) -> bool {
        self.is_state("23514")
    }

    /// Whether NULL went to a column that does not take it (23502).
    #[must_use]
    pub fn is_not_null_violation(&self) -> bool {
        self.is_state("23502")
    }

    /// Whether the `version` of the instance had moved on, or its row was gone.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.0.kind == ErrorKind::Stale
    }

    /// Whether running the same transaction again may succeed and cannot do its work twice: serialization failures
    /// (40001), deadlocks (40P01), connections that could not be had, and ones lost before anything took effect.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::Server | ErrorKind::RolledBack => self.is_state("40001") || self.is_state("40P01"),
            ErrorKind::ConnectionLost | ErrorKind::PoolTimeout => true,
            ErrorKind::Connect => !self.is_refused_for_good(),
            _ => false,
        }
    }

    /// Whether a limit of time ran out: waiting for a connection, or for a statement (also the server's 57014).
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, ErrorKind::PoolTimeout | ErrorKind::Timeout) || self.is_state("57014")
    }

    /// Whether a write may have taken effect or not, because its answer was lost.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        self.0.kind == ErrorKind::OutcomeUnknown
    }

    /// Whether trying to connect again is pointless: wrong credentials, no such database.
    #[must_use]
    pub fn is_refused_for_good(&self) -> bool {
        self.0.kind == ErrorKind::Config
            || self.sql_state().is_some_and(|code| code.starts_with("28") || code == "3D000" || code == "42501")
    }

    fn is_state(&self, code: &str) -> bool {
        self.sql_state() == Some(code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(StatementName { operation, table }) = &self.0.statement {
            f.write_str(operation)?;
            if let Some(table) = table {
                write!(f, " {table}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.0.text)?;
        if let Some(server) = &self.0.server {
            if !self.0.text.is_empty() {
                f.write_str(": ")?;
            }
            server.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = f.debug_struct("Error");
        it.field("kind", &self.0.kind);
        it.field("text", &self.to_string());
        if let Some(server) = &self.0.server {
            it.field("server", server);
        }
        if let Some(source) = &self.0.source {
            if self.0.kind.is_about_connecting() {
                it.field("source", &chain(&**source));
            } else {
                // The cause may quote values; its text is left to those who ask for `source()`.
                it.field("source", &"…");
            }
        }
        it.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|it| it as &(dyn StdError + 'static))
    }
}

impl ErrorKind {
    /// Whether the cause is about the way to the server: it quotes no values, and without it nobody knows what to do.
    fn is_about_connecting(self) -> bool {
        match self {
            Self::Config
            | Self::Connect
            | Self::PoolTimeout
            | Self::ConnectionLost
            | Self::OutcomeUnknown
            | Self::Closed
            | Self::Testing => true,
            Self::NotFound
            | Self::MoreThanOne
            | Self::Stale
            | Self::InvalidStatement
            | Self::Encode
            | Self::Decode
            | Self::Server
            | Self::Timeout
            | Self::RolledBack => false,
        }
    }
}

/// An error and its causes in one line.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        text = format!("{text}: {it}");
        cause = it.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unique() -> Error {
        Error::from_server(ServerError {
            code: "23505".into(),
            message: "duplicate key value violates unique constraint \"users_email_key\"".into(),
            detail: Some("Key (email)=(secret@example.org) already exists.".into()),
            table: Some("users".into()),
            constraint: Some("users_email_key".into()),
            ..ServerError::default()
        })
        .in_statement("insert into", Some("users"))
    }

    #[test]
    fn display_names_statement_state_and_constraint() {
        assert_eq!(unique().to_string(), "insert into users: unique violation (23505), constraint users_email_key");
    }

    #[test]
    fn neither_display_nor_debug_shows_data_of_rows() {
        let shown = format!("{} {:?} {:#?}", unique(), unique(), unique());
        assert!(!shown.contains("secret"), "{shown}");
        assert_eq!(unique().detail(), Some("Key (email)=(secret@example.org) already exists."));
    }

    #[test]
    fn a_violation_is_known_by_table_and_name() {
        assert!(unique().violates(Constraint::new("users", "users_email_key")));
        assert!(!unique().violates(Constraint::new("people", "users_email_key")));
        assert!(!unique().violates(Constraint::new("users", "users_pkey")));
    }

    #[test]
    fn debug_shows_causes_only_where_they_are_about_connecting() {
        let refused = Error::new(ErrorKind::Connect, "cannot connect").with_source("connection refused");
        assert!(format!("{refused:?}").contains("connection refused"));
        let unread = Error::new(ErrorKind::Decode, "cannot be read").with_source("unknown label secret");
        assert!(!format!("{unread:?}").contains("secret"));
    }

    #[test]
    fn is_one_word_wide_and_can_be_sent() {
        fn sendable<T: Send + Sync + 'static>() {}
        sendable::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
