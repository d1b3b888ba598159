//! Turns errors of the driver into [`Error`], and says whether the statement can be run again.

pub(crate) mod staleness;

use std::{error::Error as StdError, fmt, sync::Arc};

use orm_core::{
    error::{Error, ErrorKind, ServerError},
    statement::{Operation, Statement},
};
use tokio_postgres::error::{DbError, ErrorPosition, Severity, SqlState};

use self::staleness::Staleness;
use crate::raw;

/// Copies the fields of the server's error.
pub(crate) fn server_error(error: &DbError) -> ServerError {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let mut it = ServerError::default();
    it.code = error.code().code().to_owned();
    it.message = error.message().to_owned();
    it.detail = owned(error.detail());
    it.hint = owned(error.hint());
    it.schema = owned(error.schema());
    it.table = owned(error.table());
    it.column = owned(error.column());
    it.data_type = owned(error.datatype());
    it.constraint = owned(error.constraint());
    it.context = owned(error.where_());
    it.routine = owned(error.routine());
    it.position = match error.position() {
        Some(ErrorPosition::Original(position)) => Some(*position),
        Some(ErrorPosition::Internal { .. }) | None => None,
    };
    it
}

/// What is known about a failed statement: above all, whether it may have run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It was refused by this crate, before anything was sent.
    Refused,
    /// The connection was gone before the statement was sent.
    Unsent,
    /// Its prepared form was out of date, so it did not run.
    Stale,
    /// The connection was lost after the statement was sent.
    Lost,
    /// The server no longer accepts writes, so it did not run.
    Demoted,
    /// The server answered with an error.
    Server,
    /// It ran, but its rows could not be decoded.
    Rows,
    /// It took longer than its limit, and the server did not say what became of it.
    Late,
}

/// An error, and what is known about the statement that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) cause: Cause,
}

/// Whether a lost statement could have taken effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// It commits on its own.
    Autocommit,
    /// It is part of a transaction, which a lost connection rolls back.
    Transaction,
}

impl Failure {
    pub(crate) fn refused(error: Error) -> Self {
        Self { error, cause: Cause::Refused }
    }

    /// Whether the server does not know a prepared statement.
    pub(crate) fn lacks_statement(&self) -> bool {
        self.error.sql_state() == Some(SqlState::INVALID_SQL_STATEMENT_NAME.code())
    }

    /// Whether an earlier error had aborted the transaction, so that this one only follows from it.
    pub(crate) fn follows_from_another(&self) -> bool {
        self.error.sql_state() == Some(SqlState::IN_FAILED_SQL_TRANSACTION.code())
    }

    /// Whether the statement can be run on another connection without a risk of taking effect twice.
    pub(crate) fn allows_another(&self, statement: &Statement) -> bool {
        match self.cause {
            Cause::Unsent => true,
            // Its effects were undone, unless it commits parts of its work (procedures).
            Cause::Demoted => !raw::may_commit(statement),
            Cause::Lost => statement.plain_read,
            Cause::Refused | Cause::Stale | Cause::Server | Cause::Rows | Cause::Late => false,
        }
    }

    /// The error for the user: it names the statement, and says if nobody knows whether the statement took effect.
    pub(crate) fn into_error(self, statement: &Statement, scope: Scope) -> Error {
        let Self { error, cause } = self;
        let harmless = scope == Scope::Transaction || statement.plain_read;
        let error = match cause {
            Cause::Lost if !harmless => {
                error.with_kind(ErrorKind::OutcomeUnknown, "the connection was lost before the answer came")
            }
            Cause::Late if !harmless => {
                let text = format!("{error}, and the server did not say whether it took effect");
                error.with_kind(ErrorKind::OutcomeUnknown, text)
            }
            Cause::Lost
            | Cause::Unsent
            | Cause::Refused
            | Cause::Stale
            | Cause::Demoted
            | Cause::Server
            | Cause::Rows
            | Cause::Late => error,
        };
        name(error, statement)
    }
}

/// Names the statement in the error.
pub(crate) fn name(error: Error, statement: &Statement) -> Error {
    let operation: Operation = statement.operation;
    error.in_statement(operation.name(), statement.table)
}

/// Returns what an error of the driver says about the statement.
pub(crate) fn cause_of(error: &tokio_postgres::Error) -> Cause {
    if let Some(server) = error.as_db_error() {
        if matches!(server.parsed_severity(), Some(Severity::Fatal | Severity::Panic)) {
            return Cause::Lost;
        }
        return if Staleness::of(server, false) == Staleness::UpToDate { Cause::Server } else { Cause::Stale };
    }
    if error.is_closed() {
        return Cause::Lost;
    }
    // The driver does not expose the kind of its errors. It raises these before it sends anything.
    let text = error.to_string();
    if text.starts_with("error encoding") || text.starts_with("error serializing") || text.starts_with("expected") {
        return Cause::Refused;
    }
    Cause::Lost
}

/// Turns an error of the driver into an [`Error`]. For a lost connection the reason is added later, from the task that
/// serves the connection.
pub(crate) fn from_driver(error: tokio_postgres::Error) -> Error {
    let cause = cause_of(&error);
    let server = error.as_db_error().map(server_error);
    match (cause, server) {
        (Cause::Lost, Some(server)) => lost().with_server(server),
        (Cause::Lost, None) if error.is_closed() => lost(),
        (Cause::Lost, None) => lost().with_source(error),
        (_, Some(server)) => Error::from_server(server),
        (_, None) => Error::new(ErrorKind::Encode, "the statement cannot be sent").with_source(error),
    }
}

/// The error for a connection that is gone.
pub(crate) fn lost() -> Error {
    Error::new(ErrorKind::ConnectionLost, "the connection was lost")
}

/// The error of a statement whose prepared form belongs to another program, or to another server connection.
pub(crate) fn through_a_pooler(error: Error) -> Error {
    let text = "the connection goes through a pooler in transaction or statement mode that does not track prepared \
                statements, so statements of other programs could run instead: use its session mode, or PgBouncer \
                1.21 or later in transaction mode with `max_prepared_statements`";
    error.with_kind(ErrorKind::Config, text).for_good()
}

/// The error of a statement that could not be prepared. The driver never uses a name twice, so if the name is taken
/// (42P05), another program took it on the same connection of a pooler.
pub(crate) fn not_prepared(error: Error) -> Error {
    if error.sql_state() == Some(SqlState::DUPLICATE_PSTATEMENT.code()) { through_a_pooler(error) } else { error }
}

/// The error of a transaction that PgBouncer refuses in statement mode; `Err` with `error` unchanged if it is another
/// one.
pub(crate) fn in_statement_mode(error: Error) -> Result<Error, Error> {
    if error.message().is_none_or(|it| !it.starts_with("transaction blocks not allowed in statement pooling mode")) {
        return Err(error);
    }
    let text = "the connection goes through a pooler in statement mode, which does not allow transactions: use its \
                session mode, or PgBouncer 1.21 or later in transaction mode with `max_prepared_statements`";
    Ok(error.with_kind(ErrorKind::Config, text).for_good())
}

/// A source that several errors share.
pub(crate) struct Shared<E: ?Sized>(pub(crate) Arc<E>);

impl<E: ?Sized> Clone for Shared<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E: fmt::Display + ?Sized> fmt::Display for Shared<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: fmt::Debug + ?Sized> fmt::Debug for Shared<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: StdError + ?Sized> StdError for Shared<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}
