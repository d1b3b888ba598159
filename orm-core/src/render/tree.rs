//! Recursive queries.

use super::{SqlWriter, select::nested};
use crate::ast::{DEPTH, RecursiveQuery};

/// What the rows found so far are called. The blank keeps it apart from tables, whose names it would hide.
pub(super) const NAME: &str = "\"orm tree\"";

/// The query in parentheses.
///
/// UNION drops what was found before, so it ends also where rows lead back to each other. With a depth they would be
/// others each time round: then the step has a bound, or CYCLE looks back; what that finds again is deeper, so `min` leaves
/// it out. The server takes what a recursive query gives for ten times as many rows as it begins with, but grouped by the
/// key for a few hundred: then it looks them up, and does not read the whole table.
pub(super) fn tree(writer: &mut SqlWriter, tree: &RecursiveQuery) {
    writer.push("(WITH RECURSIVE ");
    writer.push(NAME);
    writer.push("(");
    columns(writer, tree.numbered, tree.columns);
    if tree.counted {
        writer.push(", ");
        writer.ident(DEPTH);
    }
    writer.push(") AS (");
    nested(writer, &tree.first);
    writer.push(" UNION ");
    nested(writer, &tree.step);
    writer.push(")");
    if tree.cycle {
        writer.push(" CYCLE ");
        columns(writer, tree.numbered, tree.key);
        writer.push(" SET again USING way");
    }
    let number_in_key = tree.numbered && tree.depth;
    writer.push(" SELECT ");
    columns(writer, number_in_key, tree.key);
    if tree.numbered && !number_in_key {
        // A key is found once for each number, but for each depth that was counted.
        writer.push(if tree.counted { ", array_agg(DISTINCT n) AS n" } else { ", array_agg(n) AS n" });
    }
    if tree.depth {
        writer.push(", min(");
        writer.ident(DEPTH);
        writer.push(") AS ");
        writer.ident(DEPTH);
    }
    writer.push(" FROM ");
    writer.push(NAME);
    writer.push(" GROUP BY ");
    columns(writer, number_in_key, tree.key);
    writer.push(")");
}

fn columns(writer: &mut SqlWriter, numbered: bool, count: usize) {
    if numbered {
        writer.push("n, ");
    }
    writer.each((0..).take(count), ", ", |writer, column| {
        writer.push("c");
        writer.number(column);
    });
}
