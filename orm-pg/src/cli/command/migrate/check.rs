//! `orm migrate check`: files, models and the history of a database against each other.

use std::collections::BTreeSet;

use orm_core::{migrate::file::Migration, schema::Table};
use serde_json::json;

use super::diff;
use crate::{
    Database,
    cli::{
        args::{Check, Lint},
        database,
        failure::{Failure, Result},
        lint,
        report::{GOOD, PROBLEM, Report, counted, styled},
        scratch, snapshot,
    },
    schema::{DataSteps, Migrations, Scratch, Standing, introspect},
};

pub(super) async fn run<S: DataSteps>(
    args: &Check,
    models: Option<&'static [&'static Table]>,
    with_data: impl FnOnce(Migrations) -> Migrations<S>,
) -> Result<Report> {
    let migrations = with_data(args.folder.read()?).contract();
    let files = migrations.check()?;
    let folder = args.folder.path()?;
    let help = "`orm init` writes the build script, and `cargo build` embeds the files again";
    migrations.check_embedded(&folder).map_err(|error| Failure::of(error).help(help))?;
    let mut report = Report::new(json!({ "migrations": files.len() }));
    report.line(format_args!("{} can run", counted(files.len(), "migration")));
    let (mut unmanaged, mut done) = (None, BTreeSet::new());
    if args.connect.database_url.is_some() {
        let db = database::connect(&args.connect).await?;
        migrations.check_against(&db).await?;
        report.line("the history of the database fits the files");
        let status = migrations.status(&db).await?;
        done.extend(status.ids(Standing::Done).map(str::to_owned));
        unmanaged = Some(introspect(&db).await?.unmanaged.len());
    }
    if !args.files_only {
        let server = scratch::server(&args.scratch).await?;
        let chosen = chosen(args, &files, &done)?;
        dangers(&mut report, args, &server, &migrations, &chosen).await?;
        let made = scratch::replayed(&server, &migrations).await?;
        unmanaged.get_or_insert(made.unmanaged.len());
        let models = models.unwrap_or_default();
        let missing = diff::missing(&server, &made, models).await?;
        if missing.is_empty() {
            // Else `diff` writes it.
            look_at_snapshot(&mut report, snapshot::stale(&folder, &made, models)?);
        }
        compare(&mut report, missing);
    }
    if let Some(number) = unmanaged {
        report.unmanaged(number);
    }
    Ok(report)
}

/// The files whose steps are looked at.
fn chosen<'a>(args: &Check, files: &'a [Migration], done: &BTreeSet<String>) -> Result<Vec<&'a Migration>> {
    if let Some(id) = args.lint_after.as_ref().filter(|id| !files.iter().any(|it| it.id == **id)) {
        return Err(Failure::new(format!("there is no migration {id}")).into());
    }
    let wanted = |it: &&Migration| match args.lint {
        Lint::Pending => !done.contains(&it.id),
        Lint::All => true,
        Lint::None => false,
    };
    let after = |it: &&Migration| args.lint_after.as_ref().is_none_or(|id| it.id > *id);
    Ok(files.iter().filter(wanted).filter(after).collect())
}

/// Reports what is dangerous about files.
async fn dangers<S: DataSteps>(
    report: &mut Report,
    args: &Check,
    server: &Database,
    migrations: &Migrations<S>,
    chosen: &[&Migration],
) -> Result<()> {
    if chosen.is_empty() {
        return Ok(());
    }
    let measured = Scratch::within(server, async |db| {
        migrations.run_without(db, chosen).await?;
        lint::measured(db, chosen).await
    });
    let help = "`--lint none` leaves out what is dangerous: each statement was run in a transaction of its own";
    let found = measured.await.map_err(|error| Failure::of(error).help(help))?;
    lint::show(report, &args.folder.path()?, &found);
    if !found.iter().any(lint::Found::is_error) {
        report.line(styled(GOOD, format_args!("no dangerous step in {}", counted(chosen.len(), "migration"))));
    }
    Ok(())
}

fn look_at_snapshot(report: &mut Report, stale: Option<Vec<String>>) {
    match stale {
        Some(stale) if stale.is_empty() => report.line(styled(GOOD, "the snapshot is what the migrations make")),
        Some(stale) => {
            report.found = true;
            let text = "the snapshot is not what the migrations make: `orm migrate snapshot` writes these files";
            report.line(styled(PROBLEM, text));
            stale.iter().for_each(|it| report.line(format_args!("  {it}")));
            report.set("stale_snapshot", stale);
        }
        None => report.line("there is no snapshot: `orm migrate snapshot` writes it"),
    }
}

fn compare(report: &mut Report, missing: Vec<String>) {
    report.found |= !missing.is_empty();
    if missing.is_empty() {
        report.line(styled(GOOD, "the models are what the migrations make"));
    } else {
        let text = "the models are not what the migrations make: `orm migrate diff --name …` writes these steps";
        report.line(styled(PROBLEM, text));
        missing.iter().for_each(|it| report.line(format_args!("  {};", it.replace('\n', "\n  "))));
    }
    report.set("missing", missing);
}
