//! The steps from one catalog to another.
//!
//! ```text
//! renames                     what was declared, so that the rest compares equal names
//! labels of enums             each committed on its own, since it cannot be used before that
//! drops of what is in the way views over a column that changes, objects that are made anew
//! creations and changes       each after what it needs
//! drops of the rest           what holds data comes last
//! ```

mod column;
mod create;
mod detail;
mod drop;
mod equal;
mod family;
mod online;
mod rename;
mod same;
mod sequence;
mod spread;
mod table;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Allow, Options, Phase, Plan, Step,
    needs::{Needs, needs},
    part::{Key, Part, parts},
};
use crate::{
    catalog::{Catalog, Name, Sequence},
    error::{Error, ErrorKind, Result},
};

/// Returns the steps that change the schema `from` into `to`.
///
/// Both catalogs must be as a server writes them, of one version: expressions are compared as texts. A destructive step is
/// in the plan only if [`Options::allow`] permits exactly it. Objects that a catalog does not describe are not touched.
///
/// # Errors
/// [`ErrorKind::Migration`] if a destructive step is not permitted (the message has the words for all of them), if a
/// declared rename names what is not there, or if PostgreSQL has no statement for a change, such as another partition key.
///
/// ```
/// # use orm_pg::schema::{catalog::Catalog, migrate::{Options, diff}};
/// let plan = diff(&Catalog::default(), &Catalog::default(), &Options::new())?;
/// assert!(plan.is_empty());
/// # Ok::<(), orm_pg::Error>(())
/// ```
pub fn diff(from: &Catalog, to: &Catalog, options: &Options) -> Result<Plan> {
    let (renamed, renames) = rename::apply(from, options)?;
    let mut diff = Diff::new(&renamed, to, options);
    diff.plan.steps = renames;
    diff.compare();
    diff.compare_identities();
    diff.spread();
    diff.write()?;
    permitted(&diff.plan, options)?;
    Ok(diff.plan)
}

/// Returns the steps of the declared renames alone, which are the first ones of the plan.
///
/// # Errors
/// As [`diff`].
///
/// ```
/// # use orm_pg::schema::{catalog::Catalog, migrate::{Options, renames}};
/// assert!(renames(&Catalog::default(), &Options::new())?.is_empty());
/// # Ok::<(), orm_pg::Error>(())
/// ```
pub fn renames(from: &Catalog, options: &Options) -> Result<Plan> {
    let (_, steps) = rename::apply(from, options)?;
    let plan = Plan { steps, notes: Vec::new() };
    permitted(&plan, options)?;
    Ok(plan)
}

/// Returns the schema after the declared renames. Texts that only a server reads, such as those of views, keep the old names.
///
/// # Errors
/// As [`diff`], without the permissions.
///
/// ```
/// # use orm_pg::schema::{catalog::Catalog, migrate::{Options, renamed}};
/// assert_eq!(renamed(&Catalog::default(), &Options::new())?, Catalog::default());
/// # Ok::<(), orm_pg::Error>(())
/// ```
pub fn renamed(from: &Catalog, options: &Options) -> Result<Catalog> {
    Ok(rename::apply(from, options)?.0)
}

/// Refuses a plan with destructive steps that nothing permits.
pub(super) fn permitted(plan: &Plan, options: &Options) -> Result<()> {
    let needed: BTreeSet<_> = plan.steps.iter().filter_map(|it| it.allow.as_ref()).collect();
    let missing: Vec<_> = needed.into_iter().filter(|it| !options.allow.contains(it)).map(Allow::to_string).collect();
    if missing.is_empty() || options.all {
        return Ok(());
    }
    let text = format!(
        "the plan has steps that lose data or break what runs. If they are meant, allow each of them: {}",
        missing.join(", ")
    );
    Err(Error::new(ErrorKind::Migration, text))
}

/// A step that changes the part.
fn step(key: &Key, sql: impl Into<String>) -> Step {
    let object = key.object();
    Step { relation: key.of().cloned(), ..Step::new(object.kind, object.identity, sql) }
}

