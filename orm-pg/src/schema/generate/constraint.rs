//! The options for keys, constraints and indexes.

use std::collections::BTreeMap;

use super::{
    foreign_key::{self, deferrable, primary_key},
    model::Model,
    name::{of_constraint, written},
    option::{literal, pair},
};
use crate::schema::catalog::{Constraint, ConstraintKind, Index, IndexKey, Table};

/// The options of a model for its constraints and indexes: those of the struct, and those of fields with their column.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) of_struct: Vec<String>,
    pub(super) of_fields: Vec<(String, String)>,
    /// What cannot be said.
    pub(super) notes: Vec<String>,
}

/// Returns the options for the primary key, unique and exclusion constraints, checks and indexes of a table.
pub(super) fn of(model: &Model<'_>, table: &Table) -> Options {
    let mut out = Options::default();
    let names = Names { table: &table.name.name, constants: super::name::constants(table) };
    if let Some(key) = primary_key(table) {
        of_key(&mut out, &names, model, key);
    } else if let Some(key) = foreign_key::key(table) {
        out.of_fields.extend(key.into_iter().map(|it| (it.clone(), "key".to_owned())));
        out.of_struct.push("primary_key = none".to_owned());
    }
    for constraint in &table.constraints {
        match constraint.kind {
            ConstraintKind::Unique => of_unique(&mut out, &names, model, constraint),
            ConstraintKind::Check => of_check(&mut out, &names, constraint),
            ConstraintKind::Exclusion => of_exclusion(&mut out, &names, model, constraint),
            _ => {}
        }
    }
    for index in &table.indexes {
        of_index(&mut out, &names, model, index);
    }
    for note in &mut out.notes {
        note.push_str(&format!(" of {}.{} is not in the models", table.name.schema, table.name.name));
    }
    out
}

/// The names of the table's constraints.
struct Names<'a> {
    table: &'a str,
    constants: BTreeMap<&'a str, String>,
}

impl Names<'_> {
    /// The options `name = ".."`, unless PostgreSQL has chosen the name, and `constant = ..`, if the derive would choose another.
    fn options(&self, name: &str, columns: &[String], label: &str) -> Vec<String> {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let repeats = columns.iter().enumerate().any(|(at, it)| columns.iter().take(at).any(|other| other == it));
        let chosen = !repeats && of_constraint(self.table, &columns, label) == name;
        let given = (!chosen).then(|| pair("name", name));
        given.into_iter().chain(self.constant(name)).collect()
    }

    fn constant(&self, name: &str) -> Option<String> {
        self.constants.get(name).map(|it| format!("constant = {it}"))
    }
}

fn fields(model: &Model<'_>, columns: &[String]) -> Option<Vec<String>> {
    columns.iter().map(|it| model.field(it).map(written)).collect()
}

/// What constraints with an index have in common.
fn of_index_parts(model: &Model<'_>, include: &[String], storage: &[String]) -> Vec<String> {
    let mut items = Vec::new();
    if let Some(fields) = fields(model, include).filter(|it| !it.is_empty()) {
        items.push(format!("include({})", fields.join(", ")));
    }
    items.extend(with(storage));
    items
}

/// The option `with = ".."`.
pub(super) fn with(storage: &[String]) -> Option<String> {
    let one = |it: &String| match it.split_once('=') {
        Some((name, value)) if !value.chars().all(|it| it.is_ascii_alphanumeric() || it == '.') => {
            format!("{name} = '{}'", value.replace('\'', "''"))
        }
        Some((name, value)) => format!("{name} = {value}"),
        None => it.clone(),
    };
    (!storage.is_empty()).then(|| pair("with", &storage.iter().map(one).collect::<Vec<_>>().join(", ")))
}

fn of_key(out: &mut Options, names: &Names<'_>, model: &Model<'_>, key: &Constraint) {
    if key.period {
        return out.notes.push(format!("the primary key {}", key.name));
    }
    out.of_fields.extend(key.columns.iter().map(|it| (it.clone(), "key".to_owned())));
    let mut items = Vec::new();
    let in_order = model.fields.iter().map(|(column, _)| column).filter(|it| key.columns.contains(it));
    if !in_order.eq(key.columns.iter()) {
        items.extend(fields(model, &key.columns).unwrap_or_default());
    }
    items.extend(names.options(&key.name, &[], "pkey"));
    items.extend(of_index_parts(model, &key.include, &key.storage));
    if key.deferrable {
        items.push(deferrable(key));
    }
    if !items.is_empty() {
        out.of_struct.push(format!("primary_key({})", items.join(", ")));
    }
}

fn of_unique(out: &mut Options, names: &Names<'_>, model: &Model<'_>, unique: &Constraint) {
    let Some(fields) = fields(model, &unique.columns).filter(|_| !unique.period) else {
        return out.notes.push(format!("the unique constraint {}", unique.name));
    };
    let mut items: Vec<String> =
        names.options(&unique.name, &[unique.columns.as_slice(), &unique.include].concat(), "key");
    items.extend(of_index_parts(model, &unique.include, &unique.storage));
    if unique.nulls_not_distinct {
        items.push("nulls = not_distinct".to_owned());
    }
    if unique.deferrable {
        items.push(deferrable(unique));
    }
    match unique.columns.as_slice() {
        [only] if !out.of_fields.iter().any(|(column, it)| column == only && it.starts_with("unique")) => {
            let option = if items.is_empty() { "unique".to_owned() } else { format!("unique({})", items.join(", ")) };
            out.of_fields.push((only.clone(), option));
        }
        _ => out.of_struct.push(format!("unique({})", fields.into_iter().chain(items).collect::<Vec<_>>().join(", "))),
    }
}

