//! Tables that inherit from others, and partitions: the server changes many of their parts together with those of a parent.

use super::Diff;
use crate::{
    catalog::{Column, Constraint, ConstraintKind, Index, IndexKey, Name, Table},
    migrate::{
        needs::Needs,
        part::{Key, Part},
    },
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

    /// The parents that the table still has when parts are dropped.
    pub(super) fn parents_at_drop(&self, name: &Name) -> Vec<&'a Name> {
        let Some(old) = self.old_table(name) else { return Vec::new() };
        let attached = old.partition_of.as_ref().filter(|_| !self.early.contains(&Key::Attach(name.clone())));
        let inherits =
            old.inherits.iter().filter(|it| !self.early.contains(&Key::Inherit(name.clone(), (*it).clone())));
        attached.map(|it| &it.parent).into_iter().chain(inherits).collect()
    }

    /// Whether the server drops the part of a table with that of a parent.
    pub(super) fn is_dropped_with_parent(&self, key: &Key) -> bool {
        let of_parent = |table: &Name, part: &dyn Fn(&Name) -> Key| {
            self.parents_at_drop(table).into_iter().any(|parent| self.gone.contains(&part(parent)))
        };
        match (key, self.old.get(key)) {
            (Key::Column(table, name), Some(Part::Column(_, it))) if it.inherited && !it.local => {
                of_parent(table, &|parent| Key::Column(parent.clone(), name.clone()))
            }
            (Key::Constraint(table, name), Some(Part::Constraint(of, it))) if it.inherited => {
                if it.kind == ConstraintKind::Check {
                    return !it.local && of_parent(table, &|parent| Key::Constraint(parent.clone(), name.clone()));
                }
                let found = constraint_of_parent(of, it, |name| self.old_table(name));
                found
                    .is_some_and(|(_, it)| of_parent(table, &|parent| Key::Constraint(parent.clone(), it.name.clone())))
            }
            (Key::Index(table, _), Some(Part::Index(_, it))) => it
                .parent
                .as_ref()
                .is_some_and(|index| of_parent(table, &|parent| Key::Index(parent.clone(), index.name.clone()))),
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

    /// Puts indexes that are alike after the partitions: when a table is attached, the server pairs its indexes with those of the
    /// partitioned table, and takes any of those that are alike.
    pub(super) fn order_alike(&self, needs: &mut Needs) {
        for key in &self.made {
            for attach in self.attached_before(key) {
                needs.entry(attach.clone()).or_default().remove(key);
                needs.entry(key.clone()).or_default().insert(attach);
            }
            for before in self.alike_before(key) {
                needs.entry(key.clone()).or_default().insert(before);
            }
        }
    }

    /// The indexes that are like the one of a partition and belong to one whose name comes before: the server takes the first of them
    /// for the first one of the partitioned table.
    fn alike_before(&self, key: &Key) -> Vec<Key> {
        let Some(Part::Index(name, index)) = self.new.get(key) else { return Vec::new() };
        let is_it = |it: &&Key| match self.new.get(it) {
            Some(Part::Index(of, it)) => {
                of == name && is_like(it, index) && it.parent.is_some() && it.parent < index.parent
            }
            _ => false,
        };
        self.made.iter().filter(is_it).cloned().collect()
    }

    /// What is attached before the index is made, since others of its table are like it.
    pub(super) fn attached_before(&self, key: &Key) -> Vec<Key> {
        let Some(Part::Index(name, index)) = self.new.get(key) else { return Vec::new() };
        let alike = |it: &Table| it.indexes.iter().any(|it| it.name != index.name && is_like(it, index));
        if !self.new_table(name).is_some_and(alike) {
            return Vec::new();
        }
        let is_it = |it: &&Key| match self.new.get(it) {
            // That of an index which is there already is made before, so that the server finds only this one for it.
            Some(Part::Attach(table, of)) if table.name == **name => {
                let parent = index.parent.as_ref().map(|it| Key::Index(of.parent.clone(), it.name.clone()));
                parent.is_some_and(|it| self.made.contains(&it))
            }
            Some(Part::Attach(_, of)) => of.parent == **name,
            _ => false,
        };
        self.made.iter().filter(is_it).cloned().collect()
    }

    /// `ONLY `, if the table has children whose defaults are set by statements of their own.
    pub(super) fn only(&self, table: &Name) -> &'static str {
        if self.kept_children(table).is_empty() { "" } else { "ONLY " }
    }
}

/// Whether the server may take one index of a partition as well as the other. It compares expressions after it has replaced
/// functions by what they compute, so any two can be equal.
fn is_like(one: &Index, other: &Index) -> bool {
    let of_keys = |it: &Index| {
        let key = |it: &IndexKey| (it.column.clone(), it.collation.clone(), it.operator_class.clone());
        it.keys.iter().map(key).collect::<Vec<_>>()
    };
    let rest = |it: &Index| (it.unique, it.nulls_not_distinct, it.method.clone(), it.predicate.is_some());
    of_keys(one) == of_keys(other) && one.include == other.include && rest(one) == rest(other)
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

/// The indexes and keys of a partition, each with that of the partitioned table that it belongs to.
pub(super) fn index_of_parent<'a>(table: &Table, find: impl Fn(&Name) -> Option<&'a Table>) -> Vec<(Key, Key)> {
    let Some(of) = &table.partition_of else { return Vec::new() };
    let indexes = table.indexes.iter().filter_map(|it| {
        let parent = it.parent.as_ref()?;
        let own = Key::Index(table.name.clone(), it.name.clone());
        Some((own, Key::Index(of.parent.clone(), parent.name.clone())))
    });
    let keys = table.constraints.iter().filter_map(|it| {
        let (parent, of_parent) = constraint_of_parent(table, it, &find)?;
        let own = Key::Constraint(table.name.clone(), it.name.clone());
        Some((own, Key::Constraint(parent.name.clone(), of_parent.name.clone())))
    });
    indexes.chain(keys).collect()
}