struct Diff<'a> {
    options: &'a Options,
    from: &'a Catalog,
    to: &'a Catalog,
    old: BTreeMap<Key, Part<'a>>,
    new: BTreeMap<Key, Part<'a>>,
    old_needs: Needs,
    new_needs: Needs,
    /// What is dropped, including what is made anew.
    gone: BTreeSet<Key>,
    /// What is created, including what is made anew.
    made: BTreeSet<Key>,
    /// What is changed in place.
    altered: BTreeSet<Key>,
    /// Columns whose type changes, so that nothing may refer to it meanwhile.
    retyped: BTreeSet<Key>,
    /// Types that are replaced by new ones of the same name.
    replaced: BTreeSet<Key>,
    /// Columns that become NOT NULL when their rows have been filled.
    required_later: Vec<Key>,
    /// The tables whose DROP is written.
    dropped: BTreeSet<Key>,
    /// What another step has done already.
    done: BTreeSet<Key>,
    /// What is dropped before anything is created.
    early: BTreeSet<Key>,
    plan: Plan,
}

impl<'a> Diff<'a> {
    fn new(from: &'a Catalog, to: &'a Catalog, options: &'a Options) -> Self {
        let (old, new) = (parts(from), parts(to));
        let (old_needs, new_needs) = (needs(from, &old), needs(to, &new));
        Self {
            options,
            from,
            to,
            old,
            new,
            old_needs,
            new_needs,
            gone: BTreeSet::new(),
            made: BTreeSet::new(),
            altered: BTreeSet::new(),
            retyped: BTreeSet::new(),
            replaced: BTreeSet::new(),
            required_later: Vec::new(),
            dropped: BTreeSet::new(),
            done: BTreeSet::new(),
            early: BTreeSet::new(),
            plan: Plan::default(),
        }
    }

    /// Sorts the parts into those that are dropped, created and changed.
    fn compare(&mut self) {
        let all: BTreeSet<_> = self.old.keys().chain(self.new.keys()).cloned().collect();
        for key in all {
            match (self.old.get(&key), self.new.get(&key)) {
                (Some(_), None) => drop(self.gone.insert(key)),
                (None, Some(_)) => drop(self.made.insert(key)),
                (Some(old), Some(new)) => match same::compare(old, new, self.to.server_version) {
                    same::Change::None => {}
                    same::Change::Alter => drop(self.altered.insert(key)),
                    same::Change::Retype => {
                        self.retyped.insert(key.clone());
                        self.altered.insert(key);
                    }
                    same::Change::Replace => {
                        self.replaced.insert(key.clone());
                        self.altered.insert(key);
                    }
                    same::Change::Remake => {
                        self.gone.insert(key.clone());
                        self.made.insert(key);
                    }
                },
                (None, None) => {}
            }
        }
    }

    /// Counts columns as changed if the sequences of their identity are.
    fn compare_identities(&mut self) {
        for is in &self.to.sequences {
            let Some(owner) = is.owner.as_ref().filter(|it| it.identity) else { continue };
            let was = self.from.sequences.iter().find(|it| it.owner.as_ref() == Some(owner));
            let key = Key::Column(owner.table.clone(), owner.column.clone());
            let differs = was.is_some_and(|was| Sequence { unlogged: is.unlogged, ..was.clone() } != *is);
            if differs && !self.gone.contains(&key) {
                self.altered.insert(key);
            }
        }
    }

    /// Writes the steps.
    fn write(&mut self) -> Result<()> {
        self.rename_equal();
        self.add_labels()?;
        let (early, late) = self.drops();
        self.loosen(&late);
        for key in &early {
            self.drop_part(key, Phase::Expand);
        }
        self.drop_identities();
        self.drop_expressions();
        self.create_and_alter()?;
        let phase = if self.options.online { Phase::Contract } else { Phase::Expand };
        for key in &late {
            if self.gone.contains(key) {
                self.drop_part(key, phase);
            } else {
                self.drop_replaced(key, phase);
            }
        }
        self.require_filled();
        Ok(())
    }

    fn push(&mut self, step: Step) {
        self.plan.steps.push(step);
    }

    /// Whether the table exists before the plan and after it.
    fn stays(&self, table: &Name) -> bool {
        let key = Key::Table(table.clone());
        self.old.contains_key(&key) && self.new.contains_key(&key)
    }
}
