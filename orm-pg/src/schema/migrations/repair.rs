//! What a person decides about the history.

use orm_core::{
    error::{Error, ErrorKind, Result},
    executor::Executor,
    migrate::{Applied, State, file::Migration},
};

use super::history;

/// How a history that is refused is mended: `Migrations::repair`. Each reason is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repair {
    /// The migration that failed goes on at the step that failed.
    Resume,
    /// The file of a migration that ran was changed, and the change means nothing.
    Accept {
        /// The migration.
        id: String,
        /// Why.
        reason: String,
    },
    /// The file of a migration that ran was removed on purpose.
    Removed {
        /// The migration.
        id: String,
        /// Why.
        reason: String,
    },
    /// A migration that did not run counts as run.
    Skip {
        /// The migration.
        id: String,
        /// Why.
        reason: String,
    },
}

/// Changes the history.
pub(super) async fn repair(
    on: &impl Executor,
    migrations: &[Migration],
    rows: &[Applied],
    repair: &Repair,
) -> Result<()> {
    let file = |id: &str| migrations.iter().find(|it| it.id == *id);
    let row = |id: &str| rows.iter().find(|it| it.id == *id);
    match repair {
        Repair::Resume if rows.iter().any(|it| it.state == State::Partial) => history::forget_errors(on).await,
        Repair::Resume => Err(refused("no migration has failed, so nothing is to be resumed")),
        Repair::Accept { id, reason } => match (file(id), row(id)) {
            (Some(file), Some(_)) => history::accept(on, id, &file.up.checksum, given(reason)?).await,
            (None, _) => Err(refused(format!("there is no file of {id}"))),
            (_, None) => Err(refused(format!("{id} did not run, so its file may be changed"))),
        },
        Repair::Removed { id, reason } => match (file(id), row(id)) {
            (None, Some(_)) => history::remove(on, id, given(reason)?).await,
            (Some(_), _) => Err(refused(format!("the file of {id} is there"))),
            (_, None) => Err(refused(format!("{id} did not run here"))),
        },
        Repair::Skip { id, reason } => match (file(id), row(id)) {
            (Some(file), None) => history::insert_marked(on, file, State::Skipped, given(reason)?).await.map(drop),
            (None, _) => Err(refused(format!("there is no file of {id}"))),
            (_, Some(row)) => Err(refused(format!("the state of {id} is `{}` already", row.state))),
        },
    }
}

/// A reason that says something.
fn given(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    if reason.is_empty() { Err(refused("say why: `--reason \"…\"`")) } else { Ok(reason) }
}

fn refused(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Migration, text.into())
}
