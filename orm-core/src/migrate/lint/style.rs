//! Types that are rarely what one wants, in new tables and columns.

use super::{change::Change, finding::Level};
use crate::catalog::{Column, ConstraintKind, Table};

pub(super) fn check(change: &mut Change<'_>) {
    let mut found = Vec::new();
    for table in &change.step.after.tables {
        let before = change.step.before.table(&table.name);
        for column in table.columns.iter().filter(|it| before.is_none_or(|before| before.column(&it.name).is_none())) {
            let rules = of_column(table, column);
            found.extend(rules.into_iter().map(|it| (table.name.clone(), column.name.clone(), it)));
        }
    }
    // A renamed table is not new.
    let renamed = change.step.before.tables.iter().any(|it| change.step.after.table(&it.name).is_none());
    for (table, column, (rule, level, advice)) in found.into_iter().filter(|_| !renamed) {
        change.find(rule, level, &table, format!("{table}.{column:?}: {advice}"), Vec::new());
    }
}

fn of_column(table: &Table, column: &Column) -> Vec<(&'static str, Level, &'static str)> {
    let mut rules = Vec::new();
    let key =
        table.constraints.iter().any(|it| it.kind == ConstraintKind::PrimaryKey && it.columns.contains(&column.name));
    let numbered = column.default.as_deref().is_some_and(|it| it.starts_with("nextval("));
    let ty = column.ty.as_str();
    if ty == "integer" && (key || numbered) {
        rules.push((
            "prefer-bigint-over-int",
            Level::Note,
            "a key of 4 bytes ends at 2147483647, and a wider one later costs a lot",
        ));
    }
    if ty == "smallint" {
        rules.push((
            "prefer-bigint-over-smallint",
            Level::Note,
            "2 bytes end at 32767, and the next column is aligned anyway",
        ));
    }
    if numbered {
        rules.push((
            "prefer-identity",
            Level::Note,
            "an identity column owns its sequence and its permissions; a serial one does not",
        ));
    }
    if ty.starts_with("character varying(") {
        rules.push((
            "prefer-text-field",
            Level::Note,
            "text with a CHECK can change its limit without a lock on reads",
        ));
    }
    if ty.starts_with("character(") || ty == "character" {
        rules.push(("ban-char-field", Level::Warning, "char(n) pads with blanks, which comparisons ignore: use text"));
    }
    if ty.starts_with("timestamp") && ty.ends_with("without time zone") {
        rules.push((
            "prefer-timestamptz",
            Level::Note,
            "without a time zone the same value means another instant elsewhere",
        ));
    }
    if ty == "json" {
        rules.push((
            "add-column-json",
            Level::Warning,
            "json has no operator =, so DISTINCT and GROUP BY of all columns fail: use jsonb",
        ));
    }
    rules
}
