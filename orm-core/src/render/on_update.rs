//! `on_update`: the SQL of a model for the value that each update gives a column.

use super::SqlWriter;
use crate::{ast::QueryId, ident::push_sql, schema::Table};

/// Writes `sql`, in which names are columns of the row that is updated.
///
/// In an upsert, and in an update that reads other tables, the server would not know of which row `changed` is a column. So
/// SQL that names columns is put in a sub-query that has only these, under the table's own name:
///
/// `(SELECT greatest(now(), changed) FROM (SELECT t0."changed") AS "posts" WHERE (t0."changed" IS NULL) IS NOT NULL)`
///
/// The condition is always true. It makes the sub-query depend on the row, even if a name turns out not to be a column: a
/// sub-query that does not is evaluated once for all rows, and `nextval('s')` would give each row the same number.
pub(super) fn on_update(writer: &mut SqlWriter, table: &Table, id: QueryId, sql: &str) {
    let columns = named_columns(sql, table);
    let [first, ..] = columns.as_slice() else { return push_sql(&mut writer.text, sql) };
    let column = |writer: &mut SqlWriter, name: &str| {
        writer.alias(id, 0);
        writer.push(".");
        writer.ident(name);
    };
    writer.push("(SELECT ");
    push_sql(&mut writer.text, sql);
    writer.push(" FROM (SELECT ");
    writer.each(&columns, ", ", |writer, name| column(writer, name));
    writer.push(") AS ");
    writer.ident(table.name);
    writer.push(" WHERE (");
    column(writer, first);
    writer.push(" IS NULL) IS NOT NULL)");
}

/// The columns whose names occur in `sql`. One too many does no harm, so words in texts and comments count as well.
fn named_columns(sql: &str, table: &Table) -> Vec<&'static str> {
    let is_named = |name: &str| {
        if name.chars().all(is_part_of_name) {
            words(sql).any(|word| word.eq_ignore_ascii_case(name))
        } else {
            // Only in quotes, where a quote is doubled.
            sql.contains(&name.replace('"', "\"\""))
        }
    };
    table.columns.iter().map(|it| it.name).filter(|name| is_named(name)).collect()
}

fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The words of `sql` except names of functions, which have a parenthesis after them.
fn words(sql: &str) -> impl Iterator<Item = &str> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(|c| !is_part_of_name(c));
            if rest.is_empty() {
                return None;
            }
            let end = rest.find(|c| !is_part_of_name(c)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            rest = behind;
            if !behind.trim_start().starts_with('(') {
                return Some(word);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_no_columns() {
        let found: Vec<_> = words("greatest(now(), \"Now\", a.b + coalesce (c, 'x'))").collect();
        assert_eq!(found, ["Now", "a", "b", "c", "x"]);
        assert_eq!(words("").count() + words(" ( ) ").count(), 0);
    }
}
