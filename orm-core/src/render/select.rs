//! SELECT.

use super::{Rendered, Reuse, SqlWriter};
use crate::{
    ast::{Clause, Distinct, From, FromItem, Join, Lock, LockStrength, LockWait, Select},
    value::Bind,
};

/// The statement: `SELECT … FROM …`.
pub(crate) fn select(select: &Select) -> Rendered {
    let mut writer = SqlWriter::new();
    nested(&mut writer, select);
    writer.finish()
}

/// A statement that counts the rows of `select`: `SELECT count(*) FROM "users" AS t0 WHERE …`, or
/// `SELECT count(*) FROM (SELECT …) AS counted`.
pub(crate) fn count(select: &Select) -> Rendered {
    let mut writer = SqlWriter::new();
    if counts_plainly(select) {
        writer.open(select.id, select.from.len());
        writer.push("SELECT count(*)");
        from_where(&mut writer, select);
    } else {
        writer.push("SELECT count(*) FROM (");
        nested(&mut writer, select);
        writer.push(") AS counted");
    }
    writer.finish()
}

/// Returns whether `count(*)` over the same sources and filters is the count: no other clause changes the number of rows, or
/// has to be checked by the server.
pub(crate) fn counts_plainly(select: &Select) -> bool {
    select.has_only(&[Clause::Join, Clause::Where, Clause::OrderBy])
}

/// A statement that asks whether `select` finds a row: `SELECT EXISTS (SELECT 1 FROM …)`.
pub(crate) fn exists(select: &Select) -> Rendered {
    let mut writer = SqlWriter::new();
    writer.push("SELECT EXISTS (");
    nested_exists(&mut writer, select);
    writer.push(")");
    writer.finish()
}

/// The query, where it only matters whether it finds a row: `SELECT 1 FROM … WHERE … LIMIT $1`.
pub(super) fn nested_exists(writer: &mut SqlWriter, select: &Select) {
    // With any other clause, for instance an aggregate, it depends on the list or on the order which rows there are.
    let free_of_list_and_order =
        [Clause::Select, Clause::Join, Clause::Where, Clause::OrderBy, Clause::Limit, Clause::Offset, Clause::Lock];
    if !select.has_only(&free_of_list_and_order) {
        return nested(writer, select);
    }
    writer.open(select.id, select.from.len());
    writer.push("SELECT 1");
    from_where(writer, select);
    limits(writer, select);
    if let Some(lock) = select.lock {
        writer.locks = true;
        writer.push(lock_clause(lock));
    }
    writer.close();
}

/// The query, as a statement or a part of one: `SELECT DISTINCT … FROM … WHERE … GROUP BY … HAVING … ORDER BY … LIMIT …
/// FOR UPDATE`.
pub(super) fn nested(writer: &mut SqlWriter, select: &Select) {
    writer.open(select.id, select.from.len());
    let before = writer.reuse;
    if select.distinct.is_some() || !select.group_by.is_empty() {
        writer.reuse = Reuse::Equal;
    }
    writer.push("SELECT ");
    match &select.distinct {
        None => {}
        Some(Distinct::Rows) => writer.push("DISTINCT "),
        Some(Distinct::On(key)) => {
            writer.push("DISTINCT ON (");
            writer.keys(key);
            writer.push(") ");
        }
    }
    match &select.list {
        Some(list) => writer.list(list, ", "),
        None => writer.push("*"),
    }
    from_where(writer, select);
    if !select.group_by.is_empty() {
        writer.push(" GROUP BY ");
        writer.keys(&select.group_by);
    }
    writer.all_of(" HAVING ", &select.having);
    if !select.order_by.is_empty() {
        writer.push(" ORDER BY ");
        writer.order(&select.order_by);
    }
    limits(writer, select);
    if let Some(lock) = select.lock {
        writer.locks = true;
        writer.push(lock_clause(lock));
    }
    writer.reuse = before;
    writer.close();
}

/// ` FROM "users" AS t0 JOIN … WHERE …`.
fn from_where(writer: &mut SqlWriter, select: &Select) {
    for (source, from) in select.from.iter().enumerate() {
        from_item(writer, select, source, from);
    }
    writer.all_of(" WHERE ", &select.filters);
}

