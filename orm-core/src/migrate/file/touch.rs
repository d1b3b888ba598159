//! The objects that a migration changes.

use std::{fmt, str::FromStr};

use crate::{
    catalog::Object,
    error::{Error, ErrorKind, Result},
    migrate::Step,
};

/// An object that a migration changes, as its file names it: `table:users`, `column:app.users.nick`, `type:mood`.
///
/// The schema `public` is not written.
///
/// ```
/// use orm_pg::schema::migrate::file::Touch;
///
/// let (table, column): (Touch, Touch) = ("table:users".parse()?, "column:users.nick".parse()?);
/// assert!(table.overlaps(&column));
/// assert!(!column.overlaps(&"column:users.mood".parse()?));
/// # Ok::<(), orm_pg::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Touch {
    /// `table`, `column`, `type`, `index`, `view`, `function`, …
    pub kind: String,
    /// Its name.
    pub name: String,
}

impl Touch {
    /// Returns the object `kind:name`.
    #[must_use]
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind: kind.into(), name: name.into() }
    }

    /// Returns what a change of `object` touches: its table for a constraint, a trigger or a policy (`name on app.users`), and
    /// itself otherwise.
    #[must_use]
    pub fn of(object: &Object) -> Self {
        let name = |identity: &str| identity.strip_prefix("public.").unwrap_or(identity).to_owned();
        if let Some((_, table)) = object.identity.split_once(" on ") {
            return Self::new("table", name(table));
        }
        let kind = match object.kind.as_str() {
            "table column" => "column",
            "enum type" | "composite type" | "domain" | "enum" => "type",
            kind => kind,
        };
        Self::new(kind.replace(' ', "_"), name(&object.identity))
    }

    /// Returns what a step of a plan touches: a column alone, an index with its table, and the table of all else that belongs to
    /// one.
    #[must_use]
    pub fn of_step(step: &Step) -> Vec<Self> {
        let own = Self::of(&step.object);
        let relation = step.relation.as_ref().map(|it| Self::new("table", it.short()));
        match (step.object.kind.as_str(), relation) {
            ("default value", _) => vec![Self::new("column", own.name)],
            ("table column", _) | (_, None) => vec![own],
            ("index", Some(table)) => vec![own, table],
            (_, Some(table)) => vec![table],
        }
    }

    /// Returns whether two migrations that touch these depend on each other's order: the objects are the same, or one is the
    /// table of the other, a column. A view and a table of one name are the same.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let relation = |it: &Self| matches!(it.kind.as_str(), "table" | "view");
        let within = |table: &Self, column: &Self| {
            let inside = column.name.strip_prefix(table.name.as_str()).is_some_and(|it| it.starts_with('.'));
            table.kind == "table" && column.kind == "column" && inside
        };
        let same = relation(self) && relation(other) && self.name == other.name;
        self == other || same || within(self, other) || within(other, self)
    }
}

impl fmt::Display for Touch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.name)
    }
}

impl FromStr for Touch {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim().split_once(':') {
            Some((kind, name)) if !kind.is_empty() && !name.is_empty() && !kind.contains(char::is_whitespace) => {
                Ok(Self::new(kind, name.strip_prefix("public.").unwrap_or(name)))
            }
            _ => Err(Error::new(
                ErrorKind::Migration,
                format!("{text:?} names no object: write its kind and its name, as in `table:users`"),
            )),
        }
    }
}

/// Splits a list at its commas, except those in quotes and parentheses.
pub(super) fn list(text: &str) -> Vec<&str> {
    let (mut items, mut start, mut quoted, mut depth) = (Vec::new(), 0, false, 0_usize);
    for (at, it) in text.char_indices() {
        match it {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                items.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    items.extend(text.get(start..));
    items.into_iter().map(str::trim).filter(|it| !it.is_empty()).collect()
}
