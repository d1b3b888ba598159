//! The SQL that a model gives for what each update sets a column to.

use super::SqlWriter;
use crate::{ast::QueryId, ident::push_sql, schema::Table};

/// Writes `sql`, whose names are the columns of the row that is updated.
///
/// In an upsert the server would not know whether `changed` is that of the row or of the proposed one, nor in an update
/// that reads other tables. So SQL that names columns stands in a query of them alone, under the table's own name:
///
/// `(SELECT greatest(now(), changed) FROM (SELECT t0."changed") AS "posts" WHERE (t0."changed" IS NULL) IS NOT NULL)`
///
/// The condition always holds. It ties the query to the row even where a name turns out to be none of a column: what is
/// tied to no row is computed once for all of them, and `nextval('s')` would give each the same number.
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

/// The columns whose names stand in `sql`. One too many does no harm, so words in texts and comments count as well.
fn named_columns(sql: &str, table: &Table) -> Vec<&'static str> {
    let is_named = |name: &str| {
        if name.chars().all(is_part_of_name) {
            words(sql).any(|word| word.eq_ignore_ascii_case(name))
        } else {
            // Only within quotes, where a quote is doubled.
            sql.contains(&name.replace('"', "\"\""))
        }
    };
    table.columns.iter().map(|it| it.name).filter(|name| is_named(name)).collect()
}

fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The words of `sql` but for names of functions, behind which a parenthesis opens.
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
