//! Queries: clauses that exclude each other, and what a grouped query may name.

use super::{Scopes, refused};
use crate::{
    ast::{Distinct, Node, Part, Relation, Select},
    error::Result,
};

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
    if select.from.len() > MAX_SOURCES {
        return Err(refused(format!("a query has at most {MAX_SOURCES} sources")));
    }
    for rows in [select.limit, select.offset].into_iter().flatten() {
        if i64::try_from(rows).is_err() {
            return Err(refused(format!("a limit or offset of {rows} rows is more than PostgreSQL counts")));
        }
    }
    scopes.rows(select.from.iter().filter_map(|it| it.on.as_ref()), "ON")?;
    scopes.rows(&select.filters, "a filter")?;
    scopes.rows(&select.group_by, "GROUP BY")?;
    let grouped = is_grouped(select);
    if grouped && select.list.is_none() {
        return Err(refused("a grouped query needs a `select` of what to know of each group"));
    }
    if select.lock.is_some() && (grouped || select.distinct.is_some()) {
        return Err(refused("rows of a grouped or distinct query cannot be locked"));
    }
    if let (Some(Distinct::On(key)), [first, ..]) = (&select.distinct, select.order_by.as_slice())
        && !key.iter().any(|it| same(it, &first.node))
    {
        return Err(refused("the order of a `distinct_on` query must begin with its key"));
    }
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

/// Whether a row stands for many.
pub(crate) fn is_grouped(select: &Select) -> bool {
    !select.group_by.is_empty()
        || !select.having.is_empty()
        || select.list.iter().flatten().any(has_aggregate)
        || select.order_by.iter().any(|it| has_aggregate(&it.node))
}

fn has_aggregate(node: &Node) -> bool {
    if matches!(node, Node::Call(call) if call.aggregate) {
        return true;
    }
    let mut found = false;
    node.parts(&mut |part| found |= has_aggregate(part));
    found
}

fn nested_aggregates(node: &Node, inside: bool) -> Result<()> {
    let aggregate = matches!(node, Node::Call(call) if call.aggregate);
    if aggregate && inside {
        return Err(refused("an aggregate cannot stand in another aggregate"));
    }
    let mut result = Ok(());
    node.parts(&mut |part| {
        if result.is_ok() {
            result = nested_aggregates(part, inside || aggregate);
        }
    });
    result
}

/// Checks that each column of this query that `node` names is part of the group's key, follows from it, or stands in an
/// aggregate.
fn group(select: &Select, node: &Node, place: &str) -> Result<()> {
    if select.group_by.iter().any(|key| same(key, node)) {
        return Ok(());
    }
    match node {
        Node::Call(call) if call.aggregate => Ok(()),
        Node::Column { query, source, name } if *query == select.id && !key_is_grouped(select, *source) => {
            let name = match name {
                crate::ast::ColumnName::Named(name) => (*name).to_owned(),
                crate::ast::ColumnName::Position(position) => format!("column {position}"),
            };
            let text = "has no single value in a group: add it to `group_by`, or aggregate it";
            Err(refused(format!("`{name}` in {place} {text} (`.min()`, `.max()`, `.array_agg()`, …)")))
        }
        node => {
            let mut result = Ok(());
            node.parts(&mut |part| {
                if result.is_ok() {
                    result = group(select, part, place);
                }
            });
            result
        }
    }
}

/// Whether the group's key has the whole primary key of a source, from which all its columns follow.
fn key_is_grouped(select: &Select, source: u8) -> bool {
    let Some(from) = select.from.get(usize::from(source)) else { return false };
    let Relation::Table(table) = from.relation;
    let grouped = |name: &str| {
        select.group_by.iter().any(|node| {
            matches!(node, Node::Column { query, source: of, name: crate::ast::ColumnName::Named(column) }
                if *query == select.id && *of == source && *column == name)
        })
    };
    !table.key.is_empty() && table.key.iter().all(|name| grouped(name))
}

/// Whether two expressions are the same to the server, which sees one placeholder for equal binds of a grouped query.
fn same(a: &Node, b: &Node) -> bool {
    fn all(a: &[Node], b: &[Node]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
    }
    match (a, b) {
        (Node::Column { query: q1, source: s1, name: n1 }, Node::Column { query: q2, source: s2, name: n2 }) => {
            q1 == q2 && s1 == s2 && n1 == n2
        }
        (Node::Bind(a), Node::Bind(b)) => a.is_same(b),
        (Node::Constant(a), Node::Constant(b)) => a == b,
        (Node::Prefix(o1, a), Node::Prefix(o2, b)) | (Node::Postfix(a, o1), Node::Postfix(b, o2)) => {
            o1 == o2 && same(a, b)
        }
        (Node::Quantified(w1, a), Node::Quantified(w2, b)) => w1 == w2 && same(a, b),
        (Node::Binary(a1, o1, b1), Node::Binary(a2, o2, b2)) => o1 == o2 && same(a1, a2) && same(b1, b2),
        (Node::Between(a1, b1, c1), Node::Between(a2, b2, c2)) => same(a1, a2) && same(b1, b2) && same(c1, c2),
        (Node::Logic(k1, a), Node::Logic(k2, b)) => k1 == k2 && all(a, b),
        (Node::Cast(a, t1), Node::Cast(b, t2)) => t1 == t2 && same(a, b),
        (Node::Call(a), Node::Call(b)) => !a.aggregate && a.name == b.name && all(&a.args, &b.args),
        (Node::Case { arms: a, otherwise: o1 }, Node::Case { arms: b, otherwise: o2 }) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|((c1, v1), (c2, v2))| same(c1, c2) && same(v1, v2))
                && match (o1, o2) {
                    (Some(a), Some(b)) => same(a, b),
                    (None, None) => true,
                    _ => false,
                }
        }
        (Node::Raw(a), Node::Raw(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|parts| match parts {
                    (Part::Text(a), Part::Text(b)) => a == b,
                    (Part::Node(a), Part::Node(b)) => same(a, b),
                    _ => false,
                })
        }
        _ => false,
    }
}
