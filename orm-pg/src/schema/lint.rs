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
/// once, and a step that is a Rust function is left out.
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
    let mut runs: Vec<(usize, Effects)> = Vec::new();
    let mut catalogs = vec![introspect(scratch).await?];
    let mut pending = None;
    for (position, step) in script.steps.iter().enumerate() {
        let (Action::Sql(text) | Action::Repeat(text)) = &step.action else { continue };
        for statement in statements(text) {
            let effects = measure(scratch, statement).await?;
            // What touches no table that was there needs no catalog of its own.
            if effects.relations.iter().any(|it| it.kind != RelationKind::Index) || effects.alone {
                catalogs.push(introspect(scratch).await?);
                runs.push((position, effects));
                pending = None;
            } else {
                pending = Some((position, effects));
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
        .map(|((before, after), (position, effects))| Measured {
            before,
            after,
            effects,
            transaction: if script.header.one_transaction { 0 } else { *position },
        })
        .collect();
    let mut findings = judge(&steps, options);
    for finding in &mut findings {
        finding.step = runs.get(finding.step).map_or(finding.step, |it| it.0);
    }
    Ok(findings)
}
