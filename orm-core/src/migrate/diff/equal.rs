//! Parts that are equal but for their names, which are renamed without being asked for: they hold no data.

use std::collections::BTreeSet;

use super::{Diff, step};
use crate::{
    catalog::{Constraint, ConstraintKind, Index, Name, Table},
    ddl::catalog::quoted,
    migrate::part::{Key, Part},
};

impl Diff<'_> {
    /// Gives constraints and indexes that are equal but for their names the new ones.
    pub(super) fn rename_equal(&mut self) {
        self.rename_sequences();
        let gone: BTreeSet<_> = self.gone.iter().filter(|it| !self.made.contains(it)).cloned().collect();
        let made = self.made.clone();
        for old_key in &gone {
            let old_key = old_key.clone();
            let Some(table) = old_key.of().cloned().filter(|it| self.stays(it)) else { continue };
            let found = self.made.iter().find(|key| !self.gone.contains(key) && self.is_equal_but_name(&old_key, key));
            let Some(new_key) = found.cloned() else { continue };
            let of_parent = |parent: &Name, key: &Key| match key {
                Key::Constraint(_, name) => Key::Constraint(parent.clone(), name.clone()),
                other => other.clone(),
            };
            let inherited = matches!(self.old.get(&old_key), Some(Part::Constraint(_, it)) if it.inherited);
            if inherited
                && self.with_parent(&table, |it| gone.contains(it), |parent| of_parent(parent, &old_key))
                && self.with_parent(&table, |it| made.contains(it), |parent| of_parent(parent, &new_key))
            {
                // It follows the name of the parent's.
                self.gone.remove(&old_key);
                self.made.remove(&new_key);
                continue;
            }
            let sql = match (&old_key, &new_key) {
                (
                    Key::Constraint(_, from) | Key::Reference(_, from),
                    Key::Constraint(_, to) | Key::Reference(_, to),
                ) => rename_constraint(&table, from, to),
                (Key::Index(_, from), Key::Index(_, to)) => {
                    format!("ALTER INDEX {} RENAME TO {}", Name::new(&table.schema, from), quoted(to))
                }
                _ => continue,
            };
            self.push(step(&new_key, sql));
            self.gone.remove(&old_key);
            self.made.remove(&new_key);
        }
        self.rename_references_of_partitions();
    }

    fn is_equal_but_name(&self, old: &Key, new: &Key) -> bool {
        if old.of() != new.of() || self.loses_need(old) {
            return false;
        }
        match (self.old.get(old), self.new.get(new)) {
            (Some(Part::Constraint(_, one)), Some(Part::Constraint(_, other))) => {
                let renamed = Constraint { name: other.name.clone(), ..(*one).clone() };
                renamed == **other && one.kind != ConstraintKind::NotNull
            }
            (Some(Part::Index(_, one)), Some(Part::Index(_, other))) => {
                Index { name: other.name.clone(), ..(*one).clone() } == **other
            }
            _ => false,
        }
    }

    /// Whether something that the part needs is dropped. What has only got another name comes before it in the order of keys.
    fn loses_need(&self, key: &Key) -> bool {
        self.old_needs.get(key).into_iter().flatten().any(|it| match it {
            Key::Column(..) | Key::Function(..) => self.gone.contains(it),
            Key::Type(_) => self.replaced.contains(it),
            Key::Constraint(..) | Key::Index(..) => matches!(key, Key::Reference(..)) && self.gone.contains(it),
            _ => false,
        })
    }

    /// Gives the foreign keys of partitions, which the server makes with those of their tables, the new names.
    fn rename_references_of_partitions(&mut self) {
        for table in &self.to.tables {
            if self.kept_parents(&table.name).is_empty() {
                continue;
            }
            let of_parent = |it: &&Constraint| it.kind == ConstraintKind::ForeignKey && !it.local;
            let old = self.from.table(&table.name).map(|it| it.constraints.as_slice()).unwrap_or_default();
            for new in table.constraints.iter().filter(of_parent) {
                let same =
                    |it: &&Constraint| of_parent(it) && it.columns == new.columns && it.reference == new.reference;
                let stays = !self.is_made_with_root(table, new) && !old.iter().any(|it| it.name == new.name);
                let Some(was) = old.iter().find(same).filter(|_| stays) else { continue };
                let key = Key::Reference(table.name.clone(), new.name.clone());
                self.push(step(&key, rename_constraint(&table.name, &was.name, &new.name)));
            }
        }
    }

    /// Whether the server makes the foreign key of a partition with that of its partitioned table.
    fn is_made_with_root(&self, table: &Table, it: &Constraint) -> bool {
        let mut table = table;
        while let Some(parent) = table.partition_of.as_ref().and_then(|it| self.to.table(&it.parent)) {
            let same = |other: &&Constraint| other.columns == it.columns && other.reference == it.reference;
            let Some(of_parent) = parent.constraints.iter().find(same) else { return false };
            if of_parent.local {
                return self.made.contains(&Key::Reference(parent.name.clone(), of_parent.name.clone()));
            }
            table = parent;
        }
        false
    }
}

/// `ALTER TABLE … RENAME CONSTRAINT … TO …`
fn rename_constraint(table: &Name, from: &str, to: &str) -> String {
    format!("ALTER TABLE {table} RENAME CONSTRAINT {} TO {}", quoted(from), quoted(to))
}
