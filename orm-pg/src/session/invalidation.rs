//! Prepared statements that are out of date: how it is noticed, and what is forgotten then.
//!
//! A change of the schema makes prepared statements useless on all connections, and the server says so to each of them by
//! an error that dooms a transaction. So the first connection that meets one ends a [`Generation`], and the others drop
//! what they prepared in it before they run into the same error.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use orm_core::{
    error::{Error, ErrorKind},
    statement::Sql,
};
use tokio_postgres::{
    Column,
    error::{DbError, ErrorPosition, SqlState},
    types::Type,
};

use crate::{
    error::{Cause, Failure, through_a_pooler},
    session::{Session, cache::Plan},
};

/// Counts the changes of the schema that the connections of a pool have met.
#[derive(Debug, Default)]
pub(crate) struct Generation(AtomicU64);

impl Generation {
    pub(crate) fn now(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Says that what was prepared in the generation `seen` is out of date. Many may say it of one change, and the first
    /// is heard; whoever prepared in a later one meets a later change by itself.
    pub(crate) fn end(&self, seen: u64) {
        self.0.fetch_max(seen + 1, Ordering::AcqRel);
    }
}

/// What an error of the server says about the prepared statement that it was the answer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing.
    Sound,
    /// The schema has changed since it was prepared.
    Schema,
    /// A value was written for a type as it was before.
    Type,
    /// The label of an enum is unknown: in the enum as it was before, or at all.
    Label,
    /// The server does not have it any more.
    Gone,
}

impl Verdict {
    /// Judges the error of a statement; `known` if it was prepared earlier, when its names could all be resolved.
    pub(crate) fn of(error: &DbError, known: bool) -> Self {
        let (code, routine) = (error.code(), error.routine());
        if *code == SqlState::INVALID_SQL_STATEMENT_NAME {
            return Self::Gone;
        }
        if is_replan(error, known) {
            return Self::Schema;
        }
        if !known {
            return Self::Sound;
        }
        match (code.code(), routine) {
            ("42804", Some("record_recv" | "array_recv")) => Self::Type,
            ("22P02", Some("enum_recv")) => Self::Label,
            // It was analysed anew, from its text, and before it ran. What a function raises has a context, and what is
            // raised while it runs has no place in the text.
            (code, _) if code.starts_with("42") && is_about_the_text(error) => Self::Schema,
            _ => Self::Sound,
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

/// Says of a session whose settings or temporary tables may have changed that names may mean something else in it.
fn renamed(error: Error) -> Error {
    let text = "the schema has changed since the statement was prepared, or what its names mean in this session \
                (`search_path`, temporary tables), so it did not run: run the transaction again";
    error.with_kind(ErrorKind::StatementInvalidated, text)
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

/// Forgets what `verdict` says is out of date, and tells what it means for the statement that failed.
pub(crate) fn judge(session: &Arc<Session>, sql: &Sql, plan: &Plan, verdict: Verdict, failure: Failure) -> Failure {
    let cache = &session.cache;
    match verdict {
        Verdict::Sound => return failure,
        Verdict::Gone if is_behind_a_pooler(session) => {
            cache.clear();
            return Failure { error: through_a_pooler(failure.error), cause: Cause::Server };
        }
        // Where SQL of the user has changed what names mean, other connections are not concerned.
        Verdict::Schema if session.is_tainted() => forget_all(session),
        Verdict::Schema => cache.end_generation(plan.generation),
        Verdict::Type => forget_all(session),
        Verdict::Label => cache.forget(sql),
        // Those by which the driver asks for types are gone as well, so it must not ask.
        Verdict::Gone => cache.clear(),
    }
    session.note_conflict();
    let error = match verdict {
        Verdict::Label => failure.error,
        Verdict::Schema if session.is_tainted() => renamed(failure.error),
        _ => invalidated(failure.error),
    };
    Failure { error, cause: Cause::Stale }
}

/// The failure of what was prepared for this one use.
pub(crate) fn tell(session: &Session, failure: Failure) -> Failure {
    if failure.cause != Cause::Stale {
        return failure;
    }
    if failure.lacks_statement() && is_behind_a_pooler(session) {
        return Failure { error: through_a_pooler(failure.error), cause: Cause::Server };
    }
    session.note_conflict();
    Failure { error: invalidated(failure.error), cause: Cause::Stale }
}

/// Whether that a prepared statement is missing in a transaction can only mean that a pooler has given another connection of
/// the server to it: nobody else was at the connection, and no SQL ran that could have thrown it away.
pub(crate) fn is_behind_a_pooler(session: &Session) -> bool {
    session.is_open() && session.as_theirs().is_none() && !session.is_escaped() && !session.is_tainted()
}

fn forget_all(session: &Session) {
    session.cache.clear();
    session.client().clear_type_cache();
}

/// Forgets the statement for `sql` and the make-up of all types, which is asked for again.
pub(crate) fn forget(session: &Session, sql: &Sql) {
    session.cache.forget(sql);
    session.client().clear_type_cache();
}

/// Whether a bind of `sql` may not fit because its type has changed: it has another type by now, or was made by a user.
pub(crate) fn may_have_changed(sql: &Sql, types: &[Type]) -> bool {
    made_by_users(types) || sql.binds.iter().zip(types).any(|(bind, ty)| !bind.accepts(ty))
}

/// Whether rows that could not be read were perhaps of a type that has changed. The server says so where a column has
/// another type; of the attributes of a composite type and of the names of types it does not.
pub(crate) fn is_misread(failure: &Failure, plan: Option<&Plan>) -> bool {
    failure.cause == Cause::Rows
        && failure.error.kind() == ErrorKind::Decode
        && plan.is_some_and(|it| it.known && made_by_users(it.statement.columns().iter().map(Column::type_)))
}

fn made_by_users<'t>(types: impl IntoIterator<Item = &'t Type>) -> bool {
    types.into_iter().any(|it| Type::from_oid(it.oid()).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_ends_once_for_all_who_prepared_in_it() {
        let generation = Generation::default();
        for _ in 0..10 {
            generation.end(0);
        }
        assert_eq!(generation.now(), 1);
        generation.end(1);
        // Who is late has nothing to say of what was prepared since.
        generation.end(0);
        assert_eq!(generation.now(), 2);
    }
}
