//! What ran on a database, and what follows from it for the files.

use std::{collections::HashMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{
    Phase,
    file::{Graph, Migration},
};
use crate::error::{Error, ErrorKind, Result};

/// The table in the schema `public` that says which migrations ran.
pub const HISTORY_TABLE: &str = "_orm_migrations";

/// What became of a migration: its row in [`HISTORY_TABLE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Applied {
    /// The id of the migration.
    pub id: String,
    /// Its place in the order in which migrations began.
    pub apply_order: i64,
    /// The checksum of the file that ran.
    pub checksum: String,
    /// What became of it.
    pub state: State,
    /// Whether it is being undone by its `.down.sql`.
    pub undoing: bool,
    /// How many steps its file has.
    pub steps_total: u32,
    /// How many of them are done.
    pub steps_done: u32,
    /// The step that was begun on its own and not recorded as done, counted from 0.
    pub step_running: Option<u32>,
    /// When it began, in RFC 3339.
    pub started_at: String,
    /// When it was done.
    pub finished_at: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
    /// Why a person changed this row.
    pub reason: Option<String>,
    /// The version of orm-pg that ran it.
    pub tool_version: String,
    /// The version of the server that ran it, such as `150008`.
    pub server_version: i32,
}

/// What became of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// All its steps ran.
    Done,
    /// Some of its steps ran.
    Partial,
    /// It was there before migrations were used.
    Baseline,
    /// A person said that it need not run.
    Skipped,
    /// It ran, and a person said that its file was removed on purpose.
    Removed,
}

impl State {
    /// Returns its name in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partial => "partial",
            Self::Baseline => "baseline",
            Self::Skipped => "skipped",
            Self::Removed => "removed",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for State {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let all = [Self::Done, Self::Partial, Self::Baseline, Self::Skipped, Self::Removed];
        let unknown = || Error::new(ErrorKind::Migration, format!("{text:?} is no state of a migration"));
        all.into_iter().find(|it| it.as_str() == text).ok_or_else(unknown)
    }
}

/// Which files are to run on a database, and why nothing may run.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Review<'a> {
    /// The files to run, in this order; the first may have begun.
    pub pending: Vec<&'a Migration>,
    /// The files with `phase = contract` that were not asked for.
    pub waiting: Vec<&'a Migration>,
    /// Why nothing may run.
    pub problems: Vec<Conflict>,
}

/// Why nothing may run on a database.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conflict {
    /// A file was changed after it ran.
    Changed {
        /// The migration.
        id: String,
    },
    /// A migration ran, and its file is not there.
    Missing {
        /// The migration.
        id: String,
    },
    /// A file did not run, and one that comes after it did.
    Gap {
        /// The file that did not run.
        id: String,
        /// The one that did.
        applied: String,
    },
    /// A step failed.
    Failed {
        /// The migration.
        id: String,
        /// The number of the step, counted from 1.
        step: u32,
        /// How many steps there are.
        of: u32,
        /// What the server said.
        error: String,
    },
    /// A file is half undone.
    Undoing {
        /// The migration.
        id: String,
    },
    /// A file comes after one with `phase = contract` that did not run.
    Waits {
        /// The file.
        id: String,
        /// The one that it waits for.
        contract: String,
    },
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { id } => write!(
                f,
                "{id} was changed after it ran: restore the file, or run `orm migrate repair --accept {id} --reason \"…\"` if \
                 the change means nothing"
            ),
            Self::Missing { id } => write!(
                f,
                "{id} ran here, and its file is missing: restore it, or run `orm migrate repair --removed {id} --reason \"…\"` \
                 if it was removed on purpose"
            ),
            Self::Gap { id, applied } => write!(
                f,
                "{id} did not run, and {applied}, which comes after it, did: run `orm migrate new --rebase {id}`, or \
                 `orm migrate repair --skip {id} --reason \"…\"` if it must not run"
            ),
            Self::Failed { id, step, of, error } => write!(
                f,
                "step {step} of {of} of {id} failed: {error}: mend the cause, and run `orm migrate repair --resume`"
            ),
            Self::Undoing { id } => write!(f, "{id} is half undone: run `orm migrate down` again"),
            Self::Waits { id, contract } => write!(
                f,
                "{id} comes after {contract}, which has `phase = contract` and did not run: run `orm migrate up --contract` \
                 once the old version of the application has stopped"
            ),
        }
    }
}

