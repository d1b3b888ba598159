//! What is dangerous about a migration, found by running it on a scratch database.

use orm_core::{
    error::Result,
    migrate::{
        Effects, Finding, LintOptions, Measured, RelationKind,
        file::{Action, Script},
        lint as judge,
    },
};

use super::{introspect, measure};
use crate::{Database, raw::statements};

/// Runs a migration on a scratch database that has the schema before it, and returns what is dangerous about it. The scratch
/// database has the new schema afterwards.
///
/// Each statement is measured by itself ([`measure`]) and judged by what it did and by the schemas before and after it
/// ([`lint`](orm_core::migrate::lint)); the `step` of a finding is the position of the step in the file. A step that repeats is run
/// once, and a step that is a Rust function is left out. What the header of the file allows is not found.
///
/// Run it on a server without data that anybody needs: statements may also change roles and settings of the whole server.
///
/// # Errors
/// Those of [`measure`] and [`introspect`].
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{Scratch, lint, migrate::{LintOptions, file}};
///
/// let scratch = Scratch::create(&db).await?;
/// scratch.database().create_tables(models![User]).await?;
/// let script = file::parse("1_index.up.sql", "CREATE INDEX users_by_name ON users (name);")?;
/// let findings = lint(scratch.database(), &script, &LintOptions::default()).await?;
/// assert_eq!(findings[0].rule, "require-concurrent-index-creation");
/// scratch.drop().await?;
/// # Ok(()) }
/// ```
pub async fn lint(scratch: &Database, script: &Script, options: &LintOptions) -> Result<Vec<Finding>> {
    let found = lint_all(scratch, std::slice::from_ref(script), options).await?;
    Ok(found.into_iter().flatten().collect())
}

/// As [`lint`], for files that run one after the other at the same time: tables that one of them makes may be locked by the next
/// ones. Returns the findings of each file.
///
/// # Errors
/// As [`lint`].
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{Scratch, lint_all, migrate::{LintOptions, file}};
///
/// let table = file::parse("1_notes.up.sql", "CREATE TABLE notes (title text);")?;
/// let index = file::parse("2_notes.up.sql", "CREATE INDEX ON notes (title);")?;
/// let found = Scratch::within(&db, async |it| lint_all(it, &[table, index], &LintOptions::default()).await).await?;
/// assert!(found[1].is_empty());
/// # Ok(()) }
/// ```
pub async fn lint_all(scratch: &Database, scripts: &[Script], options: &LintOptions) -> Result<Vec<Vec<Finding>>> {
    let mut runs: Vec<Run> = Vec::new();
    let mut catalogs = vec![introspect(scratch).await?];
    let mut pending = None;
    let mut transaction = 0;
    for (file, script) in scripts.iter().enumerate() {
        transaction += 1;
        for (position, step) in script.steps.iter().enumerate() {
            transaction += usize::from(!script.header.one_transaction);
            let (Action::Sql(text) | Action::Repeat(text)) = &step.action else { continue };
            let mut read = 0;
            for statement in statements(text) {
                let start = text.get(read..).and_then(|it| it.find(statement)).map_or(read, |it| it + read);
                read = start + statement.len();
                let lines = text.get(..start).unwrap_or_default().matches('\n').count();
                let effects = measure(scratch, statement).await?;
                // What touches no table that was there needs no catalog of its own.
                let seen = effects.relations.iter().any(|it| it.kind != RelationKind::Index) || effects.alone;
                let run = Run { file, position, line: step.line + lines, transaction, effects };
                if seen {
                    catalogs.push(introspect(scratch).await?);
                    runs.push(run);
                    pending = None;
                } else {
                    pending = Some(run);
                }
            }
        }
    }
    if let Some(last) = pending {
        catalogs.push(introspect(scratch).await?);
        runs.push(last);
    }
    let pairs = catalogs.iter().zip(catalogs.iter().skip(1));
    let steps: Vec<_> = pairs
        .zip(&runs)
        .map(|((before, after), run)| Measured { before, after, effects: &run.effects, transaction: run.transaction })
        .collect();
    let mut found: Vec<Vec<Finding>> = scripts.iter().map(|_| Vec::new()).collect();
    for mut finding in judge(&steps, options) {
        let Some(run) = runs.get(finding.step) else { continue };
        (finding.step, finding.line) = (run.position, Some(run.line));
        if let (Some(list), Some(script)) = (found.get_mut(run.file), scripts.get(run.file))
            && !script.header.allow.contains(&finding.allow)
        {
            list.push(finding);
        }
    }
    Ok(found)
}

/// A statement that has been run.
struct Run {
    /// The position of its file, and that of its step in the file.
    file: usize,
    position: usize,
    line: usize,
    transaction: usize,
    effects: Effects,
}
