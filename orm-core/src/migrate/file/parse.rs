//! Reads files.

use std::collections::BTreeMap;

use super::{Action, Header, Migration, Script, ScriptStep, checksum, name::check_id, touch::list};
use crate::{
    error::{Error, ErrorKind, Result},
    migrate::Phase,
};

const UP: &str = ".up.sql";
const DOWN: &str = ".down.sql";

/// What a header can say.
const KEYS: &str = "`after`, `transaction`, `phase`, `allow`, `touches` or `step`";

/// Reads the files of a folder, each by its name and its text. They are returned in the order of their ids.
///
/// Files whose name does not end in `.sql` are skipped.
///
/// # Errors
/// [`ErrorKind::Migration`] with the name and the line: for a file `.sql` that is neither `.up.sql` nor `.down.sql`, a name
/// without a time, a `.down.sql` without its `.up.sql`, and what [`parse`] refuses.
///
/// ```
/// use orm_pg::schema::migrate::file::migrations;
///
/// let found = migrations([("20261127090000_users.up.sql", "CREATE TABLE users (id bigint PRIMARY KEY);")])?;
/// assert_eq!(found[0].id, "20261127090000_users");
/// # Ok::<(), orm_pg::Error>(())
/// ```
pub fn migrations<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<Migration>> {
    let (mut ups, mut downs) = (BTreeMap::new(), BTreeMap::new());
    for (name, text) in files.into_iter().filter(|it| it.0.ends_with(".sql")) {
        let (id, into) = match (name.strip_suffix(UP), name.strip_suffix(DOWN)) {
            (Some(id), _) => (id, &mut ups),
            (None, Some(id)) => (id, &mut downs),
            (None, None) => {
                let text = format!("{name}: rename it to end in {UP}, or in {DOWN} if it undoes a migration");
                return Err(Error::new(ErrorKind::Migration, text));
            }
        };
        check_id(id)?;
        drop(into.insert(id.to_owned(), parse(name, text)?));
    }
    let mut found = Vec::new();
    for (id, up) in ups {
        let down = downs.remove(&id);
        found.push(Migration { id, up, down });
    }
    match downs.into_keys().next() {
        None => Ok(found),
        Some(id) => Err(Error::new(ErrorKind::Migration, format!("{id}{DOWN} undoes nothing: {id}{UP} is missing"))),
    }
}

/// Reads the text of one file; `file` names it in errors.
///
/// # Errors
/// [`ErrorKind::Migration`] with `file` and the number of the line: for a comment `-- orm:` that is not understood, or stands
/// where it has no meaning; for a step without statements.
///
/// ```
/// use orm_pg::schema::migrate::file::parse;
///
/// let script = parse("a.up.sql", "-- orm: transaction = none\nCREATE INDEX CONCURRENTLY a ON t (b);")?;
/// assert!(!script.header.one_transaction);
/// let error = parse("a.up.sql", "-- orm: afterr = b\nSELECT 1;").unwrap_err();
/// assert!(error.to_string().contains("a.up.sql:1"));
/// # Ok::<(), orm_pg::Error>(())
/// ```
pub fn parse(file: &str, text: &str) -> Result<Script> {
    let mut reader = Reader { file, header: Header::default(), steps: Vec::new(), begun: false };
    let mut step = Open { kind: Kind::Sql, line: 1, text: String::new(), marked: None };
    let clean = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (at, line) in clean.lines().enumerate().map(|(at, line)| (at + 1, line)) {
        let Some(comment) = comment(line) else {
            step.push(at, line);
            reader.begun |= is_statement(line);
            continue;
        };
        let (key, value) = comment.split_once('=').map_or((comment, None), |(key, value)| (key, Some(value.trim())));
        match (key.trim(), value) {
            ("step", value) => {
                let kind = match value {
                    None => Kind::Sql,
                    Some("repeat") => Kind::Repeat,
                    Some("rust") => Kind::Rust,
                    Some(other) => {
                        return Err(reader.error(
                            at,
                            &format!("a step is not {other:?}: write `step`, `step = repeat` or `step = rust`"),
                        ));
                    }
                };
                let next = Open { kind, line: at + 1, text: String::new(), marked: Some(at) };
                let done = std::mem::replace(&mut step, next);
                reader.end(&done)?;
            }
            (key, Some(value)) if step.marked.is_none() && !reader.begun => reader.read(at, key, value)?,
            (key, Some(_)) if is_key(key) => {
                return Err(reader.error(at, &format!("`{key}` must be above all statements and steps")));
            }
            _ => return Err(reader.error(at, &format!("`{comment}` is not understood: write {KEYS}"))),
        }
    }
    reader.end(&step)?;
    if reader.steps.is_empty() {
        return Err(reader.error(clean.lines().count().max(1), "the file has no statement"));
    }
    if reader.steps.iter().filter(|it| it.action == Action::Rust).count() > 1 {
        return Err(reader.error(1, "a file can have one `step = rust`: split it"));
    }
    if reader.header.one_transaction
        && let Some(step) = reader.steps.iter().find(|it| matches!(it.action, Action::Repeat(_)))
    {
        let text = "`step = repeat` commits after each run: write `-- orm: transaction = none` at the top";
        return Err(reader.error(step.line.saturating_sub(1), text));
    }
    Ok(Script { header: reader.header, steps: reader.steps, checksum: checksum(text) })
}

