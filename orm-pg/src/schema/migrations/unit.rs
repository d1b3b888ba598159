//! The steps of a file, and how each runs.

use orm_core::{
    error::{Error, ErrorKind, Result},
    migrate::file::{Action, Migration, Script},
};

use crate::raw::{
    self,
    script::{Alone, Kind, is_complete, kind},
};

/// A step.
pub(super) struct Unit {
    pub(super) work: Work,
}

pub(super) enum Work {
    /// In one transaction.
    Together(Vec<Piece>),
    /// In a transaction of its own, again and again until it affects no row.
    Repeat(Piece),
    /// A function of the application, in a transaction.
    Rust,
    /// On its own. `None` for a statement that commits parts of its work.
    Alone(Piece, Option<Alone>),
}

/// A statement.
pub(super) struct Piece {
    pub(super) sql: String,
    /// The line on which it begins.
    pub(super) line: usize,
    /// Whether it may wait for locks without a limit.
    pub(super) patient: bool,
}

/// Refuses a migration with a statement that cannot run in it.
pub(super) fn check(migration: &Migration) -> Result<()> {
    drop(units(&up_file(migration), &migration.up)?);
    if let Some(down) = &migration.down {
        if let Some(step) = down.steps.iter().find(|it| it.action == Action::Rust) {
            return Err(refused(&down_file(migration), step.line, "a step in Rust can only be in `.up.sql`"));
        }
        drop(units(&down_file(migration), down)?);
    }
    Ok(())
}

pub(super) fn up_file(migration: &Migration) -> String {
    format!("{}.up.sql", migration.id)
}

pub(super) fn down_file(migration: &Migration) -> String {
    format!("{}.down.sql", migration.id)
}

/// Returns the steps of a script; `file` names it in errors.
pub(super) fn units(file: &str, script: &Script) -> Result<Vec<Unit>> {
    let mut units = Vec::new();
    for step in &script.steps {
        let work = match &step.action {
            Action::Rust => Work::Rust,
            Action::Sql(text) => sql(file, step.line, text, script.header.one_transaction)?,
            Action::Repeat(text) => match sql(file, step.line, text, false)? {
                Work::Together(mut pieces) if pieces.len() == 1 => {
                    pieces.pop().map_or(Work::Together(Vec::new()), Work::Repeat)
                }
                _ => {
                    return Err(refused(
                        file,
                        step.line,
                        "`step = repeat` has one statement, which can run in a transaction",
                    ));
                }
            },
        };
        units.push(Unit { work });
    }
    Ok(units)
}

fn sql(file: &str, line: usize, text: &str, one_transaction: bool) -> Result<Work> {
    if !is_complete(text) {
        return Err(refused(file, line, "a quote or a comment has no end in this step"));
    }
    let mut pieces = Vec::new();
    let mut alone = None;
    for sql in raw::statements(text) {
        let start = sql.as_ptr().addr().saturating_sub(text.as_ptr().addr());
        let line = line + text.get(..start).unwrap_or_default().matches('\n').count();
        let kind = kind(sql);
        let patient = kind == Kind::Validate;
        pieces.push(Piece { sql: sql.to_owned(), line, patient });
        match kind {
            Kind::Refused(reason) => {
                return Err(refused(file, line, &format!("`{}` cannot be in a migration: {reason}", head(sql))));
            }
            Kind::Alone(_) if one_transaction => {
                let text = format!(
                    "`{}` cannot run in a transaction: write `-- orm: transaction = none` at the top of the file",
                    head(sql)
                );
                return Err(refused(file, line, &text));
            }
            Kind::Alone(it) => alone = Some(Some(it)),
            Kind::MayCommit if !one_transaction => alone = Some(None),
            Kind::MayCommit | Kind::Plain | Kind::Validate => {}
        }
    }
    match alone {
        None => Ok(Work::Together(pieces)),
        Some(alone) => match (pieces.pop(), pieces.is_empty()) {
            (Some(piece), true) => Ok(Work::Alone(piece, alone)),
            _ => Err(refused(
                file,
                line,
                "a statement that runs without a transaction needs a step of its own: `-- orm: step`",
            )),
        },
    }
}

/// The first words of a statement, for messages.
fn head(sql: &str) -> String {
    let words = sql.lines().filter(|it| !it.trim_start().starts_with("--")).flat_map(str::split_whitespace);
    words.take(4).collect::<Vec<_>>().join(" ")
}

fn refused(file: &str, line: usize, text: &str) -> Error {
    Error::new(ErrorKind::Migration, format!("{file}:{line}: {text}"))
}