/// ` FROM "users" AS t0`, ` JOIN unnest($1) WITH ORDINALITY AS t1(k0, n) ON …`, ` JOIN LATERAL (SELECT …) AS t1(c0) ON TRUE`.
fn from_item(writer: &mut SqlWriter, select: &Select, source: usize, from: &From) {
    writer.push(match from.join {
        Join::First => " FROM ",
        Join::Inner => " JOIN ",
        Join::Left => " LEFT JOIN ",
        Join::Right => " RIGHT JOIN ",
        Join::Full => " FULL JOIN ",
    });
    let alias = |writer: &mut SqlWriter| writer.alias(select.id, u8::try_from(source).unwrap_or(u8::MAX));
    match &from.relation {
        FromItem::Table(table) => {
            writer.views |= table.view;
            writer.table(table);
            writer.push(" AS ");
            alias(writer);
        }
        FromItem::Keys(parts) => {
            writer.push("unnest(");
            writer.each(parts, ", ", SqlWriter::bind);
            writer.push(") WITH ORDINALITY AS ");
            alias(writer);
            writer.push("(");
            for (part, _) in (0..).zip(parts) {
                writer.push("k");
                writer.number(part);
                writer.push(", ");
            }
            writer.push("n)");
        }
        FromItem::Lateral(query) => {
            writer.push("LATERAL (");
            nested(writer, query);
            writer.push(") AS ");
            alias(writer);
            writer.push("(");
            writer.each((0..).zip(query.list.iter().flatten()), ", ", |writer, (column, _)| {
                writer.push("c");
                writer.number(column);
            });
            writer.push(")");
        }
        FromItem::Rows(query) => {
            writer.push("(");
            nested(writer, query);
            writer.push(") AS ");
            alias(writer);
        }
        FromItem::Recursive(tree) => {
            super::tree::tree(writer, tree);
            writer.push(" AS ");
            alias(writer);
        }
        FromItem::PreviousStep => {
            writer.push(super::tree::NAME);
            writer.push(" AS ");
            alias(writer);
        }
    }
    if let Some(on) = &from.on {
        writer.push(" ON ");
        writer.node(on);
    }
}

/// `LIMIT $1 OFFSET $2`, or `OFFSET $1 FETCH FIRST $2 ROWS WITH TIES`. They travel as binds, so that pages of any size are
/// one statement.
fn limits(writer: &mut SqlWriter, select: &Select) {
    let limit = (" LIMIT ", select.limit, "");
    let offset = (" OFFSET ", select.offset, "");
    let fetch = (" FETCH FIRST ", select.limit, " ROWS WITH TIES");
    for (before, rows, after) in if select.with_ties { [offset, fetch] } else { [limit, offset] } {
        if let Some(rows) = rows {
            writer.push(before);
            writer.bind(&Bind::new(i64::try_from(rows).unwrap_or(i64::MAX)));
            writer.push(after);
        }
    }
}

fn lock_clause(lock: Lock) -> &'static str {
    match (lock.strength, lock.wait) {
        (LockStrength::Update, LockWait::Wait) => " FOR UPDATE",
        (LockStrength::Update, LockWait::SkipLocked) => " FOR UPDATE SKIP LOCKED",
        (LockStrength::Update, LockWait::NoWait) => " FOR UPDATE NOWAIT",
        (LockStrength::NoKeyUpdate, LockWait::Wait) => " FOR NO KEY UPDATE",
        (LockStrength::NoKeyUpdate, LockWait::SkipLocked) => " FOR NO KEY UPDATE SKIP LOCKED",
        (LockStrength::NoKeyUpdate, LockWait::NoWait) => " FOR NO KEY UPDATE NOWAIT",
        (LockStrength::Share, LockWait::Wait) => " FOR SHARE",
        (LockStrength::Share, LockWait::SkipLocked) => " FOR SHARE SKIP LOCKED",
        (LockStrength::Share, LockWait::NoWait) => " FOR SHARE NOWAIT",
        (LockStrength::KeyShare, LockWait::Wait) => " FOR KEY SHARE",
        (LockStrength::KeyShare, LockWait::SkipLocked) => " FOR KEY SHARE SKIP LOCKED",
        (LockStrength::KeyShare, LockWait::NoWait) => " FOR KEY SHARE NOWAIT",
    }
}
