//! Which server errors mean that a prepared statement is out of date.

use orm_core::error::{Error, ErrorKind};
use tokio_postgres::error::{DbError, ErrorPosition, SqlState};

/// What a server error says about the prepared statement that was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Staleness {
    /// The error has another cause.
    UpToDate,
    /// The schema has changed since it was prepared.
    SchemaChanged,
    /// A bind was encoded for an older definition of its type.
    TypeChanged,
    /// An enum label is unknown: the enum has changed since, or never had it.
    UnknownLabel,
    /// The server no longer has it.
    Missing,
}

impl Staleness {
    /// Classifies the error of a statement. `known` means that it was prepared earlier, so all its names could be
    /// resolved then.
    pub(crate) fn of(error: &DbError, known: bool) -> Self {
        let (code, routine) = (error.code(), error.routine());
        if *code == SqlState::INVALID_SQL_STATEMENT_NAME {
            return Self::Missing;
        }
        if is_replan(error, known) {
            return Self::SchemaChanged;
        }
        if !known {
            return Self::UpToDate;
        }
        match (code.code(), routine) {
            ("42804", Some("record_recv" | "array_recv")) => Self::TypeChanged,
            ("22P02", Some("enum_recv")) => Self::UnknownLabel,
            // The server analysed the text again, before the statement ran. An error raised by a function has a
            // context, and an error raised while the statement runs has no position in the text.
            (code, _) if code.starts_with("42") && is_about_the_text(error) => Self::SchemaChanged,
            _ => Self::UpToDate,
        }
    }
}

/// Whether the server failed to plan the statement again because its catalogs have changed.
fn is_replan(error: &DbError, known: bool) -> bool {
    let code = error.code();
    // If the statement was prepared just now, only the type of a bind can have been dropped since.
    let gone = if known { "cache lookup failed for " } else { "cache lookup failed for type " };
    (*code == SqlState::FEATURE_NOT_SUPPORTED && error.routine() == Some("RevalidateCachedQuery"))
        || (*code == SqlState::INTERNAL_ERROR && error.message().starts_with(gone) && !is_raised_within(error))
}

fn is_about_the_text(error: &DbError) -> bool {
    matches!(error.position(), Some(ErrorPosition::Original(_))) && error.where_().is_none()
}

/// Whether a function raised the error. It may have had effects that are not undone.
fn is_raised_within(error: &DbError) -> bool {
    // The server also sets a context for the bind that it was reading.
    error.where_().is_some_and(|it| !it.contains("portal"))
}

/// Turns `error` into one that says that the prepared statement is out of date, and keeps the server's fields.
pub(crate) fn invalidated(error: Error) -> Error {
    let text = match error.sql_state() {
        Some("26000") => {
            "the server no longer has the prepared statement, because of DEALLOCATE, DISCARD ALL, or a pooler in \
             transaction or statement mode: run the transaction again"
        }
        _ => "the schema has changed since the statement was prepared, so it did not run: run the transaction again",
    };
    error.with_kind(ErrorKind::StatementInvalidated, text)
}

/// Whether `error` came from [`invalidated`]. A transaction that was begun for one verb can then be run again, since
/// nothing took effect.
pub(crate) fn is_invalidated(error: &Error) -> bool {
    error.kind() == ErrorKind::StatementInvalidated
}
