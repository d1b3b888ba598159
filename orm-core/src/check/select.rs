//! Queries: clauses that exclude each other, and what a grouped query may name.

use super::{Scopes, equivalence::same, not_refused, refused};
use crate::{
    ast::{ColumnName, Distinct, FromItem, Join, LockWait, Node, Select},
    error::{Error, ErrorKind, Result},
    schema::Deferrable,
};

/// The error for a grouped query that still reads whole rows.
const WITHOUT_SELECT: &str = "a grouped query needs a `select` that says what to return for each group";

/// The most sources that a query can have.
const MAX_SOURCES: usize = 8;

pub(crate) fn select(select: &Select) -> Result<()> {
    nested(&mut Scopes(vec![]), select)
}

pub(super) fn nested(scopes: &mut Scopes, select: &Select) -> Result<()> {
    scopes.0.push(select.id);
    let result = query(scopes, select);
    scopes.0.pop();
    result
}

fn query(scopes: &mut Scopes, select: &Select) -> Result<()> {
    not_refused(select.refused.as_ref())?;
    if select.from.len() > MAX_SOURCES {
        return Err(refused(format!("a query has at most {MAX_SOURCES} sources")));
    }
    for rows in [select.limit, select.offset].into_iter().flatten() {
        if i64::try_from(rows).is_err() {
            // A value that is too large, from a request perhaps, and not a mistake in the query.
            let text = "a limit or offset is larger than PostgreSQL can count, which is the largest `i64`";
            return Err(Error::new(ErrorKind::Encode, text));
        }
    }
    for from in &select.from {
        match &from.relation {
            FromItem::Lateral(query) | FromItem::Rows(query) => nested(scopes, query)?,
            FromItem::Recursive(tree) => {
                nested(scopes, &tree.first)?;
                nested(scopes, &tree.step)?;
            }
            FromItem::Table(_) | FromItem::Keys(_) | FromItem::PreviousStep => {}
        }
    }
    scopes.rows(select.from.iter().filter_map(|it| it.on.as_ref()), "ON")?;
    scopes.rows(&select.filters, "a filter")?;
    scopes.rows(&select.group_by, "GROUP BY")?;
    let grouped = select.is_grouped();
    if grouped && select.list.is_none() {
        return Err(refused(WITHOUT_SELECT));
    }
    if select.lock.is_some() && (grouped || select.distinct.is_some()) {
        return Err(refused("rows of a grouped or distinct query cannot be locked"));
    }
    if select.lock.is_some() && select.from.iter().any(|it| matches!(it.join, Join::Left | Join::Right | Join::Full)) {
        let text = "rows of an outer join cannot be locked, because some may be missing";
        return Err(refused(format!("{text}: lock them in a query without the join, filtered by `in_` over this one")));
    }
    ties(select)?;
    distinct(select)?;
    let distinct_on = match &select.distinct {
        Some(Distinct::On(key)) => key.as_slice(),
        Some(Distinct::Rows) | None => &[],
    };
    let results = (select.list.iter().flatten().map(|it| (it, "the select list")))
        .chain(select.having.iter().map(|it| (it, "HAVING")))
        .chain(select.order_by.iter().map(|it| (&it.node, "ORDER BY")))
        .chain(distinct_on.iter().map(|it| (it, "DISTINCT ON")));
    for (node, place) in results {
        scopes.walk(node, &mut |_| Ok(()))?;
        if grouped {
            group(select, node, place)?;
        }
        nested_aggregates(node, false)?;
    }
    Ok(())
}

/// Checks what WITH TIES requires: `ORDER BY a FETCH FIRST 3 ROWS WITH TIES`, and no row left out by SKIP LOCKED.
fn ties(select: &Select) -> Result<()> {
    if !select.with_ties {
        return Ok(());
    }
    if select.limit.is_none() || select.order_by.is_empty() {
        let text =
            "`with_ties` needs `order_by` and `limit`: it adds rows that are equal to the last one in that order";
        return Err(refused(text));
    }
    if select.lock.is_some_and(|it| it.wait == LockWait::SkipLocked) {
        return Err(refused(
            "`with_ties` returns all rows that tie, and `skip_locked` leaves out some: use one of them",
        ));
    }
    Ok(())
}

