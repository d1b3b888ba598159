//! Which migrations ran on a database, and which will.

use orm_core::migrate::{
    Applied, Conflict, Phase, State,
    file::{Graph, Migration},
    review,
};

/// What a database has of the migrations: `Migrations::status`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The files in their order, and then what ran without a file.
    pub migrations: Vec<MigrationStatus>,
    /// Why nothing may run; each names the command that mends it.
    pub problems: Vec<Conflict>,
}

/// What a database has of one migration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MigrationStatus {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub standing: Standing,
    /// Its row in the history.
    pub applied: Option<Applied>,
}

/// Where a migration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// It runs at the next `run`.
    Pending,
    /// It has `phase = contract`, and runs when that is asked for.
    Waiting,
    /// It has begun, and goes on at the next `run`, unless it failed.
    Partial,
    /// It ran, or counts as run: the row says why.
    Done,
    /// It ran, and its file is not there.
    Missing,
}

impl Status {
    /// Returns the ids of the migrations that stand there.
    pub fn ids(&self, standing: Standing) -> impl Iterator<Item = &str> {
        self.migrations.iter().filter(move |it| it.standing == standing).map(|it| it.id.as_str())
    }
}

pub(super) fn status(migrations: &[Migration], history: &[Applied]) -> Status {
    let problems = review(migrations, history, true).problems;
    let row = |id: &str| history.iter().find(|it| it.id == id);
    let mut entries = Vec::new();
    for file in Graph::new(migrations).order() {
        let applied = row(&file.id).cloned();
        let standing = match &applied {
            Some(row) if row.state == State::Partial => Standing::Partial,
            Some(_) => Standing::Done,
            None if file.up.header.phase == Phase::Contract => Standing::Waiting,
            None => Standing::Pending,
        };
        entries.push(MigrationStatus { id: file.id.clone(), standing, applied });
    }
    for row in history.iter().filter(|row| !migrations.iter().any(|it| it.id == row.id)) {
        let standing = if row.state == State::Removed { Standing::Done } else { Standing::Missing };
        entries.push(MigrationStatus { id: row.id.clone(), standing, applied: Some(row.clone()) });
    }
    Status { migrations: entries, problems }
}
