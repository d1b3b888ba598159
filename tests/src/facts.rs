//! The facts of a schema as lines, once as the server tells them and once from a [`Catalog`]: they must be the same.

mod definition;
mod more;

use std::collections::BTreeSet;

use orm_pg::{
    Database,
    schema::catalog::{Catalog, Column, Constraint, Domain, Identity, Name, Policy, Sequence, Table, Trigger},
    tokio_postgres::{Error, SimpleQueryMessage},
};

/// The queries that ask the server. They share no line with introspection.
const FACTS: [&str; 2] = [include_str!("../schema/facts.sql"), include_str!("../schema/more_facts.sql")];

/// Returns the facts that the server tells.
///
/// # Errors
/// What the server answers.
///
/// # Panics
/// Where the database cannot be reached.
pub async fn of_database(db: &Database) -> Result<BTreeSet<String>, Error> {
    let connection = db.connection().await.expect("a connection");
    let mut facts = BTreeSet::new();
    for query in FACTS {
        let messages = connection.client().simple_query(query).await?;
        facts.extend(messages.iter().filter_map(|it| match it {
            SimpleQueryMessage::Row(row) => Some(plain(row.get(0).unwrap_or("a fact that is NULL"))),
            _ => None,
        }));
    }
    Ok(facts)
}

/// Returns the same facts from what introspection has read.
#[must_use]
pub fn of_catalog(catalog: &Catalog) -> BTreeSet<String> {
    let mut facts = Vec::new();
    for it in &catalog.enums {
        facts.push(format!("enum {} {}", label(&it.name), it.labels.join(",")));
    }
    facts.extend(catalog.domains.iter().map(domain));
    facts.extend(catalog.sequences.iter().map(sequence));
    for it in &catalog.tables {
        table(it, &mut facts);
    }
    for it in &catalog.views {
        let kind = if it.materialized { 'm' } else { 'v' };
        facts.push(format!("view {kind} {} {}", label(&it.name), it.definition));
        facts.extend(it.indexes.iter().map(|index| format!("index {}", index.create(&it.name))));
        facts.extend(it.triggers.iter().map(|one| trigger(&it.name, one)));
    }
    for it in &catalog.functions {
        facts.push(format!("function {}({}) {}", label(&it.name), it.arguments, it.definition));
    }
    more::of_catalog(catalog, &mut facts);
    definition::of_catalog(catalog, &mut facts);
    facts.iter().map(|it| plain(it)).collect()
}

fn label(name: &Name) -> String {
    format!("{}.{}", name.schema, name.name)
}

/// Takes the quotes from names that need none: the server writes those without.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('"') {
        out.push_str(before);
        let (name, behind) = after.split_once('"').unwrap_or((after, ""));
        out.push_str(name);
        rest = behind;
    }
    out + rest
}

fn table(table: &Table, facts: &mut Vec<String>) {
    let name = label(&table.name);
    let mut line = format!("table {name} {}", if table.unlogged { 'u' } else { 'p' });
    if let Some(by) = &table.partition_by {
        line += &format!(" by {by}");
    }
    if let Some(of) = &table.partition_of {
        line += &format!(" {}", of.bound);
        facts.push(format!("inherits {name} {}", label(&of.parent)));
    }
    line += &format!(" rls={}{}", table.row_security, table.force_row_security);
    let storage: Vec<_> = table.storage.iter().filter(|it| !it.starts_with("toast.")).map(String::as_str).collect();
    if !storage.is_empty() {
        line += &format!(" with {}", storage.join(","));
    }
    facts.push(line + &comment(table.comment.as_deref()));
    facts.extend(table.inherits.iter().map(|it| format!("inherits {name} {}", label(it))));
    for (i, it) in table.columns.iter().enumerate() {
        facts.push(column(&name, i + 1, it));
    }
    facts.extend(table.constraints.iter().map(|it| constraint(&name, it)));
    for it in &table.indexes {
        let valid = if it.valid { "" } else { "invalid " };
        facts.push(format!("index {valid}{}", it.create(&table.name)));
    }
    facts.extend(table.triggers.iter().map(|it| trigger(&table.name, it)));
    facts.extend(table.policies.iter().map(|it| policy(&name, it)));
}

fn comment(text: Option<&str>) -> String {
    text.map(|it| format!(" -- {it}")).unwrap_or_default()
}

fn column(table: &str, place: usize, it: &Column) -> String {
    let not_null = if it.nullable { "" } else { " not null" };
    let identity = match it.identity {
        Some(Identity::Always) => "a",
        Some(Identity::ByDefault) => "d",
        None => "",
    };
    let generated = it.generated.as_ref().map_or("", |it| if it.stored { "s" } else { "v" });
    let expression = it.default.as_ref().or(it.generated.as_ref().map(|it| &it.expression));
    let expression = expression.map(|it| format!(" = {it}")).unwrap_or_default();
    let comment = comment(it.comment.as_deref());
    format!(
        "column {table}.{} {place} {}{not_null} identity={identity} generated={generated}{expression}{comment}",
        it.name, it.ty
    )
}

fn constraint(table: &str, it: &Constraint) -> String {
    let inherited = if it.local { "" } else { " (inherited)" };
    format!("constraint {table} {} {}{inherited}", it.name, it.definition())
}

fn trigger(table: &Name, it: &Trigger) -> String {
    format!("trigger {} {} {}", label(table), it.definition, it.enabled)
}

fn policy(table: &str, it: &Policy) -> String {
    let command = match it.command.as_str() {
        "SELECT" => 'r',
        "INSERT" => 'a',
        "UPDATE" => 'w',
        "DELETE" => 'd',
        _ => '*',
    };
    let using = it.using.as_ref().map(|it| format!(" using {it}")).unwrap_or_default();
    let check = it.check.as_ref().map(|it| format!(" check {it}")).unwrap_or_default();
    format!("policy {table} {} {} {command}{using}{check}", it.name, it.permissive)
}

fn domain(it: &Domain) -> String {
    let mut line = format!("domain {} {}", label(&it.name), it.base);
    if it.not_null {
        line += " not null";
    }
    if let Some(default) = &it.default {
        line += &format!(" = {default}");
    }
    for check in &it.checks {
        let valid = if check.validated { "" } else { " NOT VALID" };
        line += &format!(" {} CHECK ({}){valid}", check.name, check.expression);
    }
    line
}

fn sequence(it: &Sequence) -> String {
    let cycle = if it.cycle { 't' } else { 'f' };
    let (start, step, min, max, cache) = (it.start, it.increment, it.min, it.max, it.cache);
    let owner = it
        .owner
        .as_ref()
        .map(|it| format!(" of {}.{} {}", label(&it.table), it.column, if it.identity { 'i' } else { 'a' }));
    format!(
        "sequence {} {} {start},{step},{min},{max},{cache},{cycle}{}",
        label(&it.name),
        it.ty,
        owner.unwrap_or_default()
    )
}
