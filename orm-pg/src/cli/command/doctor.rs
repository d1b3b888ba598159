//! `orm doctor`.

use serde_json::json;

use crate::{
    cli::{
        args::Doctor,
        database,
        failure::{Failure, Result},
        report::{BOLD, DIM, GOOD, PROBLEM, Report, WARNING, counted, styled},
    },
    schema::{
        doctor::{CHECKS, Finding, Limits, Severity},
        doctor_with, introspect,
    },
};

pub(super) async fn run(args: &Doctor) -> Result<Report> {
    if let Some(unknown) = args.skip.iter().chain(&args.only).find(|it| !CHECKS.contains(&it.as_str())) {
        let known = format!("one of {}", CHECKS.join(", "));
        return Err(Failure::new(format!("there is no check {unknown}")).help(known).into());
    }
    let db = database::connect(&args.connect).await?;
    let limits = Limits {
        used_percent: args.used_percent,
        idle_seconds: args.idle_seconds,
        unused_index_bytes: args.unused_index_bytes,
        ..Limits::default()
    };
    let mut findings = doctor_with(&db, &limits).await?;
    findings.retain(|it| !args.skip.contains(&it.check) && (args.only.is_empty() || args.only.contains(&it.check)));
    let unmanaged = introspect(&db).await?.unmanaged.len();
    Ok(report(&findings, unmanaged))
}

fn report(findings: &[Finding], unmanaged: usize) -> Report {
    let mut report = Report::new(json!({ "findings": findings }));
    for finding in findings {
        let (style, name) = match finding.severity {
            Severity::Problem => (PROBLEM, "problem"),
            Severity::Warning => (WARNING, "warning"),
            Severity::Note => (DIM, "note"),
        };
        report.line(format_args!("{}: {} [{}]", styled(style, name), finding.message, finding.check));
        if !finding.advice.is_empty() {
            report.line(format_args!("  {}", finding.advice));
        }
        for statement in &finding.sql {
            report.line(format_args!("    {}", styled(BOLD, statement)));
        }
    }
    let number = |severity| findings.iter().filter(|it| it.severity == severity).count();
    let (problems, warnings) = (number(Severity::Problem), number(Severity::Warning));
    report.found = problems + warnings > 0;
    let style = if report.found { PROBLEM } else { GOOD };
    let counts = [counted(problems, "problem"), counted(warnings, "warning"), counted(number(Severity::Note), "note")];
    report.line(styled(style, counts.join(", ")));
    report.unmanaged(unmanaged);
    report
}
