//! Which migration comes after which, and which may change places.

use std::{collections::HashMap, fmt};

use super::{Migration, Touch};
use crate::error::{Error, ErrorKind, Result};

/// The order of migrations: each comes after those that its header names.
///
/// ```
/// use orm_pg::schema::migrate::file::{Graph, migrations};
///
/// let files = [
///     ("20261127090000_a.up.sql", "-- orm: touches = table:a\nCREATE TABLE a ();"),
///     ("20261127090001_b.up.sql", "-- orm: after = 20261127090000_a\n-- orm: touches = table:b\nCREATE TABLE b ();"),
///     ("20261127090002_c.up.sql", "-- orm: after = 20261127090000_a\n-- orm: touches = table:b\nDROP TABLE b;"),
/// ];
/// let migrations = migrations(files)?;
/// let graph = Graph::new(&migrations);
/// let problem = graph.problems()[0].to_string();
/// assert!(problem.contains("20261127090001_b and 20261127090002_c both change table:b"));
/// assert!(graph.check().is_err());
/// # Ok::<(), orm_pg::Error>(())
/// ```
#[derive(Debug)]
pub struct Graph<'a> {
    migrations: &'a [Migration],
    /// Of each migration, those directly before it.
    before: Vec<Vec<usize>>,
    /// Of each migration, whether another one is before it.
    ancestors: Vec<Vec<bool>>,
    /// The migrations in an order in which they can run.
    order: Vec<usize>,
    problems: Vec<Problem>,
}

/// Why a set of files has no order in which all of them can run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A file comes after another one that is not there.
    Missing {
        /// The file.
        file: String,
        /// What it comes after.
        after: String,
    },
    /// Files come after each other.
    Cycle {
        /// The files.
        files: Vec<String>,
    },
    /// Neither of two files comes after the other, and both change one object.
    Overlap {
        /// The one whose name is smaller.
        left: String,
        /// The other one.
        right: String,
        /// What `left` changes.
        object: Touch,
    },
    /// Neither of two files comes after the other, and one does not say what it changes.
    Unstated {
        /// The file that does not say it.
        file: String,
        /// The other one.
        other: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { file, after } => write!(
                f,
                "{file} comes after {after}, which is missing: restore that file, or correct `-- orm: after` of {file}"
            ),
            Self::Cycle { files } => {
                write!(f, "these come after each other: {}: correct `-- orm: after` of one of them", files.join(", "))
            }
            Self::Overlap { left, right, object } => write!(
                f,
                "{left} and {right} both change {object}, and neither comes after the other: run `orm migrate new --rebase`, \
                 or write `-- orm: after = {left}` in {right}"
            ),
            Self::Unstated { file, other } => write!(
                f,
                "neither of {file} and {other} comes after the other, and {file} does not say what it changes: write \
                 `-- orm: touches = table:…` in it, or `-- orm: after`"
            ),
        }
    }
}

impl<'a> Graph<'a> {
    /// Returns the order of `migrations`, which must be sorted by id, as [`migrations`](super::migrations) returns them.
    #[must_use]
    pub fn new(migrations: &'a [Migration]) -> Self {
        let places: HashMap<_, _> = migrations.iter().enumerate().map(|(i, it)| (it.id.as_str(), i)).collect();
        let mut problems = Vec::new();
        let mut before = Vec::new();
        for (i, migration) in migrations.iter().enumerate() {
            let mut parents = Vec::new();
            for after in &migration.up.header.after {
                match places.get(after.as_str()) {
                    Some(place) => parents.push(*place),
                    None => problems.push(Problem::Missing { file: migration.id.clone(), after: after.clone() }),
                }
            }
            if migration.up.header.after.is_empty() {
                parents.extend(i.checked_sub(1));
            }
            before.push(parents);
        }
        let mut graph = Self { migrations, before, ancestors: Vec::new(), order: Vec::new(), problems };
        graph.sort();
        graph.compare();
        graph
    }

