//! Tables that inherit from others, and partitions: the server changes many of their parts together with those of a parent.

use super::Diff;
use crate::{
    catalog::{Column, Constraint, ConstraintKind, Name, Table},
    migrate::part::{Key, Part},
};

impl<'a> Diff<'a> {
    fn old_table(&self, name: &Name) -> Option<&'a Table> {
        match self.old.get(&Key::Table(name.clone())) {
            Some(Part::Table(it)) => Some(it),
            _ => None,
        }
    }

    fn new_table(&self, name: &Name) -> Option<&'a Table> {
        match self.new.get(&Key::Table(name.clone())) {
            Some(Part::Table(it)) => Some(it),
            _ => None,
        }
    }

    /// The parents that the table has during the whole plan.
    pub(super) fn kept_parents(&self, name: &Name) -> Vec<&'a Name> {
        let (Some(old), Some(new)) = (self.old_table(name), self.new_table(name)) else { return Vec::new() };
        let attached = old.partition_of.as_ref().filter(|_| !self.gone.contains(&Key::Attach(name.clone())));
        let inherits = old.inherits.iter().filter(|it| new.inherits.contains(it));
        attached.map(|it| &it.parent).into_iter().chain(inherits).filter(|it| self.stays(it)).collect()
    }

    /// The tables that have `name` as a parent during the whole plan, and those that have them.
    pub(super) fn kept_children(&self, name: &Name) -> Vec<&'a Table> {
        let mut all: Vec<&Table> = Vec::new();
        let mut open = vec![name];
        while let Some(parent) = open.pop() {
            for it in self.to.tables.iter().filter(|it| self.kept_parents(&it.name).contains(&parent)) {
                if !all.iter().any(|other| other.name == it.name) {
                    all.push(it);
                    open.push(&it.name);
                }
            }
        }
        all
    }

    /// Whether a parent that the table keeps has a part for which `holds` is true: its column of the same name, for instance.
    pub(super) fn with_parent(&self, table: &Name, holds: impl Fn(&Key) -> bool, part: impl Fn(&Name) -> Key) -> bool {
        self.kept_parents(table).into_iter().any(|parent| holds(&part(parent)))
    }

    /// Whether the same is done to the column of a parent, which does it to this one, too.
    pub(super) fn column_follows(&self, table: &Name, column: &str, same: impl Fn(&Column, &Column) -> bool) -> bool {
        self.kept_parents(table).into_iter().any(|parent| {
            let key = Key::Column(parent.clone(), column.to_owned());
            match (self.old.get(&key), self.new.get(&key)) {
                (Some(Part::Column(_, old)), Some(Part::Column(_, new))) => same(old, new),
                _ => false,
            }
        })
    }

    /// Whether the server drops the part of a table with that of a parent.
    pub(super) fn is_dropped_with_parent(&self, key: &Key) -> bool {
        match (key, self.old.get(key)) {
            (Key::Column(table, name), Some(Part::Column(_, it))) if it.inherited && !it.local => {
                self.with_parent(table, |it| self.gone.contains(it), |parent| Key::Column(parent.clone(), name.clone()))
            }
            (Key::Constraint(table, name), Some(Part::Constraint(of, it))) if it.inherited => {
                let same_name = self.with_parent(
                    table,
                    |it| self.gone.contains(it),
                    |parent| Key::Constraint(parent.clone(), name.clone()),
                );
                let of_parent = constraint_of_parent(of, it, |name| self.old_table(name));
                let of_parent = of_parent.is_some_and(|(parent, it)| {
                    let key = Key::Constraint(parent.name.clone(), it.name.clone());
                    self.kept_parents(table).contains(&&parent.name) && self.gone.contains(&key)
                });
                (same_name && it.kind == ConstraintKind::Check && !it.local) || of_parent
            }
            (Key::Index(table, _), Some(Part::Index(_, it))) => it.parent.as_ref().is_some_and(|index| {
                self.with_parent(
                    table,
                    |it| self.gone.contains(it),
                    |parent| Key::Index(parent.clone(), index.name.clone()),
                )
            }),
            _ => false,
        }
    }

    /// Whether the server creates the constraint of a table with that of a parent.
    pub(super) fn is_made_with_parent(&self, table: &Table, it: &Constraint) -> bool {
        if it.kind != ConstraintKind::Check || !it.inherited {
            return false;
        }
        let is_new = self.made.contains(&Key::Table(table.name.clone()));
        if is_new {
            return !it.local && table.partition_of.is_none();
        }
        let key = |parent: &Name| Key::Constraint(parent.clone(), it.name.clone());
        self.with_parent(&table.name, |it| self.made.contains(it), key)
    }

    /// Whether a parent has the constraint without knowing that it holds.
    pub(super) fn has_unvalidated_parent(&self, table: &Table, it: &Constraint) -> bool {
        let parents = table.partition_of.iter().map(|it| &it.parent).chain(&table.inherits);
        let same = parents.filter_map(|parent| self.new_table(parent)).filter_map(|parent| parent.constraint(&it.name));
        same.into_iter().any(|it| !it.validated)
    }

    /// `ONLY `, if the table has children whose defaults are set by statements of their own.
    pub(super) fn only(&self, table: &Name) -> &'static str {
        if self.kept_children(table).is_empty() { "" } else { "ONLY " }
    }
}

/// The key of the partitioned table that the key of a partition belongs to.
pub(super) fn constraint_of_parent<'a>(
    table: &Table,
    it: &Constraint,
    find: impl Fn(&Name) -> Option<&'a Table>,
) -> Option<(&'a Table, &'a Constraint)> {
    let of = table.partition_of.as_ref().filter(|_| it.inherited)?;
    let parent = find(&of.parent)?;
    let is_index =
        |kind| matches!(kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclusion);
    let same = |other: &&Constraint| other.kind == it.kind && is_index(it.kind) && other.columns == it.columns;
    parent.constraints.iter().find(same).map(|it| (parent, it))
}
