//! A change of a schema, planned, run and judged.

use serde_json::Value;

use crate::facts;
use std::collections::{BTreeMap, BTreeSet};

use orm_pg::{
    prelude::*,
    schema::{
        Scratch,
        catalog::{Catalog, ConstraintKind},
        introspect,
        migrate::{Mode, Options, Plan, diff},
    },
    tokio_postgres::{self, SimpleQueryMessage},
};

/// The version of the server, such as 15.
///
/// # Panics
/// Where the database cannot be reached.
pub async fn version(db: &Database) -> u32 {
    text(db, "SELECT current_setting('server_version_num')::int / 10000").await.parse().expect("a number")
}

/// Runs the steps: those that belong together in one transaction, the others alone.
pub async fn run(db: &Database, plan: &Plan) -> Result<(), String> {
    let connection = db.connection().await.expect("a connection");
    let client = connection.client();
    let mut together = String::new();
    for step in &plan.steps {
        match step.mode {
            Mode::Together => together += &format!("{};\n", step.sql),
            // A statement that is repeated finds no row here.
            Mode::Alone | Mode::Repeat => {
                group(client, &std::mem::take(&mut together)).await?;
                client.batch_execute(&step.sql).await.map_err(|error| told(&error, &step.sql))?;
            }
        }
    }
    group(client, &together).await
}

async fn group(client: &tokio_postgres::Client, sql: &str) -> Result<(), String> {
    if sql.is_empty() {
        return Ok(());
    }
    // As migrations do: a body may find its tables by a path that only the session of the application has.
    let start = "BEGIN;\nSET LOCAL check_function_bodies = off;\n";
    let done = client.batch_execute(&format!("{start}{sql}COMMIT")).await;
    if let Err(error) = done {
        client.batch_execute("ROLLBACK").await.expect("a rollback");
        return Err(told(&error, sql));
    }
    Ok(())
}

fn told(error: &tokio_postgres::Error, sql: &str) -> String {
    let text = error
        .as_db_error()
        .map_or_else(|| error.to_string(), |it| format!("{} {}", it.message(), it.detail().unwrap_or_default()));
    format!("{text}\n{sql}")
}

/// Runs statements.
///
/// # Panics
/// If the server refuses one.
pub async fn load(db: &Database, sql: &str) {
    let connection = db.connection().await.expect("a connection");
    let done = connection.client().batch_execute(sql).await;
    done.unwrap_or_else(|error| panic!("{}", told(&error, sql)));
}

/// A database of its own in which a schema stands.
pub async fn of_text(db: &Database, sql: &str) -> Scratch {
    let scratch = Scratch::create(db).await.expect("a database");
    load(scratch.database(), sql).await;
    scratch
}

/// A database in which the catalog has been created, and what is then read from it.
pub async fn of_catalog(db: &Database, catalog: &Catalog) -> Result<(Scratch, Catalog), String> {
    let plan = diff(&Catalog::default(), catalog, &Options::new().allow_all()).map_err(|it| it.to_string())?;
    let scratch = Scratch::create(db).await.expect("a database");
    run(scratch.database(), &plan).await?;
    let read = introspect(scratch.database()).await.expect("a catalog");
    Ok((scratch, read))
}

/// Creates the schema of the database in another one, twice: the second time all is equal, and nothing is left to do.
pub async fn made_again(db: &Database) -> Result<(), String> {
    let written = introspect(db).await.expect("a catalog");
    let (first, once) = of_catalog(db, &written).await?;
    let (second, twice) = of_catalog(db, &once).await?;
    same(&once, &twice)?;
    same_facts(first.database(), second.database()).await?;
    loosely_same_facts(db, first.database()).await?;
    nothing_left(&once, &twice)?;
    first.drop().await.expect("the database is dropped");
    second.drop().await.expect("the database is dropped");
    Ok(())
}

/// The statements that lead from one catalog to the other.
///
/// # Errors
/// If they are refused.
pub fn left(from: &Catalog, to: &Catalog) -> Result<Vec<String>, String> {
    let rest = diff(from, to, &Options::new().allow_all()).map_err(|it| it.to_string())?;
    Ok(rest.steps.into_iter().map(|it| it.sql).collect())
}

/// Fails unless there is nothing to do from one catalog to the other.
pub fn nothing_left(from: &Catalog, to: &Catalog) -> Result<(), String> {
    let rest = diff(from, to, &Options::new().allow_all()).map_err(|it| it.to_string())?;
    if rest.is_empty() { Ok(()) } else { Err(format!("left to do: {:#?}", rest.steps)) }
}

