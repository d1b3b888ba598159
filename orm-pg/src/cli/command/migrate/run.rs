//! `orm migrate up` and `orm migrate down`.

use std::time::Duration;

use serde_json::json;

use crate::{
    cli::{
        args::{Down, Up},
        database,
        failure::{Failure, Result},
        progress,
        report::{DIM, GOOD, Report, counted, styled},
    },
    schema::{DataSteps, Migrations, Ran, introspect},
};

fn seconds(seconds: f64) -> Result<Duration> {
    let duration = Duration::try_from_secs_f64(seconds);
    Ok(duration.map_err(|source| Failure::new("that is no number of seconds").because(source))?)
}

pub(super) async fn up<S: DataSteps>(args: &Up, with_data: impl FnOnce(Migrations) -> Migrations<S>) -> Result<Report> {
    let bar = progress::bar();
    let shown = bar.clone();
    let mut migrations = with_data(args.folder.read()?)
        .lock_timeout(seconds(args.lock_timeout)?)
        .on_event(move |event| progress::show(&shown, event));
    if args.contract {
        migrations = migrations.contract();
    }
    if let Some(wait) = args.wait {
        migrations = migrations.wait(seconds(wait)?);
    }
    let db = database::connect(&args.connect).await?;
    let done = migrations.run(&db).await;
    bar.finish_and_clear();
    let done = done?;
    let mut report = told("ran", &done.ran);
    for id in &done.waiting {
        report.line(styled(DIM, format_args!("{id} waits: it runs with --contract")));
    }
    if done.ran.is_empty() {
        report.line("there was nothing to run");
    }
    report.set("waiting", done.waiting.as_slice());
    report.unmanaged(introspect(&db).await?.unmanaged.len());
    Ok(report)
}

pub(super) async fn down<S: DataSteps>(
    args: &Down,
    with_data: impl FnOnce(Migrations) -> Migrations<S>,
) -> Result<Report> {
    let bar = progress::bar();
    let shown = bar.clone();
    let migrations = with_data(args.folder.read()?).on_event(move |event| progress::show(&shown, event));
    let db = database::connect(&args.connect).await?;
    let done = migrations.down(&db, args.count).await;
    bar.finish_and_clear();
    let done = done?;
    let mut report = told("undid", &done.ran);
    if done.ran.is_empty() {
        report.line("there was nothing to undo");
    }
    report.unmanaged(introspect(&db).await?.unmanaged.len());
    Ok(report)
}

fn told(verb: &str, ran: &[Ran]) -> Report {
    let json = |it: &Ran| {
        json!({
            "id": it.id,
            "steps": it.steps,
            "attempts": it.attempts,
            "lock_timeouts": it.lock_timeouts,
            "ms": it.duration.as_secs_f64() * 1000.0,
        })
    };
    let mut report = Report::new(json!({ verb: ran.iter().map(json).collect::<Vec<_>>() }));
    for it in ran {
        let steps = counted(it.steps, "step");
        let waits = match it.lock_timeouts {
            0 => String::new(),
            number => format!(", {} without a lock", counted(usize::try_from(number).unwrap_or_default(), "attempt")),
        };
        let ms = it.duration.as_millis();
        report.line(format_args!("{} {}: {steps} in {ms} ms{waits}", styled(GOOD, verb), it.id));
    }
    report
}