/// Checks what DISTINCT requires of the order, because the server sorts to find duplicate rows: `DISTINCT ON (a, b)` needs
/// `ORDER BY a, b, …`, and `SELECT DISTINCT a` can only be ordered by `a`.
fn distinct(select: &Select) -> Result<()> {
    let order = || select.order_by.iter().map(|it| &it.node);
    match (&select.distinct, &select.list) {
        (Some(Distinct::On(key)), _) => {
            // The whole key first, in any order; or only a part of it and nothing else.
            let first = order().take_while(|node| has(key, node)).count();
            let whole = key.iter().all(|part| order().take(first).any(|node| same(part, node)));
            if first < select.order_by.len() && !whole {
                return Err(refused("the `order_by` of a `distinct_on` query must begin with its whole key"));
            }
        }
        (Some(Distinct::Rows), Some(list)) if !order().all(|node| has(list, node)) => {
            let text = "a `distinct` query can only be ordered by what it selects: duplicate rows may differ in everything else";
            return Err(refused(text));
        }
        (Some(Distinct::Rows) | None, _) => {}
    }
    Ok(())
}

fn has(nodes: &[Node], node: &Node) -> bool {
    nodes.iter().any(|it| same(it, node))
}

fn nested_aggregates(node: &Node, inside: bool) -> Result<()> {
    if node.is_leaf() {
        return Ok(());
    }
    let aggregate = matches!(node, Node::Call(call) if call.aggregate);
    if aggregate && inside {
        return Err(refused("an aggregate cannot contain another aggregate"));
    }
    if let Node::Call(call) = node
        && call.distinct
        && !call.order_by.iter().all(|it| has(&call.args, &it.node))
    {
        let text =
            "a `distinct` aggregate can only be ordered by its arguments: equal values may differ in everything else";
        return Err(refused(text));
    }
    let mut result = Ok(());
    node.parts(&mut |part| {
        if result.is_ok() {
            result = nested_aggregates(part, inside || aggregate);
        }
    });
    result
}

/// Checks that each column of this query that `node` names is part of the group's key, follows from it, or is used in
/// an aggregate.
fn group(select: &Select, node: &Node, place: &str) -> Result<()> {
    if has(&select.group_by, node) {
        return Ok(());
    }
    let mut result = Ok(());
    match node {
        Node::Call(call) if call.aggregate => {}
        Node::Column { query, source, name } if *query == select.id && !key_is_grouped(select, *source) => {
            return Err(ungrouped(*name, place));
        }
        Node::Columns { query, source, .. } if *query == select.id && !key_is_grouped(select, *source) => {
            return Err(refused(WITHOUT_SELECT));
        }
        // The columns of the model itself may all be in the group's key without being its primary key.
        Node::WholeRow { query, source } if *query == select.id && !key_is_grouped(select, *source) => {
            let text = "may be missing, and a group cannot tell: add its primary key to `group_by`";
            return Err(refused(format!("the model of an outer join in {place} {text}")));
        }
        Node::Subquery(nested) | Node::Exists(nested) => nested.nodes(&mut |node| {
            if result.is_ok() {
                result = group_in_subquery(select, node);
            }
        }),
        node => node.parts(&mut |part| {
            if result.is_ok() {
                result = group(select, part, place);
            }
        }),
    }
    result
}

/// The same for an expression of a sub-query: there the server recognizes only columns of the key, not expressions.
fn group_in_subquery(select: &Select, node: &Node) -> Result<()> {
    let mut result = Ok(());
    let mut visit = |part: &Node| {
        if result.is_ok() {
            result = group_in_subquery(select, part);
        }
    };
    match node {
        Node::Column { query, source, name } if *query == select.id => {
            if !has(&select.group_by, node) && !key_is_grouped(select, *source) {
                return Err(ungrouped(*name, "a sub-query"));
            }
        }
        Node::Subquery(nested) | Node::Exists(nested) => nested.nodes(&mut visit),
        node => node.parts(&mut visit),
    }
    result
}

fn ungrouped(name: ColumnName, place: &str) -> Error {
    let name = match name {
        ColumnName::Named(name) => name.to_owned(),
        ColumnName::Position(position) => format!("column {position}"),
    };
    let text = "has no single value in a group: add it to `group_by`, or aggregate it";
    refused(format!("`{name}` in {place} {text} (`.min()`, `.max()`, `.array_agg()`, …)"))
}

/// Returns whether the group's key has the whole primary key of a source, from which all its columns follow.
fn key_is_grouped(select: &Select, source: u8) -> bool {
    let Some(from) = select.from.get(usize::from(source)) else { return false };
    let Some(table) = from.relation.table() else { return false };
    let grouped = |name: &str| {
        select.group_by.iter().any(|node| {
            matches!(node, Node::Column { query, source: of, name: ColumnName::Named(column) }
                if *query == select.id && *of == source && *column == name)
        })
    };
    // The server makes nothing of a key that can be deferred, or that is unique without being the primary key.
    let checked = table.primary_key.deferrable == Deferrable::No && !table.primary_key.absent;
    checked && !table.key.is_empty() && table.key.iter().all(|name| grouped(name))
}