/// Fails unless the catalogs are equal, except for the order of columns and for privileges.
pub fn same(left: &Catalog, right: &Catalog) -> Result<(), String> {
    let (left, right) = (comparable(left), comparable(right));
    if left == right {
        return Ok(());
    }
    let (mut found, mut expected) = (BTreeSet::new(), BTreeSet::new());
    for (catalog, lines) in [(left, &mut found), (right, &mut expected)] {
        flatten("", &serde_json::to_value(&catalog).expect("JSON"), lines);
    }
    let (only, missing): (Vec<_>, Vec<_>) =
        (found.difference(&expected).take(40).collect(), expected.difference(&found).take(40).collect());
    Err(format!(
        "the catalogs differ: {} {only:#?}\n--- expected: {missing:#?}",
        only.first().or(missing.first()).map_or("", |it| it.as_str())
    ))
}

/// Each value as a line with the way to it: `tables.users.columns.id.type "integer"`.
fn flatten(path: &str, value: &Value, lines: &mut BTreeSet<String>) {
    match value {
        Value::Array(all) => {
            for (i, it) in all.iter().enumerate() {
                let name = match &it["name"] {
                    Value::String(name) => name.clone(),
                    Value::Object(name) => format!("{}", name["name"]),
                    _ if it.is_object() => it.to_string(),
                    _ => i.to_string(),
                };
                flatten(&format!("{path}.{name}"), it, lines);
            }
        }
        Value::Object(all) => all.iter().for_each(|(key, it)| flatten(&format!("{path}.{key}"), it, lines)),
        _ => drop(lines.insert(format!("{path} {value}"))),
    }
}

fn comparable(catalog: &Catalog) -> Catalog {
    let mut catalog = catalog.clone();
    for it in &mut catalog.views {
        it.privileges = None;
    }
    for it in &mut catalog.functions {
        it.privileges = None;
    }
    catalog.unmanaged.retain(|it| !it.kind.starts_with("privileges of"));
    for table in &mut catalog.tables {
        for it in &mut table.columns {
            it.local |= it.inherited;
        }
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        // From PostgreSQL 18 on NOT NULL has a name. An inherited one keeps the name that it had before it was inherited.
        table.constraints.retain(|it| it.kind != ConstraintKind::NotNull || !it.inherited);
        for it in &mut table.constraints {
            it.local |= it.inherited;
            match it.kind {
                ConstraintKind::Check => it.columns.sort(),
                ConstraintKind::NotNull => {}
                // It says how a constraint of a partition was made, and means nothing.
                _ => it.no_inherit = false,
            }
        }
    }
    catalog
}

/// Fails unless the server tells the same of both databases, except for the order of columns.
pub async fn same_facts(left: &Database, right: &Database) -> Result<(), String> {
    compare(left, right, |it| it).await
}

/// As [`same_facts`], whatever the server adds to an expression when it reads again what it wrote.
async fn loosely_same_facts(left: &Database, right: &Database) -> Result<(), String> {
    let casts =
        ["::character varying", "::text", "::bpchar", "::numeric", "::double precision", "[]", "(", ")", "ARRAY["];
    compare(left, right, |it| casts.iter().fold(it, |text, cast| text.replace(cast, ""))).await
}

async fn compare(left: &Database, right: &Database, with: impl Fn(String) -> String) -> Result<(), String> {
    let mut both = Vec::new();
    for db in [left, right] {
        let facts = facts::of_database(db).await.expect("facts");
        // The fact about the column says whether it is NOT NULL.
        let not_null = |it: &String| {
            let text = it.trim_end_matches(" (inherited)");
            text.starts_with("constraint ") && text.contains(" NOT NULL ") && !text.contains('(')
        };
        let facts = facts.into_iter().filter(|it| !not_null(it));
        both.push(facts.map(|it| with(without_place(it))).collect::<BTreeSet<_>>());
    }
    let missing: Vec<_> = both[1].difference(&both[0]).collect();
    let invented: Vec<_> = both[0].difference(&both[1]).collect();
    if missing.is_empty() && invented.is_empty() {
        return Ok(());
    }
    Err(format!("missing: {missing:#?}\nnot expected: {invented:#?}"))
}

/// A fact about a column tells its place, which a change does not keep, and that of a constraint whether only a parent has it: `column public.t.a 1 integer`.
fn without_place(fact: String) -> String {
    let fact = fact.trim_end_matches(" (inherited)").to_owned();
    if let Some(own) = fact.strip_prefix("own ").and_then(|it| it.strip_suffix(" f t")) {
        return format!("own {own} t t");
    }
    if !fact.starts_with("column ") {
        return fact;
    }
    let words: Vec<_> = fact.split(' ').collect();
    let place = words.iter().enumerate().skip(2).find(|it| it.1.parse::<u32>().is_ok()).map(|it| it.0);
    words.iter().enumerate().filter(|it| Some(it.0) != place).map(|it| *it.1).collect::<Vec<_>>().join(" ")
}

