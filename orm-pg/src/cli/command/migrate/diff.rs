//! `orm migrate diff`: from models to files.

use std::{collections::BTreeSet, path::Path};

use orm_core::{
    catalog::Catalog,
    error::Error,
    migrate::{
        Allow, Mode, Options, Phase, Plan, Rename, diff,
        file::{Migration, generate},
    },
    schema::Table,
};
use serde_json::{Value, json};

use super::{
    files::{next, write},
    offline, undo,
};
use crate::{
    Database,
    cli::{
        args::Diff,
        failure::{Failure, Result},
        folder::heads,
        lint::{self, Found},
        report,
        report::{BOLD, DIM, GOOD, Report, counted, styled},
        scratch, snapshot,
    },
    schema::{DataSteps, Migrations, Scratch, create_all, plan_to},
};

/// The steps from `from` to what the models say, proved, and the schema after them as the server has it.
pub(in crate::cli) async fn plan(
    server: &Database,
    from: &Catalog,
    models: &'static [&'static Table],
    options: &Options,
) -> Result<(Plan, Catalog)> {
    let (to, notes) = scratch::desired(server, from, models, options).await?;
    // A plan for two versions of the application has other steps, so it asks for other words.
    let at_once = if options.live { options.clone().allow_all() } else { options.clone() };
    let (mut plan, mut after) = (diff(from, &to, &at_once).map_err(explained)?, from.clone());
    if !plan.is_empty() {
        (plan, after) = plan_to(server, from, &to, options).await.map_err(explained)?;
        // What nothing manages is not created on a scratch database, and no plan changes it.
        after.unmanaged.clone_from(&from.unmanaged);
    }
    plan.notes.extend(notes);
    Ok((plan, after))
}

/// Names the flags for the words that a refusal asks for.
pub(super) fn explained(error: Error) -> Failure {
    let failure = Failure::of(error);
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

/// A plan, and the schema before and after it.
pub(super) struct Made {
    pub(super) plan: Plan,
    pub(super) from: Catalog,
    pub(super) after: Catalog,
}

/// What a diff is told on the command line and by the models.
pub(super) fn options(args: &Diff, from: &Catalog, models: &[&'static Table]) -> Options {
    let declared = args.rename.iter().map(|it| it.0.clone());
    let options = Options::new().allow(args.allow.iter().cloned()).rename(declared);
    let options = options.rename(Rename::of_models(from, models, "public"));
    let labels = args.replace.iter().cloned();
    let options = labels.fold(options, |options, it| options.replace_label(it.of, it.label, it.by));
    match (args.unused, args.live) {
        (true, _) => options,
        (false, true) => options.live(),
        (false, false) => options.online(),
    }
}

pub(super) async fn run<S: DataSteps>(
    args: &Diff,
    models: &'static [&'static Table],
    with_data: impl FnOnce(Migrations) -> Migrations<S>,
) -> Result<Report> {
    let so_far = with_data(args.folder.read()?).contract();
    let migrations = so_far.check()?;
    let folder = args.folder.path()?;
    let server = if args.offline { None } else { Some(scratch::server(&args.scratch).await?) };
    let made = match &server {
        Some(server) => {
            let from = scratch::replayed(server, &so_far).await?;
            let (plan, after) = plan(server, &from, models, &options(args, &from, models)).await?;
            Made { plan, from, after }
        }
        None => offline::made(args, &folder, models)?,
    };
    let Made { plan, from, after } = &made;
    if plan.is_empty() {
        let mut report = shown(plan, from);
        if !args.print {
            keep(&mut report, &folder, after, models)?;
        }
        return Ok(report);
    }
    let name = args.name.as_deref().unwrap_or("printed");
    let mut files = generate(plan, name, next(&migrations), &heads(&migrations))?;
    let (mut found, mut notes) = (Vec::new(), plan.notes.clone());
    if let Some(server) = server.as_ref().filter(|_| !args.unused) {
        found = dangers(server, from, &mut files, &args.allow).await?;
    }
    if args.print {
        let mut report = shown(plan, from);
        lint::show(&mut report, &folder, &found);
        return Ok(report);
    }
    refuse(&folder, &found)?;
    if let Some(server) = server.as_ref().filter(|_| args.down) {
        notes.extend(undo::add(server, from, &mut files, &options(args, from, models).renames).await?);
    }
    let mut report = Report::new(json!({ "steps": steps(plan), "notes": notes }));
    write_files(&mut report, &folder, &files)?;
    report.line(match server {
        Some(_) => format!("proved on a scratch database: {}", counted(plan.steps.len(), "step")),
        None => format!("not proved, since no server was asked: {}", counted(plan.steps.len(), "step")),
    });
    keep(&mut report, &folder, after, models)?;
    lint::show(&mut report, &folder, &found);
    notes.iter().for_each(|it| report.line(format_args!("note: {it}")));
    report.unmanaged(from.unmanaged.len());
    Ok(report)
}

/// Writes the files of a plan, and returns their paths.
pub(super) fn write_files(report: &mut Report, folder: &Path, files: &[Migration]) -> Result<Vec<String>> {
    let mut written = Vec::new();
    for file in files {
        let waits = file.up.header.phase == Phase::Contract;
        let phase = if waits { styled(DIM, " (runs with --contract)") } else { String::new() };
        let down = file.down.as_ref().map(|it| ("down", it, String::new()));
        for (direction, script, note) in [("up", &file.up, phase)].into_iter().chain(down) {
            let path = folder.join(format!("{}.{direction}.sql", file.id));
            write(&path, &script.to_string())?;
            report.line(format_args!("{} {}{note}", styled(GOOD, "wrote"), path.display()));
            written.push(path.display().to_string());
        }
    }
    report.set("written", written.as_slice());
    Ok(written)
}

/// Writes the snapshot.
fn keep(report: &mut Report, folder: &Path, after: &Catalog, models: &[&'static Table]) -> Result<()> {
    let changed = snapshot::write(folder, after, models)?;
    report.set("snapshot_files", changed);
    if changed > 0 {
        report.line(format_args!("{} of the snapshot", counted(changed, "file")));
    }
    Ok(())
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
