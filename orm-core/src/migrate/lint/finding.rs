//! What has been found.

use std::fmt;

use crate::{
    catalog::Name,
    migrate::{Allow, Step},
};

/// How dangerous something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Dangerous in some cases, which only a person can judge.
    Warning,
    /// It stops the application, breaks it or loses data.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Something dangerous about a step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The name of the rule: `require-concurrent-index-creation`.
    pub rule: &'static str,
    /// How dangerous it is.
    pub level: Level,
    /// The position of the step, from 0.
    pub step: usize,
    /// The table that it concerns.
    pub table: Option<Name>,
    /// The line of the statement in its file, if the steps are those of a file.
    pub line: Option<usize>,
    /// What permits it in the header of a file: the word for a step that loses data, such as `drop_column(users.nick)`, otherwise
    /// the rule with the table, such as `long-lock(users)`.
    pub allow: Allow,
    /// What happens, one sentence.
    pub message: String,
    /// The steps that do the same safely, if there are such.
    pub recipe: Vec<Step>,
}
