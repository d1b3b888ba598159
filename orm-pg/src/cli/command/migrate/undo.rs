//! `orm migrate diff --down`: files that undo what a plan does.

use orm_core::{
    catalog::{Catalog, Column, Table},
    error::{ErrorKind, Result as PureResult},
    migrate::{
        Mode, Options, Plan, Rename, Step,
        file::{Action, Migration, Script, undoing},
    },
};

use crate::{
    Database,
    cli::failure::Result,
    raw::statements,
    schema::{Scratch, apply, create_all, introspect, plan},
};

/// Words for steps whose values do not come back.
const LOSES: [&str; 5] = ["drop_table", "drop_column", "drop_attribute", "change_type", "replace_type"];

/// Gives each file the one that undoes it, proved from the schema after it to that before it. Returns a sentence for each file
/// that nothing undoes.
pub(super) async fn add(
    server: &Database,
    from: &Catalog,
    files: &mut [Migration],
    renames: &[Rename],
) -> Result<Vec<String>> {
    let scripts: Vec<_> = files.iter().map(|it| it.up.clone()).collect();
    let schemas = Scratch::within(server, async |db| {
        create_all(db, from).await?;
        let mut schemas = vec![introspect(db).await?];
        for script in &scripts {
            apply(db, &steps(script)).await?;
            schemas.push(introspect(db).await?);
        }
        PureResult::Ok(schemas)
    })
    .await?;
    let mut notes = Vec::new();
    for (file, (before, after)) in files.iter_mut().zip(schemas.iter().zip(schemas.iter().skip(1))) {
        let options = Options::new().allow_all().rename(reversed(renames, before, after));
        match plan(server, after, before, &options).await {
            Ok(plan) => file.down = Some(undoing(&plan, &comments(&file.up, before, after))),
            Err(error) if error.kind() == ErrorKind::Migration => {
                notes.push(format!("nothing undoes {}, write {}.down.sql by hand: {error}", file.id, file.id));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(notes)
}

/// The statements of a file.
fn steps(script: &Script) -> Plan {
    let mut plan = Plan::default();
    for step in &script.steps {
        let (text, mode) = match &step.action {
            Action::Sql(text) if script.header.one_transaction => (text, Mode::Together),
            Action::Sql(text) => (text, Mode::Alone),
            Action::Repeat(text) => (text, Mode::Repeat),
            Action::Rust => continue,
        };
        for sql in statements(text) {
            let mut step = Step::new("statement", "", sql);
            step.mode = mode;
            plan.steps.push(step);
        }
    }
    plan
}

/// The renames between two schemas, backwards.
fn reversed(renames: &[Rename], before: &Catalog, after: &Catalog) -> Vec<Rename> {
    let mut reversed = Vec::new();
    for it in renames.iter().rev() {
        match it {
            Rename::Table { from, to } if before.table(from).is_some() && after.table(to).is_some() => {
                reversed.insert(0, Rename::Table { from: to.clone(), to: from.clone() });
            }
            Rename::Column { table, from, to } => {
                let old = renames.iter().find_map(|it| match it {
                    Rename::Table { from, to } if to == table && before.table(from).is_some() => Some(from),
                    _ => None,
                });
                let old = old.unwrap_or(table);
                let was = before.table(old).is_some_and(|it| it.column(from).is_some());
                let is = after.table(table).is_some_and(|it| it.column(to).is_some());
                if was && is {
                    reversed.push(Rename::Column { table: old.clone(), from: to.clone(), to: from.clone() });
                }
            }
            Rename::Label { of, from, to } => {
                let has = |schema: &Catalog, label: &String| {
                    schema.enums.iter().any(|it| it.name == *of && it.labels.contains(label))
                };
                if has(before, from) && has(after, to) {
                    reversed.push(Rename::Label { of: of.clone(), from: to.clone(), to: from.clone() });
                }
            }
            Rename::Type { from, to } if after.enums.iter().any(|it| it.name == *to) => {
                reversed.push(Rename::Type { from: to.clone(), to: from.clone() });
            }
            _ => {}
        }
    }
    reversed
}

/// What the file cannot bring back, and where it fails.
fn comments(up: &Script, before: &Catalog, after: &Catalog) -> Vec<String> {
    let lost = up.header.allow.iter().filter(|it| LOSES.contains(&it.action.as_str()));
    let mut comments: Vec<_> = lost.map(|it| format!("The values that {it} has lost do not come back.")).collect();
    for table in &before.tables {
        let Some(now) = after.table(&table.name) else { continue };
        let missing = table.columns.iter().filter(|it| now.column(&it.name).is_none() && is_required(it));
        comments.extend(missing.map(|it| without_rows(table, it)));
    }
    comments
}

fn is_required(column: &Column) -> bool {
    let filled = column.default.is_some() || column.identity.is_some() || column.generated.is_some();
    !column.nullable && !filled
}

fn without_rows(table: &Table, column: &Column) -> String {
    format!("This fails if {} has rows: {} is NOT NULL and has no default.", table.name.short(), column.name)
}
