//! What is dangerous about files, measured on a scratch database.

use std::path::Path;

use orm_core::{
    error::Result as PureResult,
    migrate::{
        Finding, Level, LintOptions, Mode,
        file::{Migration, Script},
    },
};
use serde_json::{Value, json};

use super::report::{PROBLEM, Report, WARNING, counted, styled};
use crate::{Database, schema::lint_all};

/// A finding, and the file that it is about.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) id: String,
    pub(super) finding: Finding,
}

impl Found {
    /// Whether it stops the application, breaks it or loses data.
    pub(super) fn is_error(&self) -> bool {
        self.finding.level == Level::Error
    }
}

/// Runs files on a scratch database that has the schema before them, and returns what is dangerous about them.
pub(super) async fn measured(scratch: &Database, migrations: &[&Migration]) -> PureResult<Vec<Found>> {
    let mut all = Vec::new();
    for series in migrations.chunk_by(|one, next| continues(one, next)) {
        let scripts: Vec<Script> = series.iter().map(|it| it.up.clone()).collect();
        let found = lint_all(scratch, &scripts, &LintOptions::default()).await?;
        for (migration, findings) in series.iter().zip(found) {
            all.extend(findings.into_iter().map(|finding| Found { id: migration.id.clone(), finding }));
        }
    }
    Ok(all)
}

/// Whether both files are of one plan, which `migrate diff` has written as several: a table that the first one makes has no rows
/// in the next one. Their times follow each other, and their names are numbered: `posts`, `posts_2`.
fn continues(one: &Migration, next: &Migration) -> bool {
    let Some((_, name)) = next.id.split_once('_') else { return false };
    let Some((base, number)) = name.rsplit_once('_') else { return false };
    let Ok(number) = number.parse::<u32>() else { return false };
    let former = if number == 2 { base.to_owned() } else { format!("{base}_{}", number.saturating_sub(1)) };
    let is_former = one.id.split_once('_').is_some_and(|it| it.1 == former);
    is_former && next.up.header.after == [one.id.clone()]
}

/// Adds the errors and warnings to a report, with the line of each file in `folder`; the JSON has the notes, too.
pub(super) fn show(report: &mut Report, folder: &Path, found: &[Found]) {
    report.set("findings", found.iter().map(|it| as_json(folder, it)).collect::<Vec<_>>());
    for it in found.iter().filter(|it| it.finding.level > Level::Note) {
        let level = it.finding.level;
        let style = if it.is_error() { PROBLEM } else { WARNING };
        report.line(format_args!("{}: {}", styled(style, level), text(folder, it)));
        if it.is_error() {
            let allow = &it.finding.allow;
            report.line(format_args!("  if it is meant: `-- orm: allow = {allow}` at the top of the file"));
        }
    }
    let errors = found.iter().filter(|it| it.is_error()).count();
    if errors > 0 {
        report.found = true;
        report.line(styled(PROBLEM, counted(errors, "dangerous step")));
    }
}

/// What a finding says, and its safe form.
pub(super) fn text(folder: &Path, found: &Found) -> String {
    let Finding { rule, line, message, recipe, .. } = &found.finding;
    let place = place(folder, &found.id, *line);
    let mut lines = vec![format!("{place}: {message} [{rule}]")];
    if !recipe.is_empty() {
        lines.push("  the safe form, in files with `-- orm: transaction = none`:".to_owned());
    }
    for step in recipe {
        let again = if step.mode == Mode::Repeat { " -- repeated until it affects no row" } else { "" };
        lines.push(format!("    {};{again}", step.sql.replace('\n', "\n    ")));
    }
    lines.join("\n")
}

fn place(folder: &Path, id: &str, line: Option<usize>) -> String {
    let file = folder.join(format!("{id}.up.sql"));
    line.map_or_else(|| file.display().to_string(), |line| format!("{}:{line}", file.display()))
}

fn as_json(folder: &Path, found: &Found) -> Value {
    let finding = &found.finding;
    json!({
        "file": folder.join(format!("{}.up.sql", found.id)),
        "line": finding.line,
        "rule": finding.rule,
        "level": finding.level.to_string(),
        "table": finding.table.as_ref().map(|it| it.short()),
        "message": finding.message,
        "safe": finding.recipe.iter().map(|it| it.sql.as_str()).collect::<Vec<_>>(),
        "allow": finding.allow.to_string(),
    })
}