    /// Returns what is wrong with the files.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Refuses files with [`problems`](Self::problems).
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] with one line for each.
    pub fn check(&self) -> Result<()> {
        if self.problems.is_empty() {
            return Ok(());
        }
        let lines: Vec<_> = self.problems.iter().map(ToString::to_string).collect();
        Err(Error::new(ErrorKind::Migration, lines.join("\n")))
    }

    /// Returns the migrations in the order in which they run: after those that they come after, otherwise by their ids.
    /// Those of a cycle are left out.
    pub fn order(&self) -> impl Iterator<Item = &'a Migration> + '_ {
        self.order.iter().filter_map(|it| self.migrations.get(*it))
    }

    /// Returns the ids after which a new migration comes: those that no other one comes after.
    #[must_use]
    pub fn heads(&self) -> Vec<&'a str> {
        let last = |place: &usize| !self.before.iter().any(|it| it.contains(place));
        self.order
            .iter()
            .filter(|it| last(it))
            .filter_map(|it| self.migrations.get(*it))
            .map(|it| it.id.as_str())
            .collect()
    }

    /// Returns whether `later` comes after `earlier`, directly or by others between them.
    #[must_use]
    pub fn is_after(&self, later: &str, earlier: &str) -> bool {
        let place = |id| self.migrations.iter().position(|it: &Migration| it.id == id);
        place(later).zip(place(earlier)).is_some_and(|(later, earlier)| self.ancestor(later, earlier))
    }

    fn ancestor(&self, later: usize, earlier: usize) -> bool {
        self.ancestors.get(later).and_then(|it| it.get(earlier)).copied().unwrap_or(false)
    }

    /// Finds the order, and the ancestors of each migration.
    fn sort(&mut self) {
        let count = self.migrations.len();
        self.ancestors = vec![vec![false; count]; count];
        let mut done = vec![false; count];
        loop {
            let ready = |place: &usize| {
                let open = done.get(*place) == Some(&false);
                open && self.before.get(*place).is_some_and(|it| it.iter().all(|it| done.get(*it) == Some(&true)))
            };
            let Some(next) = (0..count).find(ready) else { break };
            let mut all = vec![false; count];
            for parent in self.before.get(next).into_iter().flatten() {
                if let Some(it) = all.get_mut(*parent) {
                    *it = true;
                }
                let inherited = self.ancestors.get(*parent).into_iter().flatten();
                all.iter_mut().zip(inherited).for_each(|(it, inherited)| *it |= *inherited);
            }
            if let Some(it) = self.ancestors.get_mut(next) {
                *it = all;
            }
            if let Some(it) = done.get_mut(next) {
                *it = true;
            }
            self.order.push(next);
        }
        let left: Vec<_> = self.migrations.iter().zip(&done).filter(|it| !it.1).map(|it| it.0.id.clone()).collect();
        if !left.is_empty() {
            self.problems.push(Problem::Cycle { files: left });
        }
    }

    /// Compares those of which neither comes after the other.
    fn compare(&mut self) {
        let in_order: Vec<_> = self.migrations.iter().enumerate().filter(|it| self.order.contains(&it.0)).collect();
        for (i, (left, one)) in in_order.iter().enumerate() {
            for (right, other) in in_order.iter().skip(i + 1) {
                if !self.ancestor(*left, *right) && !self.ancestor(*right, *left) {
                    self.problems.extend(conflict(one, other));
                }
            }
        }
    }
}

fn conflict(left: &Migration, right: &Migration) -> Option<Problem> {
    let unstated = |file: &Migration, other: &Migration| {
        Some(Problem::Unstated { file: file.id.clone(), other: other.id.clone() })
    };
    let Some(touched) = &left.up.header.touches else { return unstated(left, right) };
    let Some(others) = &right.up.header.touches else { return unstated(right, left) };
    let object = touched.iter().find(|it| others.iter().any(|other| it.overlaps(other)))?;
    Some(Problem::Overlap { left: left.id.clone(), right: right.id.clone(), object: object.clone() })
}
