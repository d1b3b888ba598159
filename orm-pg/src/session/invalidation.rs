//! Forgets prepared statements that are out of date.
//!
//! A change of the schema makes prepared statements useless on all connections, and each of them learns it from an
//! error that aborts its transaction. So the first connection that gets one ends a
//! [`Generation`](super::cache::Generation), and the others close their statements of that generation before they meet
//! the same error.

use std::sync::Arc;

use orm_core::{
    error::{Error, ErrorKind},
    statement::Sql,
};
use tokio_postgres::{Column, types::Type};

use super::{Session, cache::Plan};
use crate::error::{
    Cause, Failure,
    staleness::{Staleness, invalidated},
    through_a_pooler,
};

/// As [`invalidated`], for a session whose settings or temporary tables may have changed what names refer to.
fn renamed(error: Error) -> Error {
    let text = "the schema has changed since the statement was prepared, or what its names mean in this session \
                (`search_path`, temporary tables), so it did not run: run the transaction again";
    error.with_kind(ErrorKind::StatementInvalidated, text)
}

/// Forgets the statements that are out of date according to `staleness`, and returns the failure of the statement.
pub(crate) fn judge(session: &Arc<Session>, sql: &Sql, plan: &Plan, staleness: Staleness, failure: Failure) -> Failure {
    let cache = &session.cache;
    match staleness {
        Staleness::UpToDate => return failure,
        Staleness::Missing if is_behind_a_pooler(session) => {
            cache.clear();
            return Failure { error: through_a_pooler(failure.error), cause: Cause::Server };
        }
        // If raw SQL has changed what names refer to in this session, other connections are not affected.
        Staleness::SchemaChanged if session.is_tainted() => forget_all(session),
        Staleness::SchemaChanged => cache.end_generation(plan.generation),
        Staleness::TypeChanged => forget_all(session),
        Staleness::UnknownLabel => cache.forget(sql),
        // The statements with which the driver looks types up are missing as well, so it must keep the types that it
        // knows.
        Staleness::Missing => cache.clear(),
    }
    session.note_conflict();
    let error = match staleness {
        Staleness::UnknownLabel => failure.error,
        Staleness::SchemaChanged if session.is_tainted() => renamed(failure.error),
        _ => invalidated(failure.error),
    };
    Failure { error, cause: Cause::Stale }
}

/// The failure of a statement that was prepared for this use only.
pub(crate) fn judge_unkept(session: &Session, failure: Failure) -> Failure {
    if failure.cause != Cause::Stale {
        return failure;
    }
    if failure.lacks_statement() && is_behind_a_pooler(session) {
        return Failure { error: through_a_pooler(failure.error), cause: Cause::Server };
    }
    session.note_conflict();
    Failure { error: invalidated(failure.error), cause: Cause::Stale }
}

/// Whether a prepared statement that is missing in a transaction proves that a pooler has switched the server
/// connection: no other program uses the connection, and no SQL ran that could have deallocated the statement.
pub(crate) fn is_behind_a_pooler(session: &Session) -> bool {
    session.is_open() && session.as_foreign().is_none() && !session.is_escaped() && !session.is_tainted()
}

fn forget_all(session: &Session) {
    session.cache.clear();
    session.client().clear_type_cache();
}

/// Forgets the statement for `sql`, and all types, which the driver looks up again.
pub(crate) fn forget(session: &Session, sql: &Sql) {
    session.cache.forget(sql);
    session.client().clear_type_cache();
}

/// Whether a bind of `sql` may have failed to encode because its type has changed: the parameter has another type by
/// now, or a user-defined one.
pub(crate) fn may_have_changed(sql: &Sql, types: &[Type]) -> bool {
    made_by_users(types) || sql.binds.iter().zip(types).any(|(bind, ty)| !bind.accepts(ty))
}

/// Whether rows could perhaps not be decoded because a type has changed. The server reports it if a column has another
/// type, but not if the attributes of a composite type or the name of a type have changed.
pub(crate) fn is_misread(failure: &Failure, plan: Option<&Plan>) -> bool {
    failure.cause == Cause::Rows
        && failure.error.kind() == ErrorKind::Decode
        && plan.is_some_and(|it| it.known && made_by_users(it.statement.columns().iter().map(Column::type_)))
}

fn made_by_users<'t>(types: impl IntoIterator<Item = &'t Type>) -> bool {
    types.into_iter().any(|it| Type::from_oid(it.oid()).is_none())
}
