//! `orm verify`.

use orm_core::{
    migrate::{Options, Rename},
    schema::Table,
};
use serde_json::json;

use super::migrate::diff;
use crate::{
    cli::{
        args::Verify,
        database,
        failure::Result,
        report::{BOLD, DIM, GOOD, PROBLEM, Report, counted, styled},
        scratch,
    },
    schema::{canonical, introspect},
};

pub(super) async fn run(args: &Verify, models: &'static [&'static Table]) -> Result<Report> {
    let db = database::connect(&args.connect).await?;
    let live = scratch::without_history(introspect(&db).await?);
    let server = scratch::server(&args.scratch).await?;
    let unmanaged = live.unmanaged.len();
    let from = canonical(&server, &live).await?;
    let options = Options::new().allow_all().rename(Rename::of_models(&from, models, "public"));
    let (plan, _) = diff::plan(&server, &from, models, &options).await?;
    let mut report = Report::new(json!({ "differences": diff::steps(&plan), "notes": plan.notes }));
    report.found = !plan.is_empty();
    for step in &plan.steps {
        report.line(format_args!("{}: {} {}", styled(PROBLEM, "differs"), step.object.kind, step.object.identity));
        report.line(format_args!("    {}", styled(BOLD, format_args!("{};", step.sql.replace('\n', "\n    ")))));
    }
    plan.notes.iter().for_each(|it| report.line(styled(DIM, format_args!("note: {it}"))));
    if plan.is_empty() {
        report.line(styled(GOOD, format_args!("the database is what its {} say", counted(models.len(), "model"))));
    } else {
        report.line(styled(PROBLEM, counted(plan.steps.len(), "difference")));
    }
    report.unmanaged(unmanaged);
    Ok(report)
}