/// What follows `-- orm:` on a line of its own.
fn comment(line: &str) -> Option<&str> {
    line.trim().strip_prefix("--")?.trim_start().strip_prefix("orm:").map(str::trim)
}

/// Whether a line is more than a comment.
fn is_statement(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("--")
}

fn is_key(key: &str) -> bool {
    matches!(key, "after" | "transaction" | "phase" | "allow" | "touches")
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Sql,
    Repeat,
    Rust,
}

/// The step whose lines are being read.
struct Open {
    kind: Kind,
    line: usize,
    text: String,
    /// The line of its marker; none for what stands above all markers.
    marked: Option<usize>,
}

impl Open {
    fn push(&mut self, at: usize, line: &str) {
        if self.text.is_empty() {
            if line.trim().is_empty() {
                return;
            }
            self.line = at;
        }
        self.text.push_str(line.strip_suffix('\r').unwrap_or(line));
        self.text.push('\n');
    }
}

struct Reader<'a> {
    file: &'a str,
    header: Header,
    steps: Vec<ScriptStep>,
    /// Whether there was a statement.
    begun: bool,
}

impl Reader<'_> {
    fn error(&self, line: usize, text: &str) -> Error {
        Error::new(ErrorKind::Migration, format!("{}:{line}: {text}", self.file))
    }

    /// Adds a step whose lines are all read.
    fn end(&mut self, step: &Open) -> Result<()> {
        let text = step.text.trim_end().to_owned();
        let empty = !text.lines().any(is_statement);
        let action = match (step.kind, step.marked) {
            // Comments above the first marker.
            (Kind::Sql, None) if empty => return Ok(()),
            (Kind::Sql | Kind::Repeat, at) if empty => {
                return Err(self.error(at.unwrap_or(step.line), "the step has no statement"));
            }
            (Kind::Rust, at) if !empty => {
                let text = "`step = rust` has no statements: begin those after it with `-- orm: step`";
                return Err(self.error(at.unwrap_or(step.line), text));
            }
            (Kind::Rust, _) => Action::Rust,
            (Kind::Sql, _) => Action::Sql(text),
            (Kind::Repeat, _) => Action::Repeat(text),
        };
        self.steps.push(ScriptStep { action, line: step.line });
        Ok(())
    }

    fn read(&mut self, line: usize, key: &str, value: &str) -> Result<()> {
        let at = |error: Error| {
            let text = format!("{}:{line}: {error}", self.file);
            error.with_kind(ErrorKind::Migration, text)
        };
        match (key, value) {
            ("after", ids) => {
                for id in list(ids) {
                    check_id(id).map_err(at)?;
                    self.header.after.push(id.to_owned());
                }
            }
            ("transaction", "none") => self.header.one_transaction = false,
            ("transaction", _) => return Err(self.error(line, "`transaction` can only be `none`")),
            ("phase", "contract") => self.header.phase = Phase::Contract,
            ("phase", "expand") => self.header.phase = Phase::Expand,
            ("phase", _) => return Err(self.error(line, "`phase` is `expand` or `contract`")),
            ("allow", words) => {
                for word in list(words) {
                    self.header.allow.push(word.parse().map_err(at)?);
                }
            }
            ("touches", objects) => {
                let mut touches = self.header.touches.take().unwrap_or_default();
                for object in list(objects) {
                    touches.push(object.parse().map_err(at)?);
                }
                self.header.touches = Some(touches);
            }
            (key, _) => return Err(self.error(line, &format!("`{key}` is not understood: write {KEYS}"))),
        }
        Ok(())
    }
}
