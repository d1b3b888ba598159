//! `orm migrate baseline`: a database that was there before its migrations.

use std::fs;

use orm_core::{
    catalog::Catalog,
    migrate::{Options, file::generate},
};
use serde_json::json;

use super::{diff::write_files, files::next};
use crate::{
    Database,
    cli::{
        args::Baseline,
        database,
        failure::{Failure, Result},
        report::{GOOD, Report, counted, styled},
        scratch,
    },
    schema::{Baseline as Counted, Migrations, introspect, plan},
};

pub(super) async fn run(args: &Baseline) -> Result<Report> {
    let mut migrations = args.folder.read()?;
    let db = database::connect(&args.connect).await?;
    let catalog = introspect(&db).await?;
    let mut report = Report::new(json!({}));
    let (written, up_to) = match &args.write {
        Some(name) => write_first(args, name, &migrations, &catalog, &mut report).await?,
        None => (Vec::new(), args.up_to.clone()),
    };
    if !written.is_empty() {
        migrations = args.folder.read()?;
    }
    let recorded = match record(args, up_to, &db, &migrations, &mut report).await {
        Ok(ids) => ids,
        Err(failure) => {
            // Otherwise the next try would find a folder with migrations that did not run.
            for path in &written {
                fs::remove_file(path).map_err(|source| Failure::file("remove", path.as_ref(), source))?;
            }
            return Err(failure);
        }
    };
    report.set("recorded", recorded);
    report.unmanaged(catalog.unmanaged.len());
    Ok(report)
}

/// Writes the files that make the schema in an empty database. Returns their paths, and the id of the last one.
async fn write_first(
    args: &Baseline,
    name: &str,
    migrations: &Migrations,
    catalog: &Catalog,
    report: &mut Report,
) -> Result<(Vec<String>, Option<String>)> {
    if let Some(last) = migrations.check()?.last() {
        return Err(Failure::new(format!("{} has migrations already", args.folder.path()?.display()))
            .help(format!("--up-to {} records those that are there; --write is for a folder without any", last.id))
            .into());
    }
    let server = scratch::server(&args.scratch).await?;
    let empty = scratch::replayed(&server, migrations).await?;
    let (to, left_out) = scratch::without_histories(catalog.clone());
    let plan = plan(&server, &empty, &to, &Options::new()).await?;
    if plan.is_empty() {
        return Err(Failure::new("the database is empty, so there is nothing to write")
            .help("`orm migrate diff` writes the first migration from models")
            .into());
    }
    let files = generate(&plan, name, next(&[]), &[])?;
    let written = write_files(report, &args.folder.path()?, &files)?;
    report.line(format_args!("proved on a scratch database: {}", counted(plan.steps.len(), "step")));
    plan.notes.iter().for_each(|it| report.line(format_args!("note: {it}")));
    for tool in left_out {
        report.line(format_args!("note: left out: {}, the history of {}", tool.table(), tool.name()));
    }
    Ok((written, files.last().map(|it| it.id.clone())))
}

/// Records migrations as run, and returns their ids.
async fn record(
    args: &Baseline,
    up_to: Option<String>,
    db: &Database,
    migrations: &Migrations,
    report: &mut Report,
) -> Result<Vec<String>> {
    let baseline = match (args.from, up_to) {
        (Some(tool), Some(id)) => Counted::from(tool).and_up_to(id),
        (Some(tool), None) => Counted::from(tool),
        (None, id) => Counted::up_to(id.unwrap_or_default()),
    };
    let ids = migrations.baseline(db, &baseline).await?;
    ids.iter().for_each(|it| report.line(format_args!("{} {it} as run", styled(GOOD, "recorded"))));
    if ids.is_empty() {
        report.line("all of them were recorded before");
    }
    Ok(ids)
}
