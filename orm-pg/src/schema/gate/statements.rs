//! The statements of `sql!` in Rust sources, prepared on a database.

mod check;
mod read;
mod target;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use orm_core::error::{Error, ErrorKind, Result};

use self::{
    check::{Outcome, prepare},
    read::File,
};
use crate::Database;

/// What the statements of the sources have shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statements {
    /// How many could be prepared.
    pub prepared: usize,
    /// For how many of them the columns were compared with the type of the rows.
    pub compared: usize,
    /// How many `sql!` were left out: fragments of queries, and commands such as `CREATE TABLE`.
    pub left_out: usize,
    /// What cannot be prepared here, since that needs the types of the binds.
    pub undecided: Vec<Finding>,
    /// What fails when it runs.
    pub problems: Vec<Finding>,
}

/// A statement of the sources that cannot be prepared, or whose rows do not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The file, in the folder as it was given.
    pub file: PathBuf,
    /// The line of the text, counted from 1.
    pub line: usize,
    /// What the server says about it, or what does not fit.
    pub text: String,
}

impl Statements {
    /// Returns whether there is no problem. Undecided statements do not count.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.text)
    }
}

impl fmt::Display for Statements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { prepared, compared, left_out, undecided, problems } = self;
        let undecided_count = undecided.len();
        write!(
            f,
            "{prepared} prepared, {compared} of them compared with the type of their rows; {undecided_count} undecided; \
             {left_out} fragments and commands left out; {} wrong",
            problems.len()
        )?;
        problems.iter().try_for_each(|it| write!(f, "\n\n{it}"))?;
        if !undecided.is_empty() {
            f.write_str("\n")?;
        }
        undecided.iter().try_for_each(|it| write!(f, "\nnote: undecided without the types of its binds: {it}"))
    }
}

/// Prepares the statements of all Rust files in the folders.
pub(super) async fn check(db: &Database, folders: &[PathBuf]) -> Result<Statements> {
    let mut paths = Vec::new();
    for folder in folders {
        files(folder, &mut paths)?;
    }
    let mut files = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
        let file = File::read(&path, &text);
        files.push(file.map_err(|error| Error::new(ErrorKind::Migration, error))?);
    }
    let tests: Vec<_> = files.iter().flat_map(|it| &it.tests).cloned().collect();
    files.retain(|it| !tests.iter().any(|test| it.path.starts_with(test) || it.path == test.with_extension("rs")));
    let structs: Vec<_> = files.iter().flat_map(|it| &it.structs).collect();
    let mut found = Statements::default();
    let connection = db.connection().await?;
    for file in &files {
        found.left_out += file.left_out;
        for statement in &file.statements {
            let finding = |text| Finding { file: file.path.clone(), line: statement.line, text };
            match prepare(&connection, statement, &structs).await? {
                Outcome::Prepared { compared, problems } => {
                    found.prepared += 1;
                    found.compared += usize::from(compared);
                    found.problems.extend(problems.map(finding));
                }
                Outcome::Refused(text) => found.problems.push(finding(text)),
                Outcome::Undecided(text) => found.undecided.push(finding(text)),
            }
        }
    }
    Ok(found)
}

/// The Rust files of a folder and those in it, sorted.
fn files(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, error))?;
    let paths: std::result::Result<Vec<_>, _> = entries.map(|it| it.map(|it| it.path())).collect();
    let mut paths = paths.map_err(|error| unreadable(folder, error))?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, into)?;
        } else if path.extension().is_some_and(|it| it == "rs") {
            into.push(path);
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Migration, format!("{} cannot be read: {error}", path.display())).with_source(error)
}
