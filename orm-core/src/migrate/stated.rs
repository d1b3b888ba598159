//! What a step locks, stated without running it.

pub(super) mod classify;
mod cost;
mod table;
mod word;

pub use self::cost::{is_volatile, keeps_rows};
use super::{Effect, Effects, LockMode, RelationKind};
use crate::catalog::Catalog;

/// A kind of statement, and what each statement of the kind locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kind {
    /// What it does: `add a check, not valid`.
    pub name: &'static str,
    /// A statement of this kind.
    pub example: &'static str,
    /// The relations of the example that it locks, more than a SELECT does: first the one that it names, then those that it
    /// also locks, such as the target of a foreign key.
    pub relations: &'static [(&'static str, Stated)],
    /// Whether the server refuses it in a transaction.
    pub alone: bool,
    /// The first major version that has it, if that is later than 14.
    pub since: u32,
}

impl Kind {
    /// All kinds.
    ///
    /// ```
    /// use orm_pg::schema::migrate::{Kind, LockMode};
    ///
    /// let index = Kind::ALL.iter().find(|it| it.name == "create an index").expect("the kind");
    /// assert_eq!(index.relations[0].1.lock, LockMode::Share);
    /// ```
    pub const ALL: &'static [Self] = table::KINDS;
}

/// The lock that a kind of statement takes on a relation, and what it does under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stated {
    /// The strongest lock.
    pub lock: LockMode,
    /// Whether all rows are written to a new file.
    pub rewritten: bool,
    /// Whether all rows are read.
    pub scanned: bool,
    /// Whether an index is built.
    pub built: bool,
}

impl Stated {
    /// Returns what was measured, in the form of a statement about it; nothing if it locks no more than a SELECT.
    #[must_use]
    pub fn of(effect: &Effect) -> Option<Self> {
        let lock = effect.lock.filter(|it| *it > LockMode::AccessShare)?;
        let built = !effect.indexes.is_empty();
        Some(Self { lock, rewritten: effect.rewritten, scanned: effect.scanned, built })
    }
}

/// Returns the kind of a statement, and what it locks, from its text and the schema before it. Nothing if the statement is of
/// no kind that is known here: then only a measurement can tell.
///
/// Meant for the statements of a plan, which have a regular form; a measurement on a scratch database is right for any SQL.
///
/// ```
/// use orm_pg::schema::{catalog::{Catalog, Name}, migrate::{LockMode, stated}};
///
/// let (kind, effects) = stated(r#"CREATE INDEX "i" ON "app"."users" ("name")"#, &Catalog::default()).expect("a kind");
/// assert_eq!(kind.name, "create an index");
/// assert_eq!(effects.lock(&Name::new("app", "users")), Some(LockMode::Share));
/// assert_eq!(stated("DO 'BEGIN END'", &Catalog::default()), None);
/// ```
#[must_use]
pub fn stated(sql: &str, before: &Catalog) -> Option<(&'static Kind, Effects)> {
    let (name, relations) = classify::classify(sql, before)?;
    let kind = Kind::ALL.iter().find(|it| it.name == name)?;
    let mut effects = Effects { relations: Vec::new(), alone: kind.alone };
    for (relation, (_, stated)) in relations.into_iter().zip(kind.relations) {
        let view = before.views.iter().find(|it| it.name == relation);
        let kind = match view {
            Some(view) if view.materialized => RelationKind::MaterializedView,
            Some(_) => RelationKind::View,
            None if before.sequences.iter().any(|it| it.name == relation) => RelationKind::Sequence,
            None => RelationKind::Table,
        };
        let mut effect = Effect::new(relation, kind, Some(stated.lock));
        (effect.rewritten, effect.scanned) = (stated.rewritten, stated.scanned);
        effects.relations.push(effect);
    }
    effects.relations.sort_by(|a, b| a.relation.cmp(&b.relation));
    Some((kind, effects))
}
