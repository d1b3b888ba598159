//! Conditions that are true for every row, which do not count as a filter of an update or a delete.
//!
//! They come about by lists and texts of a request that are empty, and by columns that are compared with themselves by
//! mistake. A condition that depends on the rows is a filter.

use super::equivalence::same;
use crate::{
    ast::{ColumnName, Logic, Node},
    schema::Table,
};

/// Returns whether the condition is true for each row of `table`.
pub(super) fn always(cond: &Node, table: &Table) -> bool {
    match cond {
        Node::Constant(it) => *it == "TRUE",
        Node::Bind(bind) => bind.bool() == Some(true),
        Node::Logic(Logic::And, parts) => parts.iter().all(|it| always(it, table)),
        Node::Logic(Logic::Or, parts) => parts.iter().any(|it| always(it, table)),
        Node::Prefix("NOT", cond) => never(cond, table),
        Node::Postfix(node, "IS NOT NULL") => is_required(node, table),
        Node::Binary(_, "<>", list) if is_empty_list(list, "ALL") => true,
        // `x @> '{}'` and `x LIKE '%'`, made from an empty list and an empty text.
        Node::Binary(node, "@>", list) => is_required(node, table) && is_empty_array(list),
        Node::Binary(node, "LIKE" | "ILIKE", pattern) => is_required(node, table) && is_any_text(pattern),
        Node::Binary(lhs, "IS NOT DISTINCT FROM", rhs) => is_column(lhs) && same(lhs, rhs),
        Node::Binary(lhs, "=" | "<=" | ">=", rhs) => is_required(lhs, table) && same(lhs, rhs),
        _ => false,
    }
}

/// Returns whether the condition is false for each row of `table`: not NULL either, which stays NULL under NOT.
fn never(cond: &Node, table: &Table) -> bool {
    match cond {
        Node::Constant(it) => *it == "FALSE",
        Node::Bind(bind) => bind.bool() == Some(false),
        Node::Logic(Logic::And, parts) => parts.iter().any(|it| never(it, table)),
        Node::Logic(Logic::Or, parts) => parts.iter().all(|it| never(it, table)),
        Node::Prefix("NOT", cond) => always(cond, table),
        Node::Postfix(node, "IS NULL") => is_required(node, table),
        Node::Binary(_, "=", list) if is_empty_list(list, "ANY") => true,
        Node::Binary(node, "NOT LIKE", pattern) => is_required(node, table) && is_any_text(pattern),
        Node::Binary(lhs, "IS DISTINCT FROM", rhs) => is_column(lhs) && same(lhs, rhs),
        Node::Binary(lhs, "<>" | "<" | ">", rhs) => is_required(lhs, table) && same(lhs, rhs),
        _ => false,
    }
}

fn is_column(node: &Node) -> bool {
    matches!(node, Node::Column { .. })
}

/// Returns whether it is a column that is never NULL.
fn is_required(node: &Node, table: &Table) -> bool {
    let Node::Column { source: 0, name: ColumnName::Named(name), .. } = node else { return false };
    table.column(name).is_some_and(|it| !it.nullable)
}

fn is_empty_list(node: &Node, quantifier: &str) -> bool {
    matches!(node, Node::Quantified(word, list) if *word == quantifier && is_empty_array(list))
}

fn is_empty_array(node: &Node) -> bool {
    matches!(node, Node::Bind(bind) if bind.is_empty_array())
}

/// Returns whether it is a pattern that fits every text.
fn is_any_text(node: &Node) -> bool {
    matches!(node, Node::Bind(bind) if bind.is_any_text())
}
