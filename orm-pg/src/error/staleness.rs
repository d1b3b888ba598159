//! Which errors of the server say that a prepared statement is out of date.

use orm_core::error::{Error, ErrorKind};
use tokio_postgres::error::{DbError, ErrorPosition, SqlState};

/// What an error of the server says about the prepared statement that it was the answer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Staleness {
    /// Nothing.
    UpToDate,
    /// The schema has changed since it was prepared.
    SchemaChanged,
    /// A value was written for a type as it was before.
    TypeChanged,
    /// The label of an enum is unknown: in the enum as it was before, or at all.
    UnknownLabel,
    /// The server does not have it any more.
    Missing,
}

impl Staleness {
    /// Judges the error of a statement; `known` if it was prepared earlier, when its names could all be resolved.
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
            // It was analysed anew, from its text, and before it ran. What a function raises has a context, and what is
            // raised while it runs has no place in the text.
            (code, _) if code.starts_with("42") && is_about_the_text(error) => Self::SchemaChanged,
            _ => Self::UpToDate,
        }
    }
}

/// Whether the server could not plan anew, from catalogs that changed since or while it looked.
fn is_replan(error: &DbError, known: bool) -> bool {
    let code = error.code();
    // Of a statement that was prepared just now, only a type can have gone in between: that of a bind.
    let gone = if known { "cache lookup failed for " } else { "cache lookup failed for type " };
    (*code == SqlState::FEATURE_NOT_SUPPORTED && error.routine() == Some("RevalidateCachedQuery"))
        || (*code == SqlState::INTERNAL_ERROR && error.message().starts_with(gone) && !is_raised_within(error))
}

fn is_about_the_text(error: &DbError) -> bool {
    matches!(error.position(), Some(ErrorPosition::Original(_))) && error.where_().is_none()
}

/// Whether a function raised it, which may have done things that are not undone.
fn is_raised_within(error: &DbError) -> bool {
    // The server tells of the bind that it was about to read as well.
    error.where_().is_some_and(|it| !it.contains("portal"))
}

/// Says that the prepared form of a statement is out of date, keeping what the server said.
pub(crate) fn invalidated(error: Error) -> Error {
    let text = match error.sql_state() {
        Some("26000") => {
            "the server no longer has the prepared statement, after DEALLOCATE or DISCARD ALL or behind a pooler in \
             transaction mode or statement mode: run the transaction again"
        }
        _ => "the schema has changed since the statement was prepared, so it did not run: run the transaction again",
    };
    error.with_kind(ErrorKind::StatementInvalidated, text)
}

/// Whether `error` is one of those: a transaction of ours, of which nothing has taken effect, can be run again.
pub(crate) fn is_invalidated(error: &Error) -> bool {
    error.kind() == ErrorKind::StatementInvalidated
}