fn of_check(out: &mut Options, names: &Names<'_>, check: &Constraint) {
    if !check.local {
        return;
    }
    let condition = check.expression.as_deref().map(without_parentheses);
    let Some(condition) = condition.filter(|_| check.enforced) else {
        return out.notes.push(format!("the check {}", check.name));
    };
    let mut items = vec![literal(condition)];
    items.extend(names.options(&check.name, &[], "check"));
    if !check.validated {
        items.push("not_valid".to_owned());
    }
    out.of_struct.push(format!("check({})", items.join(", ")));
}

/// Removes parentheses around the whole expression.
fn without_parentheses(sql: &str) -> &str {
    let Some(inner) = sql.strip_prefix('(').and_then(|it| it.strip_suffix(')')) else { return sql };
    let (mut depth, mut quote) = (0_i32, None);
    for c in inner.chars() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('(', None) => depth += 1,
            (')', None) => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return sql;
        }
    }
    inner
}

fn of_exclusion(out: &mut Options, names: &Names<'_>, model: &Model<'_>, exclusion: &Constraint) {
    let keys = exclusion.elements.as_ref().and_then(|it| {
        let keys = it.keys.iter().zip(&it.operators);
        let keys =
            keys.map(|(key, operator)| Some(format!("{} with {}", of_index_key(model, key)?, literal(operator))));
        Some((keys.collect::<Option<Vec<_>>>()?, it))
    });
    let Some((mut items, elements)) = keys else {
        return out.notes.push(format!("the exclusion constraint {}", exclusion.name));
    };
    items.push(pair("using", &elements.method));
    items.extend(elements.predicate.as_deref().map(|it| pair("where", without_parentheses(it))));
    items.push(pair("name", &exclusion.name));
    items.extend(names.constant(&exclusion.name));
    items.extend(of_index_parts(model, &exclusion.include, &exclusion.storage));
    if exclusion.deferrable {
        items.push(deferrable(exclusion));
    }
    out.of_struct.push(format!("exclude({})", items.join(", ")));
}

fn of_index(out: &mut Options, names: &Names<'_>, model: &Model<'_>, index: &Index) {
    let keys: Option<Vec<String>> = index.keys.iter().map(|it| of_index_key(model, it)).collect();
    // Of one that belongs to another index, the parent is declared.
    let Some(keys) = keys.filter(|_| index.parent.is_none() && index.valid) else {
        return out.notes.push(format!("the index {}", index.name));
    };
    let columns: Vec<String> = index.keys.iter().filter_map(|it| it.column.clone()).collect();
    let simple = columns.len() == index.keys.len();
    let mut items = if simple {
        names.options(&index.name, &[columns.as_slice(), &index.include].concat(), "idx")
    } else {
        std::iter::once(pair("name", &index.name)).chain(names.constant(&index.name)).collect()
    };
    if index.method != "btree" {
        items.push(pair("method", &index.method));
    }
    items.extend(index.predicate.as_deref().map(|it| pair("where", without_parentheses(it))));
    items.extend(of_index_parts(model, &index.include, &index.storage));
    if index.nulls_not_distinct {
        items.push("nulls = not_distinct".to_owned());
    }
    let option = if index.unique { "unique_index" } else { "index" };
    let plain = index.keys.first().is_some_and(|it| *it == IndexKey::column(it.column.clone().unwrap_or_default()));
    match columns.as_slice() {
        [only]
            if plain
                && simple
                && !out.of_fields.iter().any(|(column, it)| column == only && it.starts_with(option)) =>
        {
            let option = if items.is_empty() { option.to_owned() } else { format!("{option}({})", items.join(", ")) };
            out.of_fields.push((only.clone(), option));
        }
        _ => {
            let items: Vec<String> = keys.into_iter().chain(items).collect();
            out.of_struct.push(format!("{option}({})", items.join(", ")));
        }
    }
}

/// A key: `created_at desc nulls last`.
fn of_index_key(model: &Model<'_>, key: &IndexKey) -> Option<String> {
    let mut out = match (&key.column, &key.expression) {
        (Some(column), _) => written(model.field(column)?),
        (None, expression) => literal(without_parentheses(expression.as_deref()?)),
    };
    if let Some(collation) = &key.collation {
        out.push_str(&format!(" collate {}", literal(&collation_of_sql(collation))));
    }
    if let Some(class) = &key.operator_class {
        out.push_str(&format!(" opclass {}", literal(class)));
    }
    out.push_str(match (key.descending, key.nulls_first) {
        (false, false) => "",
        (false, true) => " nulls first",
        (true, true) => " desc",
        (true, false) => " desc nulls last",
    });
    Some(out)
}

/// A collation for `collate`: a name without quotes is one identifier, other text is SQL.
fn collation_of_sql(sql: &str) -> String {
    let inner = sql.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('"') => inner.to_owned(),
        _ if sql.contains('"') || !sql.contains('.') => sql.to_owned(),
        _ => sql.split('.').map(|it| format!("\"{it}\"")).collect::<Vec<_>>().join("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_around_the_whole_are_removed() {
        assert_eq!(without_parentheses("(a > 0)"), "a > 0");
        assert_eq!(without_parentheses("(a) > (b)"), "(a) > (b)");
        assert_eq!(without_parentheses("(a = ')')"), "a = ')'");
        assert_eq!(without_parentheses("lower(a)"), "lower(a)");
    }

    #[test]
    fn collations_and_storage() {
        assert_eq!(collation_of_sql("\"C\""), "C");
        assert_eq!(collation_of_sql("app.german"), "\"app\".\"german\"");
        assert_eq!(collation_of_sql("app.\"German\""), "app.\"German\"");
        assert_eq!(with(&["fillfactor=70".to_owned()]).as_deref(), Some("with = \"fillfactor = 70\""));
        assert_eq!(with(&[]), None);
    }
}
