//! `orm migrate diff`: from models and the snapshot to files.

use std::{collections::BTreeSet, path::Path};

use orm_core::{
    catalog::Catalog,
    migrate::{
        Allow, Mode, Options, Phase, Plan, Rename, diff,
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
        lint::{self, Found},
        report,
        report::{BOLD, DIM, GOOD, Report, counted, styled},
        scratch,
    },
    schema::{DataSteps, Migrations, Scratch, create_all, plan as proved},
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
    let options = if args.live { options.live() } else { options };
    let options =
        args.replace.iter().cloned().fold(options, |options, it| options.replace_label(it.of, it.label, it.by));
    let (plan, _) = plan(&server, &from, models, &options).await?;
    if plan.is_empty() {
        return Ok(shown(&plan, &from));
    }
    let name = args.name.as_deref().unwrap_or("printed");
    let mut files = generate(&plan, name, next(&migrations), &heads(&migrations))?;
    let folder = args.folder.path()?;
    let found = if args.unused { Vec::new() } else { dangers(&server, &from, &mut files, &args.allow).await? };
    if args.print {
        let mut report = shown(&plan, &from);
        lint::show(&mut report, &folder, &found);
        return Ok(report);
    }
    refuse(&folder, &found)?;
    let mut report = Report::new(json!({ "steps": steps(&plan), "notes": plan.notes }));
    let written = write_all(&folder, &files, &mut report)?;
    report.set("written", written);
    report.line(format_args!("proved on a scratch database: {}", counted(plan.steps.len(), "step")));
    lint::show(&mut report, &folder, &found);
    plan.notes.iter().for_each(|it| report.line(format_args!("note: {it}")));
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

/// Runs the files on a scratch database and returns what is dangerous about them. What `allow` permits goes into their headers.
async fn dangers(server: &Database, from: &Catalog, files: &mut [Migration], allow: &[Allow]) -> Result<Vec<Found>> {
    let all: Vec<_> = files.iter().collect();
    let mut found = Scratch::within(server, async |db| {
        create_all(db, from).await?;
        lint::measured(db, &all).await
    })
    .await?;
    for file in files {
        let own = found.iter().filter(|it| it.id == file.id && it.is_error());
        file.up.header.allow.extend(own.map(|it| &it.finding.allow).filter(|it| allow.contains(it)).cloned());
        file.up.header.allow.sort();
        file.up.header.allow.dedup();
    }
    found.retain(|it| !allow.contains(&it.finding.allow));
    Ok(found)
}

/// Refuses steps that stop the application or break it, with their safe forms.
fn refuse(folder: &Path, found: &[Found]) -> Result<()> {
    let errors: Vec<_> = found.iter().filter(|it| it.is_error()).collect();
    if errors.is_empty() {
        return Ok(());
    }
    let texts: Vec<_> = errors.iter().map(|it| lint::text(folder, it)).collect();
    let words: BTreeSet<_> = errors.iter().map(|it| format!("--allow '{}'", it.finding.allow)).collect();
    let words: Vec<_> = words.into_iter().collect();
    let text = format!("the plan has steps that stop the application or break it:\n{}", texts.join("\n"));
    Err(Failure::new(text)
        .help(format!("if they are meant: {}", words.join(" ")))
        .help("if nobody uses the tables meanwhile: --unused")
        .into())
}

fn shown(plan: &Plan, from: &Catalog) -> Report {
    let mut report = Report::new(json!({ "steps": steps(plan), "notes": plan.notes }));
    report.found = !plan.is_empty();
    for step in &plan.steps {
        let alone = match step.mode {
            Mode::Together => "",
            Mode::Alone => " (in a transaction of its own)",
            Mode::Repeat => " (repeated until it affects no row)",
        };
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
            "repeated": it.mode == Mode::Repeat,
            "contract": it.phase == Phase::Contract,
            "allow": it.allow.as_ref().map(ToString::to_string),
        })
    };
    plan.steps.iter().map(step).collect()
}
