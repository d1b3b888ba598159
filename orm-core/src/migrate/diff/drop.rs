//! DROP of what is gone.

use std::collections::BTreeSet;

use super::{Diff, step};
use crate::{
    catalog::Name,
    ddl::catalog::quoted,
    migrate::{
        Phase,
        order::ordered,
        part::{Key, Part},
    },
};

impl Diff<'_> {
    /// What is gone, in the order in which it is dropped: first what must be gone before anything is created, then the rest.
    pub(super) fn drops(&mut self) -> (Vec<Key>, Vec<Key>) {
        // What goes with a table or column needs other things as long as that is there.
        let mut needs = self.old_needs.clone();
        for key in &self.gone {
            for carrier in self.carriers(key) {
                let carried = self.old_needs.get(key).into_iter().flatten();
                let others = carried.filter(|it| **it != carrier && it.of() != key.of()).cloned();
                needs.entry(carrier.clone()).or_default().extend(others);
            }
        }
        let order = ordered(&self.old.keys().cloned().collect(), &needs);
        let goes = |it: &Key| self.gone.contains(it) || self.replaced.contains(it);
        let order: Vec<_> = order.into_iter().rev().filter(goes).collect();
        let mut early = BTreeSet::new();
        // What needs something that is dropped early must be gone by then, too, and comes later in this direction.
        for key in order.iter().rev() {
            let needs_early = |key: &Key| {
                // A partition stays attached while the parts of both tables change.
                let attached = matches!(key, Key::Attach(_) | Key::Inherit(..));
                let counts = |it: &&Key| !attached || matches!(it, Key::Table(_));
                self.old_needs.get(key).into_iter().flatten().filter(counts).any(|it| early.contains(it))
            };
            if self.gone.contains(key) && (self.drops_early(key) || needs_early(key)) {
                early.insert(key.clone());
            }
        }
        self.early = early;
        order.into_iter().partition(|it| self.early.contains(it))
    }

    /// Whether the part must be gone before anything is created: it is in the way, or holds no data.
    fn drops_early(&self, key: &Key) -> bool {
        if self.made.contains(key) || self.hinders(key) {
            return true;
        }
        match key {
            // The names of its arguments cannot change otherwise.
            Key::Function(name, _) => self.made.iter().any(|it| matches!(it, Key::Function(other, _) if other == name)),
            Key::Column(..)
            | Key::Type(_)
            | Key::Definition(_)
            | Key::Schema(_)
            | Key::Extension(_)
            | Key::Owner(_) => false,
            Key::Table(name) | Key::Sequence(name) => self.is_in_the_way(name),
            // What goes with its column or table goes when that does.
            _ => {
                let table = key.of();
                self.carriers(key).is_empty() && table.is_none_or(|it| !self.is_dropped(it))
                    || table.is_some_and(|it| self.is_dropped(it) && self.is_in_the_way(it))
            }
        }
    }

    /// Whether a change of another part fails as long as this one is there.
    fn hinders(&self, key: &Key) -> bool {
        match (key, self.old.get(key)) {
            (Key::Column(table, _), Some(Part::Column(_, it))) => {
                it.generated.is_some() && self.blocks_type(key)
                    || self.becomes_parent(table)
                    || self.made.contains(&Key::Attach(table.clone()))
            }
            (Key::Reference(from, _), Some(Part::Constraint(_, it))) => {
                let to = it.reference.as_ref().map(|it| &it.table);
                [Some(from), to].into_iter().flatten().any(|it| self.new_persistence(it).is_some())
                    || self.blocks_type(key)
            }
            // An index becomes valid when all partitions have one.
            (Key::Attach(_), Some(Part::Attach(_, of))) => self.made.iter().any(|it| match self.new.get(it) {
                Some(Part::Index(table, index)) => index.partitioned && **table == of.parent,
                _ => false,
            }),
            // It goes with that of a parent, or with its table.
            (_, Some(Part::Constraint(_, it))) if it.inherited => false,
            (_, Some(Part::Index(_, it))) if it.parent.is_some() => false,
            // It would be built again for the new type, and its expressions may not be possible with that.
            (Key::Index(..) | Key::Constraint(..), _) => {
                let needed = self.old_needs.get(key).into_iter().flatten();
                self.blocks_type(key) || needed.into_iter().any(|it| self.is_retyped(it))
            }
            (Key::Type(_), _) => false,
            _ => self.blocks_type(key),
        }
    }

    /// Whether a table that must have all columns of `table` is attached or begins to inherit.
    fn becomes_parent(&self, table: &Name) -> bool {
        let children = self.kept_children(table).into_iter().map(|it| &it.name);
        let family: Vec<_> = children.chain([table]).collect();
        self.made.iter().any(|it| match self.new.get(it) {
            Some(Part::Attach(_, of)) => family.contains(&&of.parent),
            Some(Part::Inherit(_, parent)) => family.contains(parent),
            _ => false,
        })
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
        let of_identity = |it: &crate::catalog::Sequence| {
            let owner = it.owner.as_ref().filter(|it| it.identity);
            owner.is_some_and(|owner| {
                let key = Key::Column(owner.table.clone(), owner.column.clone());
                let had = matches!(self.old.get(&key), Some(Part::Column(_, it)) if it.identity.is_some());
                names.contains(&it.name) && (!had || self.made.contains(&key))
            })
        };
        if self.to.sequences.iter().any(of_identity) {
            return true;
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

    /// What is dropped for good and takes the part with it: its view or table, or its columns.
    fn carriers(&self, key: &Key) -> Vec<Key> {
        let mut all = Vec::new();
        if let Some(of) = key.of() {
            all.push(Key::View(of.clone()));
            if !matches!(key, Key::Reference(..)) {
                all.push(Key::Table(of.clone()));
            }
        }
        let column = |table: &Name, name: &String| Key::Column(table.clone(), name.clone());
        match self.old.get(key) {
            Some(Part::Definition(it)) => {
                all.extend(it.of.iter().flat_map(|of| [Key::Table(of.clone()), Key::View(of.clone())]));
            }
            Some(Part::Constraint(table, it)) => all.extend(it.columns.iter().map(|it| column(&table.name, it))),
            // The partitions of a table go with it.
            Some(Part::Table(it)) => all.extend(it.partition_of.iter().map(|it| Key::Table(it.parent.clone()))),
            Some(Part::Default(table, it)) => all.push(column(&table.name, &it.name)),
            Some(Part::Index(table, it)) => {
                all.extend(it.keys.iter().filter_map(|it| it.column.as_ref()).map(|it| column(table, it)));
            }
            Some(Part::Sequence(it) | Part::Owner(it)) => {
                let stays = self.new.contains_key(&Key::Sequence(it.name.clone()));
                if let Some(owner) = it.owner.as_ref().filter(|_| !stays) {
                    all.extend([Key::Table(owner.table.clone()), column(&owner.table, &owner.column)]);
                }
                if matches!(key, Key::Owner(_)) && !stays {
                    all.push(Key::Sequence(it.name.clone()));
                }
            }
            _ => {}
        }
        all.retain(|it| self.gone.contains(it) && (!self.made.contains(it) || matches!(it, Key::Column(..))));
        all
    }

    /// Whether the server drops it with something else that is dropped, not later than it must be gone.
    pub(super) fn goes_with_another(&self, key: &Key) -> bool {
        // A partition that is detached does not go with its table.
        let detached = matches!(key, Key::Table(it) if self.early.contains(&Key::Attach(it.clone())));
        let in_time = |it: &Key| (self.early.contains(it) || !self.early.contains(key)) && !detached;
        self.is_dropped_with_parent(key) || self.carriers(key).iter().any(in_time)
    }

    /// `ALTER TABLE … DROP CONSTRAINT …` for the foreign keys of tables that are dropped after the one that they refer to.
    fn drop_references(&mut self, to: &Name, phase: Phase) {
        self.dropped.insert(Key::Table(to.clone()));
        let later = |key: &Key, part: &Part<'_>| match (key, part) {
            (Key::Reference(of, _), Part::Constraint(_, it)) => {
                it.reference.as_ref().is_some_and(|it| it.table == *to)
                    && self.is_dropped(of)
                    && self.goes_with_another(key)
                    && !self.dropped.contains(&Key::Table(of.clone()))
            }
            _ => false,
        };
        let found: Vec<_> =
            self.old.iter().filter(|(key, part)| later(key, part)).map(|(key, _)| key.clone()).collect();
        for key in found {
            if let Key::Reference(table, name) = &key {
                self.push(step(&key, format!("ALTER TABLE {table} DROP CONSTRAINT {}", quoted(name))).in_phase(phase));
            }
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
            Part::Table(it) => {
                self.drop_references(&it.name, phase);
                (format!("DROP TABLE {}", it.name), Some("drop_table"))
            }
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
                // The word for its table permits it, unless that is dropped in another phase.
                let permitted = made || self.is_dropped(&table.name) && !self.options.online;
                let detach = if permitted { detach } else { detach.if_allowed("detach_partition") };
                return self.push(if alone { detach.alone() } else { detach });
            }
            Part::Inherit(table, parent) => (format!("ALTER TABLE {} NO INHERIT {parent}", table.name), None),
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
