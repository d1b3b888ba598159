//! Changes of tables themselves, of their constraints and indexes, and of the objects that are kept as texts.

use std::collections::BTreeSet;

use super::{Diff, rename::renamed_names, step};
use crate::{
    catalog::{Constraint, ConstraintKind, Index, Name, Sequence, SequenceOwner, Table, Trigger},
    ddl::catalog::{quoted, with},
    error::{Error, ErrorKind, Result},
    migrate::part::{Key, Part, short},
};

impl Diff<'_> {
    pub(super) fn alter_table(&mut self, key: &Key, old: &Table, new: &Table) -> Result<()> {
        let name = &new.name;
        let alter = |rest: String| format!("ALTER TABLE {name} {rest}");
        if old.partition_by != new.partition_by {
            let text = format!(
                "the partition key of {} cannot be changed: create another table, copy the rows, and rename it",
                short(name)
            );
            return Err(Error::new(ErrorKind::Migration, text));
        }
        if old.unlogged != new.unlogged {
            let to = if new.unlogged { "SET UNLOGGED" } else { "SET LOGGED" };
            self.push(step(key, alter(to.to_owned())));
        }
        self.storage(key, &format!("TABLE {name}"), &old.storage, &new.storage);
        if old.row_security != new.row_security {
            let word = if new.row_security { "ENABLE" } else { "DISABLE" };
            let change = step(key, alter(format!("{word} ROW LEVEL SECURITY")));
            self.push(if new.row_security { change } else { change.if_allowed("disable_row_security") });
        }
        if old.force_row_security != new.force_row_security {
            let word = if new.force_row_security { "FORCE" } else { "NO FORCE" };
            self.push(step(key, alter(format!("{word} ROW LEVEL SECURITY"))));
        }
        self.comment(key, &format!("TABLE {name}"), &old.comment, &new.comment);
        Ok(())
    }

    /// `ALTER INDEX … SET (fillfactor='70')`, `RESET (…)`.
    fn storage(&mut self, key: &Key, what: &str, old: &[String], new: &[String]) {
        let name = |it: &String| it.split('=').next().unwrap_or_default().to_owned();
        let reset: Vec<_> = old.iter().map(name).filter(|it| !new.iter().any(|new| name(new) == *it)).collect();
        let set: Vec<_> = new.iter().filter(|it| !old.contains(it)).cloned().collect();
        if !reset.is_empty() {
            self.push(step(key, format!("ALTER {what} RESET ({})", reset.join(", "))));
        }
        if !set.is_empty() {
            self.push(step(key, format!("ALTER {what} SET{}", with(&set).trim_start_matches(" WITH"))));
        }
    }

    pub(super) fn alter_constraint(&mut self, key: &Key, table: &Table, old: &Constraint, new: &Constraint) {
        let name = quoted(&new.name);
        let alter = |rest: String| format!("ALTER TABLE {} {rest}", table.name);
        if (old.deferrable, old.initially_deferred) != (new.deferrable, new.initially_deferred) {
            let how = match (new.deferrable, new.initially_deferred) {
                (false, _) => "NOT DEFERRABLE",
                (true, false) => "DEFERRABLE INITIALLY IMMEDIATE",
                (true, true) => "DEFERRABLE INITIALLY DEFERRED",
            };
            self.push(step(key, alter(format!("ALTER CONSTRAINT {name} {how}"))));
        }
        if !old.validated && new.validated {
            let validate = step(key, alter(format!("VALIDATE CONSTRAINT {name}")));
            self.push(if self.options.online { validate.alone() } else { validate });
        }
        self.comment(key, &format!("CONSTRAINT {name} ON {}", table.name), &old.comment, &new.comment);
    }

    pub(super) fn alter_index(&mut self, key: &Key, table: &Name, old: &Index, new: &Index) {
        let name = Name::new(&table.schema, &new.name);
        self.storage(key, &format!("INDEX {name}"), &old.storage, &new.storage);
        self.index_statistics(key, table, Some(old), new);
        self.comment(key, &format!("INDEX {name}"), &old.comment, &new.comment);
    }

    pub(super) fn alter_trigger(&mut self, key: &Key, table: &Name, old: &Trigger, new: &Trigger) {
        if old.enabled != new.enabled {
            self.push(step(key, enabled(table, new)));
        }
        self.comment(key, &format!("TRIGGER {} ON {table}", quoted(&new.name)), &old.comment, &new.comment);
    }

    /// Gives the sequences of columns whose names have changed with those of their tables the new ones.
    fn rename_sequences(&mut self) {
        let gone = self.gone.iter().filter(|it| !self.made.contains(it)).cloned();
        for old_key in gone.collect::<Vec<_>>() {
            let Some(Part::Sequence(old)) = self.old.get(&old_key).copied() else { continue };
            let found = self.made.iter().find_map(|key| match self.new.get(key) {
                Some(Part::Sequence(new)) if old.owner.is_some() && old.owner == new.owner => Some((key.clone(), *new)),
                _ => None,
            });
            let Some((new_key, new)) = found.filter(|(_, new)| new.name.schema == old.name.schema) else { continue };
            self.push(step(&new_key, format!("ALTER SEQUENCE {} RENAME TO {}", old.name, quoted(&new.name.name))));
            let renamed = Sequence { name: new.name.clone(), ..old.clone() };
            if let Some(sql) = new.alter(&renamed) {
                self.push(step(&new_key, sql));
            }
            self.comment(&new_key, &format!("SEQUENCE {}", new.name), &old.comment, &new.comment);
            for key in [old_key, Key::Owner(old.name.clone())] {
                self.gone.remove(&key);
            }
            for key in [new_key, Key::Owner(new.name.clone())] {
                self.made.remove(&key);
            }
            if let Some(owner) = &new.owner {
                self.follow_sequence(owner, &old.name, &new.name);
            }
        }
    }

    /// The default that reads the sequence has followed its name.
    fn follow_sequence(&mut self, owner: &SequenceOwner, from: &Name, to: &Name) {
        let key = Key::Default(owner.table.clone(), owner.column.clone());
        if let (Some(Part::Default(_, old)), Some(Part::Default(_, new))) = (self.old.get(&key), self.new.get(&key))
            && old.default.as_ref().map(|it| renamed_names(it, from, to)) == new.default
        {
            self.altered.remove(&key);
        }
    }

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
                ) => {
                    format!("ALTER TABLE {table} RENAME CONSTRAINT {} TO {}", quoted(from), quoted(to))
                }
                (Key::Index(_, from), Key::Index(_, to)) => {
                    format!("ALTER INDEX {} RENAME TO {}", Name::new(&table.schema, from), quoted(to))
                }
                _ => continue,
            };
            self.push(step(&new_key, sql));
            self.gone.remove(&old_key);
            self.made.remove(&new_key);
        }
    }

    fn is_equal_but_name(&self, old: &Key, new: &Key) -> bool {
        let goes = |key: &Key| {
            let needed = self.old_needs.get(key).into_iter().flatten();
            needed.into_iter().any(|it| matches!(it, Key::Column(..)) && self.gone.contains(it))
        };
        if old.of() != new.of() || goes(old) {
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
}

/// `ALTER TABLE … DISABLE TRIGGER …`
pub(super) fn enabled(table: &Name, trigger: &Trigger) -> String {
    let how = match trigger.enabled {
        'D' => "DISABLE",
        'R' => "ENABLE REPLICA",
        'A' => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    format!("ALTER TABLE {table} {how} TRIGGER {}", quoted(&trigger.name))
}
