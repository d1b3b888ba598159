//! DROP of what is gone.

use std::collections::BTreeSet;

use super::{Diff, step};
use crate::{
    catalog::Name,
    ddl::catalog::quoted,
    migrate::{
        Phase,
        part::{Key, Part},
    },
};

impl Diff<'_> {
    /// Whether the part must be gone before anything is created: it is in the way, or holds no data.
    pub(super) fn drops_early(&self, key: &Key) -> bool {
        if self.made.contains(key) {
            return true;
        }
        match key {
            Key::Column(..)
            | Key::Type(_)
            | Key::Function(..)
            | Key::Definition(_)
            | Key::Schema(_)
            | Key::Extension(_)
            | Key::Owner(_) => false,
            Key::Table(name) | Key::Sequence(name) => self.is_in_the_way(name),
            // What goes with its table goes when the table does.
            _ => key.of().is_none_or(|table| !self.is_dropped(table) || self.is_in_the_way(table)),
        }
    }

    fn is_dropped(&self, table: &Name) -> bool {
        let key = Key::Table(table.clone());
        self.gone.contains(&key) && !self.made.contains(&key)
    }

    /// Whether a name of the table, its indexes or sequences is wanted by something that is created.
    fn is_in_the_way(&self, table: &Name) -> bool {
        let mut names = BTreeSet::from([table.clone()]);
        for key in self.old.keys().filter(|it| it.of() == Some(table)) {
            if let Key::Index(_, name) | Key::Constraint(_, name) = key {
                names.insert(Name::new(&table.schema, name));
            }
        }
        for sequence in &self.from.sequences {
            if sequence.owner.as_ref().is_some_and(|it| it.table == *table) {
                names.insert(sequence.name.clone());
            }
        }
        self.made.iter().any(|key| match key {
            Key::Table(name) | Key::View(name) | Key::Sequence(name) | Key::Type(name) => names.contains(name),
            Key::Index(of, name) | Key::Constraint(of, name) => names.contains(&Name::new(&of.schema, name)),
            Key::Column(of, column) => {
                let sequence = crate::ddl::catalog::automatic_name(&of.name, column, "seq");
                names.contains(&Name::new(&of.schema, sequence))
            }
            _ => false,
        })
    }

    /// Whether the server drops it with something else that is dropped.
    pub(super) fn goes_with_another(&self, key: &Key) -> bool {
        let gone = |it: &Key| self.gone.contains(it) && !self.made.contains(it);
        if let Some(of) = key.of() {
            let with_view = gone(&Key::View(of.clone()));
            if with_view || (self.is_dropped(of) && !matches!(key, Key::Reference(..))) {
                return true;
            }
        }
        let columns = match self.old.get(key) {
            Some(Part::Constraint(_, it)) => it.columns.as_slice(),
            Some(Part::Default(_, it)) => std::slice::from_ref(&it.name),
            _ => &[],
        };
        if let Some(table) = key.of()
            && columns.iter().any(|it| self.gone.contains(&Key::Column(table.clone(), it.clone())))
        {
            return true;
        }
        match self.old.get(key) {
            Some(Part::Definition(it)) => {
                it.of.as_ref().is_some_and(|of| self.is_dropped(of) || self.gone.contains(&Key::View(of.clone())))
            }
            Some(Part::Index(table, it)) => it
                .keys
                .iter()
                .filter_map(|it| it.column.as_ref())
                .any(|column| self.gone.contains(&Key::Column((*table).clone(), column.clone()))),
            Some(Part::Sequence(it) | Part::Owner(it)) => it.owner.as_ref().is_some_and(|owner| {
                self.is_dropped(&owner.table) || gone(&Key::Column(owner.table.clone(), owner.column.clone()))
            }),
            _ => false,
        }
    }

    pub(super) fn drop_part(&mut self, key: &Key, phase: Phase) {
        if self.goes_with_another(key) || self.is_swapped(key) {
            return;
        }
        let Some(part) = self.old.get(key).copied() else { return };
        let own = |name: &str| quoted(name);
        let made = self.made.contains(key);
        let (sql, word) = match part {
            Part::Schema(it) => (format!("DROP SCHEMA {}", own(&it.name)), Some("drop_schema")),
            Part::Extension(it) => (format!("DROP EXTENSION {}", own(&it.name)), Some("drop_extension")),
            Part::Enum(it) => (format!("DROP TYPE {}", it.name), Some("drop_type")),
            Part::Composite(it) => (format!("DROP TYPE {}", it.name), Some("drop_type")),
            Part::Domain(it) => (format!("DROP DOMAIN {}", it.name), Some("drop_type")),
            Part::Sequence(it) => (format!("DROP SEQUENCE {}", it.name), Some("drop_sequence")),
            Part::Function(it) => {
                let kind = if it.procedure { "PROCEDURE" } else { "FUNCTION" };
                (format!("DROP {kind} {}({})", it.name, it.arguments), (!made).then_some("drop_function"))
            }
            Part::Table(it) => (format!("DROP TABLE {}", it.name), Some("drop_table")),
            Part::Column(table, it) => {
                let word = match (made, &it.generated) {
                    // Its values are computed again.
                    (true, Some(_)) => None,
                    (true, None) => Some("recreate_column"),
                    (false, _) => Some("drop_column"),
                };
                (format!("ALTER TABLE {} DROP COLUMN {}", table.name, own(&it.name)), word)
            }
            Part::Default(table, it) => {
                (format!("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT", table.name, own(&it.name)), None)
            }
            Part::Constraint(table, it) => {
                let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", table.name, own(&it.name));
                (sql, (!made).then_some("drop_constraint"))
            }
            Part::Index(table, it) => {
                let alone = self.options.online && !it.partitioned && self.stays(table);
                let how = if alone { "CONCURRENTLY " } else { "" };
                let name = Name::new(&table.schema, &it.name);
                let drop = step(key, format!("DROP INDEX {how}{name}")).in_phase(phase);
                let drop = if made || !it.valid { drop } else { drop.if_allowed("drop_index") };
                return self.push(if alone { drop.alone() } else { drop });
            }
            Part::Attach(table, of) => {
                let alone = self.options.online && self.stays(&table.name) && self.stays(&of.parent);
                let how = if alone { " CONCURRENTLY" } else { "" };
                let sql = format!("ALTER TABLE {} DETACH PARTITION {}{how}", of.parent, table.name);
                let detach = step(key, sql).in_phase(phase);
                let detach = if made { detach } else { detach.if_allowed("detach_partition") };
                return self.push(if alone { detach.alone() } else { detach });
            }
            Part::Owner(it) => (it.owned_by(None), None),
            Part::Replica(table, _) => (format!("ALTER TABLE {} REPLICA IDENTITY DEFAULT", table.name), None),
            Part::Cluster(table, _) => (format!("ALTER TABLE {} SET WITHOUT CLUSTER", table.name), None),
            Part::Definition(it) => {
                let drop = step(key, it.drop.clone()).in_phase(phase);
                let word = format!("drop_{}", it.object.kind.replace(' ', "_"));
                return self.push(if made { drop } else { drop.if_allowed(&word) });
            }
            Part::View(it) => (format!("DROP {}", it.label()), (!made).then_some("drop_view")),
            Part::Trigger(table, it) => {
                (format!("DROP TRIGGER {} ON {table}", own(&it.name)), (!made).then_some("drop_trigger"))
            }
            Part::Policy(table, it) => {
                (format!("DROP POLICY {} ON {}", own(&it.name), table.name), (!made).then_some("drop_policy"))
            }
        };
        let drop = step(key, sql).in_phase(phase);
        self.push(match word {
            Some(word) => drop.if_allowed(word),
            None => drop,
        });
    }
}