/// Changes the database from one schema to another and judges the result; an empty `from` means what is there.
///
/// # Panics
/// If the plan is refused or anything differs afterwards.
pub async fn changed(db: &Database, from: &str, to: &str, options: Options) -> Plan {
    load(db, from).await;
    let target = of_text(db, to).await;
    let plan = judged(db, target.database(), options).await.unwrap_or_else(|why| panic!("{why}"));
    target.drop().await.expect("the database is dropped");
    plan
}

/// Changes the schema of one database into that of another one, as it stands there once it was read again, and judges the result.
///
/// # Errors
/// What the server refuses, or how the result differs.
///
/// # Panics
/// Where a database cannot be reached.
pub async fn judged(db: &Database, target: &Database, options: Options) -> Result<Plan, String> {
    let (again, to) = as_created(target).await?;
    let plan = planned_and_run(db, &to, again.database(), options).await?;
    again.drop().await.expect("the database is dropped");
    Ok(plan)
}

/// Creates the schema of the database in another one, and compares both.
///
/// # Errors
/// What the server refuses, or how the result differs.
///
/// # Panics
/// Where a database cannot be reached.
pub async fn as_created(db: &Database) -> Result<(Scratch, Catalog), String> {
    let written = introspect(db).await.expect("a catalog");
    let (again, read) = of_catalog(db, &written).await?;
    loosely_same_facts(again.database(), db).await.map_err(|it| format!("created: {it}"))?;
    Ok((again, read))
}

/// Changes the schema of a database into the catalog, which is that of `target`, and judges the result.
///
/// # Errors
/// What the server refuses, or how the result differs.
///
/// # Panics
/// Where a database cannot be reached.
pub async fn same_after(db: &Database, to: &Catalog, target: &Database) -> Result<(), String> {
    planned_and_run(db, to, target, Options::new()).await.map(drop)
}

async fn planned_and_run(db: &Database, to: &Catalog, target: &Database, options: Options) -> Result<Plan, String> {
    let from = introspect(db).await.expect("a catalog");
    let plan = plan(&from, to, options)?;
    let told = |why: String| {
        let steps: Vec<_> = plan.steps.iter().map(|it| format!("{};", it.sql)).collect();
        format!("{why}\n--- the plan:\n{}\n{}", steps.join("\n"), plan.notes.join("\n"))
    };
    run(db, &plan).await.map_err(told)?;
    let now = introspect(db).await.expect("a catalog");
    same(&now, to).map_err(told)?;
    same_facts(db, target).await.map_err(told)?;
    privileges_stay(&from, &now).map_err(told)?;
    nothing_left(&now, to).map_err(told)?;
    Ok(plan)
}

/// Fails if a view or function that was there before has another owner or other privileges.
fn privileges_stay(before: &Catalog, after: &Catalog) -> Result<(), String> {
    let of = |it: &Catalog| {
        let views = it.views.iter().map(|it| (it.name.to_string(), (it.owner.clone(), it.privileges.clone())));
        let functions = it
            .functions
            .iter()
            .map(|it| (format!("{}({})", it.name, it.arguments), (it.owner.clone(), it.privileges.clone())));
        views.chain(functions).collect::<BTreeMap<_, _>>()
    };
    let after = of(after);
    for (name, held) in of(before) {
        if let Some(now) = after.get(&name).filter(|it| **it != held) {
            return Err(format!("{name}: {held:?} has become {now:?}"));
        }
    }
    Ok(())
}

/// The plan, with all that it destroys allowed.
fn plan(from: &Catalog, to: &Catalog, options: Options) -> Result<Plan, String> {
    diff(from, to, &options.allow_all()).map_err(|it| it.to_string())
}

/// What the server says when it refuses a change.
///
/// # Panics
/// If it does not refuse it.
pub async fn refused(db: &Database, from: &str, to: &str, options: Options) -> String {
    load(db, from).await;
    let target = of_text(db, to).await;
    let done = judged(db, target.database(), options).await;
    target.drop().await.expect("the database is dropped");
    done.expect_err("a refusal")
}

/// The rows of a query with one column.
///
/// # Panics
/// If the server refuses it.
pub async fn texts(db: &Database, query: &str) -> Vec<String> {
    let connection = db.connection().await.expect("a connection");
    let messages = connection.client().simple_query(query).await.expect("rows");
    let rows = messages.iter().filter_map(|it| match it {
        SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
        _ => None,
    });
    rows.collect()
}

/// The only row of a query with one column.
///
/// # Panics
/// If there is not one row.
pub async fn text(db: &Database, query: &str) -> String {
    let rows = texts(db, query).await;
    let [row] = &rows[..] else { panic!("{rows:?}") };
    row.clone()
}
