//! Adding and removing rows of a junction table.

use super::{Rendered, Reuse, SqlWriter};
use crate::{ast::JunctionRows, value::Bind};

/// Adds the links that do not exist yet. Renders, with a unique key of their columns,
/// `INSERT INTO "post_tags" ("post_id", "tag_id") SELECT $1, k.k0 FROM unnest($2) AS k(k0) ON CONFLICT (…) DO NOTHING`, otherwise
/// `… WHERE NOT EXISTS (SELECT 1 FROM "post_tags" AS t0 WHERE …) GROUP BY k.k0 ORDER BY min(k.n)`.
pub(crate) fn link(links: &JunctionRows) -> Rendered {
    let mut writer = SqlWriter::new();
    writer.reuse = Reuse::Copies;
    insert(&mut writer, links, "");
    writer.finish()
}

/// Adds the links that do not exist yet, and removes the others that have the same fixed values. Both parts see the table as
/// it was before the statement. The insert selects from the count of the removed rows, so the server removes them first: a row
/// that goes cannot conflict with a new one by another unique key. Renders `WITH gone AS (DELETE FROM … RETURNING 1) INSERT INTO … FROM (SELECT count(*) FROM gone) AS g, unnest($2) …`.
pub(crate) fn set_links(links: &JunctionRows) -> Rendered {
    let mut writer = SqlWriter::new();
    writer.reuse = Reuse::Copies;
    writer.push("WITH gone AS (DELETE FROM ");
    writer.table(links.table);
    writer.push(" AS t0 WHERE ");
    fixed_are_equal(&mut writer, links);
    writer.push(" AND NOT EXISTS (SELECT 1 FROM ");
    unnest(&mut writer, links);
    writer.push(" AS k(");
    parts(&mut writer, links, "");
    writer.push(") WHERE ");
    each_are_equal(&mut writer, links);
    writer.push(") RETURNING 1) ");
    insert(&mut writer, links, "(SELECT count(*) FROM gone) AS g, ");
    writer.finish()
}

/// Takes an advisory lock, once no other transaction holds it. Renders `SELECT pg_advisory_xact_lock($1)`.
pub(crate) fn lock_links(key: i64) -> Rendered {
    let mut writer = SqlWriter::new();
    writer.push("SELECT pg_advisory_xact_lock(");
    writer.bind(&Bind::new(key));
    writer.push(")");
    writer.finish()
}

/// Writes the insert, which also selects from `from`.
fn insert(writer: &mut SqlWriter, links: &JunctionRows, from: &str) {
    writer.push("INSERT INTO ");
    writer.table(links.table);
    writer.push(" (");
    columns(writer, links);
    writer.push(") SELECT ");
    writer.each(&links.fixed, "", |writer, (_, bind)| {
        writer.bind(bind);
        writer.push(", ");
    });
    parts(writer, links, "k.");
    writer.push(" FROM ");
    writer.push(from);
    unnest(writer, links);
    if links.unique {
        writer.push(" AS k(");
        parts(writer, links, "");
        writer.push(") ON CONFLICT (");
        columns(writer, links);
        writer.push(") DO NOTHING");
        return;
    }
    writer.push(" WITH ORDINALITY AS k(");
    parts(writer, links, "");
    writer.push(", n) WHERE NOT EXISTS (SELECT 1 FROM ");
    writer.table(links.table);
    writer.push(" AS t0 WHERE ");
    if !links.fixed.is_empty() {
        fixed_are_equal(writer, links);
        writer.push(" AND ");
    }
    each_are_equal(writer, links);
    // A link that is given twice is added once, and links are stored in the order given.
    writer.push(") GROUP BY ");
    parts(writer, links, "k.");
    writer.push(" ORDER BY min(k.n)");
}

/// `"post_id", "tag_id"`.
fn columns(writer: &mut SqlWriter, links: &JunctionRows) {
    writer.each(links.fixed.iter().chain(&links.each), ", ", |writer, (column, _)| writer.ident(column));
}

/// `k0, k1`, each with `before` in front.
fn parts(writer: &mut SqlWriter, links: &JunctionRows, before: &str) {
    writer.each((0..).zip(&links.each), ", ", |writer, (part, _)| {
        writer.push(before);
        writer.push("k");
        writer.number(part);
    });
}

/// `unnest($2, $3)`, an array for each column.
fn unnest(writer: &mut SqlWriter, links: &JunctionRows) {
    writer.push("unnest(");
    writer.each(&links.each, ", ", |writer, (_, values)| writer.bind(values));
    writer.push(")");
}

/// `t0."post_id" = $1`.
fn fixed_are_equal(writer: &mut SqlWriter, links: &JunctionRows) {
    writer.each(&links.fixed, " AND ", |writer, (column, bind)| {
        writer.push("t0.");
        writer.ident(column);
        writer.push(" = ");
        writer.bind(bind);
    });
}

/// `k.k0 = t0."tag_id"`.
fn each_are_equal(writer: &mut SqlWriter, links: &JunctionRows) {
    writer.each((0..).zip(&links.each), " AND ", |writer, (part, (column, _))| {
        writer.push("k.k");
        writer.number(part);
        writer.push(" = t0.");
        writer.ident(column);
    });
}
