//! `orm migrate status` and `repair`: what needs the history.

use serde_json::json;

use crate::{
    cli::{
        args::{Repair, Status},
        database,
        failure::Result,
        report::{DIM, GOOD, PROBLEM, Report, WARNING, counted, styled},
    },
    schema::{Repair as Mended, Standing, introspect},
};

pub(super) async fn status(args: &Status) -> Result<Report> {
    let migrations = args.folder.read()?;
    let db = database::connect(&args.connect).await?;
    let status = migrations.status(&db).await?;
    let name = |it: Standing| match it {
        Standing::Pending => ("pending", WARNING),
        Standing::Waiting => ("waiting", DIM),
        Standing::Partial => ("partial", PROBLEM),
        Standing::Missing => ("missing", PROBLEM),
        _ => ("done", GOOD),
    };
    let problems: Vec<_> = status.problems.iter().map(ToString::to_string).collect();
    let list: Vec<_> = status
        .migrations
        .iter()
        .map(|it| json!({ "id": it.id, "standing": name(it.standing).0, "history": it.applied }))
        .collect();
    let mut report = Report::new(json!({ "migrations": list, "problems": problems }));
    for it in &status.migrations {
        let (word, style) = name(it.standing);
        let what = it.applied.as_ref().map(|it| {
            let state = it.state.as_str();
            let state = if state == "done" { String::new() } else { format!(" ({state})") };
            let steps = if it.state == orm_core::migrate::State::Partial {
                format!(", {} of {} steps", it.steps_done, it.steps_total)
            } else {
                String::new()
            };
            format!("{state}{steps}, {}", it.finished_at.as_deref().unwrap_or(&it.started_at))
        });
        report.line(format_args!("{} {}{}", styled(style, format_args!("{word:<8}")), it.id, what.unwrap_or_default()));
    }
    for problem in &problems {
        report.line(format_args!("{}: {problem}", styled(PROBLEM, "problem")));
    }
    let number = |standing| status.ids(standing).count();
    report.found =
        !problems.is_empty() || number(Standing::Pending) + number(Standing::Partial) + number(Standing::Missing) > 0;
    report.line(format_args!(
        "{}, {} pending, {} waiting",
        counted(status.migrations.len(), "migration"),
        number(Standing::Pending) + number(Standing::Partial),
        number(Standing::Waiting),
    ));
    report.unmanaged(introspect(&db).await?.unmanaged.len());
    Ok(report)
}

pub(super) async fn repair(args: &Repair) -> Result<Report> {
    let migrations = args.folder.read()?;
    let reason = args.reason.clone().unwrap_or_default();
    let (repair, done) = match (&args.accept, &args.removed, &args.skip) {
        (Some(id), ..) => (Mended::Accept { id: id.clone(), reason }, format!("the file of {id} is accepted as it is")),
        (_, Some(id), _) => (Mended::Removed { id: id.clone(), reason }, format!("{id} may be missing")),
        (.., Some(id)) => (Mended::Skip { id: id.clone(), reason }, format!("{id} will not run")),
        (None, None, None) => (Mended::Resume, "`orm migrate up` goes on at the step that failed".to_owned()),
    };
    let db = database::connect(&args.connect).await?;
    migrations.repair(&db, &repair).await?;
    let mut report = Report::new(json!({ "done": done }));
    report.line(done);
    report.unmanaged(introspect(&db).await?.unmanaged.len());
    Ok(report)
}
