//! Migration files: `migrations/20261127090000_add_mood.up.sql`, and what their comments say.
//!
//! ```sql
//! -- orm: after = 20261126120000_users
//! -- orm: touches = table:users, type:mood
//!
//! CREATE TYPE mood AS ENUM ('good', 'bad');
//!
//! -- orm: step
//! ALTER TABLE users ADD COLUMN mood mood;
//! ```
//!
//! Nothing here reads a folder: the caller passes the names of files and their texts.

mod checksum;
mod generate;
mod graph;
mod name;
mod parse;
mod print;
#[cfg(test)]
mod tests;
mod touch;

use super::{Allow, Phase};

pub use self::{
    checksum::checksum,
    generate::{generate, undoing},
    graph::{Graph, Problem},
    name::{check_id, id, utc_time},
    parse::{migrations, parse},
    touch::Touch,
};

/// A migration: its file, and the file that undoes it, if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The name of the file without `.up.sql`: `20261127090000_add_mood`.
    pub id: String,
    /// What it does: the file `.up.sql`.
    pub up: Script,
    /// What undoes it: the file `.down.sql`.
    pub down: Option<Script>,
}

/// The content of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// What its first comments say.
    pub header: Header,
    /// Its steps, in the order in which they run.
    pub steps: Vec<ScriptStep>,
    /// The [`checksum`] of its text.
    pub checksum: String,
}

/// The comments at the beginning of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The migrations that must run before this one: `after = 20261126120000_users`. If there is none, it is the one before
    /// it in the order of the ids.
    pub after: Vec<String>,
    /// Whether all steps run in one transaction. `transaction = none` says that each has its own.
    pub one_transaction: bool,
    /// Whether it waits until the old version of the application has stopped: `phase = contract`.
    pub phase: Phase,
    /// The destructive steps that are wanted: `allow = drop_column(users.nick)`.
    pub allow: Vec<Allow>,
    /// The objects that it changes: `touches = table:users, type:mood`. `None` if the file does not say it.
    pub touches: Option<Vec<Touch>>,
}

impl Default for Header {
    /// A header that says nothing.
    fn default() -> Self {
        Self { after: Vec::new(), one_transaction: true, phase: Phase::Expand, allow: Vec::new(), touches: None }
    }
}

/// What lies between two lines `-- orm: step`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptStep {
    /// What it runs.
    pub action: Action,
    /// The number of its first line in the file; the file's first line is 1.
    pub line: usize,
}

/// What a step runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// One or more statements: `-- orm: step`.
    Sql(String),
    /// One statement that is run again, each time in a transaction of its own, until it affects no row:
    /// `-- orm: step = repeat`.
    Repeat(String),
    /// A function of the application, registered under the id of the migration: `-- orm: step = rust`.
    Rust,
}
