//! `orm verify`.

use orm_core::schema::Table;
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
    schema::verify_on,
};

pub(super) async fn run(args: &Verify, models: &'static [&'static Table]) -> Result<Report> {
    let db = database::connect(&args.connect).await?;
    let server = scratch::server(&args.scratch).await?;
    let verification = verify_on(&server, &db, models).await?.strict();
    let texts: Vec<_> = verification.differences.iter().map(ToString::to_string).collect();
    let mut report = Report::new(json!({
        "differences": diff::steps(&verification.plan),
        "texts": texts,
        "notes": verification.notes,
    }));
    report.found = !verification.is_clean();
    let statement = |sql: &str| format!("    {}", styled(BOLD, format_args!("{};", sql.replace('\n', "\n    "))));
    for difference in &verification.differences {
        report.line(format_args!("{}: {difference}", styled(PROBLEM, "differs")));
        difference.steps.iter().for_each(|it| report.line(statement(it)));
    }
    verification.other_steps().for_each(|it| report.line(statement(it)));
    verification.notes.iter().for_each(|it| report.line(styled(DIM, format_args!("note: {it}"))));
    if verification.is_clean() {
        report.line(styled(GOOD, format_args!("the database is what its {} say", counted(models.len(), "model"))));
    } else {
        report.line(styled(PROBLEM, counted(verification.differences.len(), "difference")));
    }
    report.unmanaged(verification.unmanaged);
    Ok(report)
}
