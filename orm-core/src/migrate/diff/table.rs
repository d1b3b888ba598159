//! Changes of tables themselves, and of their constraints, indexes and triggers.

use super::{Diff, step};
use crate::{
    catalog::{Constraint, Index, Name, Table, Trigger},
    ddl::catalog::{quoted, with},
    error::{Error, ErrorKind, Result},
    migrate::part::{Key, short},
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
