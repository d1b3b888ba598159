//! `orm migrate diff`: from models and the snapshot to files.

use std::path::Path;

use orm_core::{
    catalog::Catalog,
    migrate::{
        Mode, Options, Phase, Plan, Rename, diff,
        file::{Migration, generate},
    },
    schema::Table,
};
use serde_json::{Value, json};

use super::files::{next, write};
use crate::{
    Database,
    cli::{
        args::Diff,
        failure::{Failure, Result},
        folder::heads,
        report,
        report::{BOLD, DIM, GOOD, Report, counted, styled},
        scratch,
    },
    schema::{DataSteps, Migrations, plan as proved},
};

/// The steps from `from` to what the models say, proved, and the schema after them.
pub(in crate::cli) async fn plan(
    server: &Database,
    from: &Catalog,
    models: &'static [&'static Table],
    options: &Options,
) -> Result<(Plan, Catalog)> {
    let (to, notes) = scratch::desired(server, from, models, options).await?;
    let explain = |error: orm_core::error::Error| explained(Failure::of(error));
    let mut plan = diff(from, &to, options).map_err(explain)?;
    if !plan.is_empty() {
        plan = proved(server, from, &to, options).await.map_err(explain)?;
    }
    plan.notes.extend(notes);
    Ok((plan, to))
}

/// Names the flags for the words that a refusal asks for.
fn explained(failure: Failure) -> Failure {
    let text = failure.to_string();
    let Some((_, words)) = text.split_once("allow each of them: ") else { return failure };
    let flags: Vec<_> = words.split("), ").map(|it| format!("--allow '{})'", it.trim_end_matches(')'))).collect();
    failure
        .help(format!("if they are meant: {}", flags.join(" ")))
        .help("if something only has another name: `--rename 'column(users.old, new)'`, or `renamed_from` at the field")
}

/// The statements that are missing in a schema.
pub(super) async fn missing(
    server: &Database,
    from: &Catalog,
    models: &'static [&'static Table],
) -> Result<Vec<String>> {
    let options = Options::new().allow_all().rename(Rename::of_models(from, models, "public"));
    let (plan, _) = plan(server, from, models, &options).await?;
    Ok(plan.steps.into_iter().map(|it| it.sql).collect())
}

pub(super) async fn run<S: DataSteps>(
    args: &Diff,
    models: &'static [&'static Table],
    with_data: impl FnOnce(Migrations) -> Migrations<S>,
) -> Result<Report> {
    let so_far = with_data(args.folder.read()?).contract();
    let migrations = so_far.check()?;
    let server = scratch::server(&args.scratch).await?;
    let from = scratch::replayed(&server, &so_far).await?;
    let declared = args.rename.iter().map(|it| it.0.clone());
    let options = Options::new().allow(args.allow.iter().cloned()).rename(declared);
    let options = options.rename(Rename::of_models(&from, models, "public"));
    let options = if args.unused { options } else { options.online() };
    let (plan, _) = plan(&server, &from, models, &options).await?;
    if args.print || plan.is_empty() {
        return Ok(shown(&plan, &from));
    }
    let files = generate(&plan, args.name.as_deref().unwrap_or_default(), next(&migrations), &heads(&migrations))?;
    let mut report = Report::new(Value::Null);
    let written = write_all(&args.folder.path()?, &files, &mut report)?;
    report.line(format_args!("proved on a scratch database: {}", counted(plan.steps.len(), "step")));
    plan.notes.iter().for_each(|it| report.line(format_args!("note: {it}")));
    report.json = json!({ "written": written, "steps": steps(&plan), "notes": plan.notes });
    report.unmanaged(from.unmanaged.len());
    Ok(report)
}

/// Writes the files of a plan, and returns their paths.
pub(super) fn write_all(folder: &Path, files: &[Migration], report: &mut Report) -> Result<Vec<String>> {
    let mut written = Vec::new();
    for file in files {
        let path = folder.join(format!("{}.up.sql", file.id));
        write(&path, &file.up.to_string())?;
        let phase = if file.up.header.phase == Phase::Contract {
            styled(DIM, " (runs with --contract)")
        } else {
            String::new()
        };
        report.line(format_args!("{} {}{phase}", styled(GOOD, "wrote"), path.display()));
        written.push(path.display().to_string());
    }
    Ok(written)
}

fn shown(plan: &Plan, from: &Catalog) -> Report {
    let mut report = Report::new(json!({ "steps": steps(plan), "notes": plan.notes }));
    report.found = !plan.is_empty();
    for step in &plan.steps {
        let alone = if step.mode == Mode::Alone { " (in a transaction of its own)" } else { "" };
        let contract = if step.phase == Phase::Contract { " (with --contract)" } else { "" };
        report.line(styled(DIM, format_args!("-- {}{alone}{contract}", step.object.identity)));
        report.line(styled(BOLD, format_args!("{};", step.sql)));
    }
    if plan.is_empty() {
        report.line(styled(report::GOOD, "the models are what the migrations make"));
    }
    plan.notes.iter().for_each(|it| report.line(format_args!("note: {it}")));
    report.unmanaged(from.unmanaged.len());
    report
}

/// The steps as JSON.
pub(in crate::cli) fn steps(plan: &Plan) -> Vec<Value> {
    let step = |it: &orm_core::migrate::Step| {
        json!({
            "sql": it.sql,
            "object": it.object.identity,
            "kind": it.object.kind,
            "alone": it.mode == Mode::Alone,
            "contract": it.phase == Phase::Contract,
            "allow": it.allow.as_ref().map(ToString::to_string),
        })
    };
    plan.steps.iter().map(step).collect()
}