impl Review<'_> {
    /// Refuses a database on which nothing may run.
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] with one line for each problem, which names the command that mends it.
    pub fn check(&self) -> Result<()> {
        if self.problems.is_empty() {
            return Ok(());
        }
        let lines: Vec<_> = self.problems.iter().map(ToString::to_string).collect();
        Err(Error::new(ErrorKind::Migration, lines.join("\n")))
    }
}

/// Compares files, which must be in order by id, with what ran on a database.
///
/// A file is pending if it is not in the history, wherever it stands in the order. It must only not be before one that ran.
///
/// ```
/// use orm_pg::schema::migrate::{file::migrations, review};
///
/// let files = migrations([("20261127090000_users.up.sql", "CREATE TABLE users (id bigint PRIMARY KEY);")])?;
/// let review = review(&files, &[], false);
/// assert_eq!((review.pending.len(), review.problems.len()), (1, 0));
/// # Ok::<(), orm_pg::Error>(())
/// ```
#[must_use]
pub fn review<'a>(migrations: &'a [Migration], history: &[Applied], contract: bool) -> Review<'a> {
    let graph = Graph::new(migrations);
    let ran: HashMap<_, _> = history.iter().map(|it| (it.id.as_str(), it)).collect();
    let mut review = Review::default();
    for row in history {
        match migrations.iter().find(|it| it.id == row.id) {
            None if row.state == State::Removed => {}
            None => review.problems.push(Conflict::Missing { id: row.id.clone() }),
            Some(file) if file.up.checksum != row.checksum => {
                review.problems.push(Conflict::Changed { id: row.id.clone() });
            }
            Some(_) => {}
        }
        if row.state == State::Partial {
            let (id, step, of) = (row.id.clone(), row.steps_done + 1, row.steps_total);
            match &row.error {
                _ if row.undoing => review.problems.push(Conflict::Undoing { id }),
                Some(error) => review.problems.push(Conflict::Failed { id, step, of, error: error.clone() }),
                None => {}
            }
        }
    }
    for file in graph.order() {
        let row = ran.get(file.id.as_str());
        if row.is_some_and(|it| it.state != State::Partial) {
            continue;
        }
        if row.is_none() && file.up.header.phase == Phase::Contract && !contract {
            review.waiting.push(file);
            continue;
        }
        let after = history.iter().find(|it| row.is_none() && graph.is_after(&it.id, &file.id));
        // A file may pass one that waits if they have nothing to do with each other.
        if let Some(applied) = after.filter(|it| !may_pass(migrations, file, &it.id)) {
            review.problems.push(Conflict::Gap { id: file.id.clone(), applied: applied.id.clone() });
        }
        let blocks = |it: &&&Migration| graph.is_after(&file.id, &it.id) && !may_pass(migrations, it, &file.id);
        if let Some(contract) = review.waiting.iter().find(blocks) {
            review.problems.push(Conflict::Waits { id: file.id.clone(), contract: contract.id.clone() });
        }
        if row.is_some() { review.pending.insert(0, file) } else { review.pending.push(file) }
    }
    review
}

/// Whether the migration `later` may run before `waiting`, which waits for the application: both say what they change, and
/// these are different objects.
fn may_pass(migrations: &[Migration], waiting: &Migration, later: &str) -> bool {
    let touches = migrations.iter().find(|it| it.id == later).and_then(|it| it.up.header.touches.as_ref());
    let own = waiting.up.header.touches.as_ref().filter(|_| waiting.up.header.phase == Phase::Contract);
    own.zip(touches).is_some_and(|(own, others)| !own.iter().any(|it| others.iter().any(|other| it.overlaps(other))))
}

#[cfg(test)]
mod tests;
