//! Prepared statements that are out of date: how it is noticed, and what is forgotten then.
//!
//! A change of the schema makes prepared statements useless on all connections, and the server says so to each of them by
//! an error that dooms a transaction. So the first connection that meets one ends a [`Generation`], and the others drop
//! what they prepared in it before they run into the same error.

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

/// Forgets what `staleness` says is out of date, and tells what it means for the statement that failed.
pub(crate) fn judge(session: &Arc<Session>, sql: &Sql, plan: &Plan, staleness: Staleness, failure: Failure) -> Failure {
    let cache = &session.cache;
    match staleness {
        Staleness::UpToDate => return failure,
        Staleness::Missing if is_behind_a_pooler(session) => {
            cache.clear();
            return Failure { error: through_a_pooler(failure.error), cause: Cause::Server };
        }
        // Where SQL of the user has changed what names mean, other connections are not concerned.
        Staleness::SchemaChanged if session.is_tainted() => forget_all(session),
        Staleness::SchemaChanged => cache.end_generation(plan.generation),
        Staleness::TypeChanged => forget_all(session),
        Staleness::UnknownLabel => cache.forget(sql),
        // Those by which the driver asks for types are gone as well, so it must not ask.
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

/// The failure of what was prepared for this one use.
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

/// Whether that a prepared statement is missing in a transaction can only mean that a pooler has given another connection of
/// the server to it: nobody else was at the connection, and no SQL ran that could have thrown it away.
pub(crate) fn is_behind_a_pooler(session: &Session) -> bool {
    session.is_open() && session.as_foreign().is_none() && !session.is_escaped() && !session.is_tainted()
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
