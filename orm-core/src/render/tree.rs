//! Recursive queries.

use super::{SqlWriter, select::nested};
use crate::ast::{DEPTH, RecursiveQuery};

/// The name of the rows found so far. It has a blank, so that it hides no table of the user.
pub(super) const NAME: &str = "\"orm tree\"";

/// Writes the query in parentheses:
/// `(WITH RECURSIVE "orm tree"(c0) AS (SELECT … UNION SELECT …) SELECT c0 FROM "orm tree" GROUP BY c0)`.
///
/// UNION drops rows that were found before, so the recursion ends even if rows refer to each other in a circle. With a depth,
/// each round of the circle would find new rows: then the step has a bound, or CYCLE stops at a row of the same path. A row
/// that is found again is deeper, so `min` ignores it.
///
/// GROUP BY is there for the planner. It expects ten times as many rows from a recursive query as it starts with, but only a
/// few hundred groups: then it looks rows up by their key instead of reading the whole table.
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
        // Where steps are counted, a key may be found at several depths for the same number.
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

/// `n, c0, c1`.
fn columns(writer: &mut SqlWriter, numbered: bool, count: usize) {
    if numbered {
        writer.push("n, ");
    }
    writer.each((0..).take(count), ", ", |writer, column| {
        writer.push("c");
        writer.number(column);
    });
}
