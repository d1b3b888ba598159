//! CREATE of what is new, and the order of creations and changes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Diff, step, table::enabled};
use crate::{
    catalog::{Column, ConstraintKind, Name, Sequence, Table},
    ddl::{
        catalog::{Inside, comment_on, quoted},
        recipe,
    },
    error::Result,
    migrate::{
        Mode, Step, is_volatile,
        needs::{Needs, add_bodies},
        order::ordered,
        part::{Key, Part},
    },
};

impl<'a> Diff<'a> {
    /// Writes creations and changes, each after what it needs. What a new table can declare is in its CREATE TABLE.
    pub(super) fn create_and_alter(&mut self) -> Result<()> {
        let inline = self.inline();
        let keys: BTreeSet<_> = self.made.union(&self.altered).filter(|it| !inline.contains(*it)).cloned().collect();
        let mut needs = self.new_needs.clone();
        add_bodies(&mut needs, &self.new, &keys);
        let mut contracted = contracted(&needs, |key| self.written_in(key, &inline));
        self.order_persistence(&mut contracted);
        self.order_alike(&mut contracted);
        self.order_children(&mut contracted);
        // What stays as it is is in the order, too: a part can need a change by way of it.
        let all = self.new.keys().filter(|it| !inline.contains(*it)).cloned().collect();
        for key in ordered(&all, &contracted) {
            if self.done.contains(&key) || !keys.contains(&key) {
                continue;
            }
            if self.made.contains(&key) {
                match self.new.get(&key).copied() {
                    Some(Part::Table(table)) => self.create_table(&key, table, &inline),
                    _ => self.create_part(&key),
                }
            } else {
                self.alter_part(&key)?;
            }
        }
        Ok(())
    }

    /// A table that is logged must not refer to one that is not, not even between two steps.
    fn order_persistence(&self, needs: &mut Needs) {
        for (key, part) in &self.new {
            let (Key::Reference(from, _), Part::Constraint(_, it)) = (key, part) else { continue };
            let Some(to) = it.reference.as_ref().map(|it| &it.table).filter(|to| *to != from) else { continue };
            let (first, then) = match (self.new_persistence(from), self.new_persistence(to)) {
                (Some(true), Some(true)) => (from, to),
                (Some(false), Some(false)) => (to, from),
                _ => continue,
            };
            needs.entry(Key::Table(then.clone())).or_default().insert(Key::Table(first.clone()));
        }
    }

    /// A table that inherits takes the columns and defaults that its parents have when it is created.
    fn order_children(&self, needs: &mut Needs) {
        for (key, part) in &self.new {
            let (Key::Table(_), Part::Table(table)) = (key, part) else { continue };
            let is_taken = |it: &&Key| {
                matches!(it, Key::Column(of, _) | Key::Default(of, _) if table.inherits.contains(of))
                    && self.altered.contains(*it)
            };
            let taken = self.new.keys().filter(is_taken).cloned();
            needs.entry(key.clone()).or_default().extend(taken);
        }
    }

    /// Whether the table becomes UNLOGGED, if it becomes that or logged.
    pub(super) fn new_persistence(&self, table: &Name) -> Option<bool> {
        let key = Key::Table(table.clone());
        match (self.old.get(&key), self.new.get(&key)) {
            (Some(Part::Table(old)), Some(Part::Table(new))) => (old.unlogged != new.unlogged).then_some(new.unlogged),
            _ => None,
        }
    }

    /// The parts of new tables that are written in their CREATE TABLE.
    fn inline(&self) -> BTreeSet<Key> {
        let can = |key: &&Key| {
            let Some(table) = key.of().filter(|it| self.made.contains(&Key::Table((*it).clone()))) else {
                return false;
            };
            let kind = match self.new.get(*key) {
                Some(Part::Column(..) | Part::Default(..)) => true,
                Some(Part::Constraint(table, it)) => {
                    it.kind != ConstraintKind::ForeignKey && it.validated && !self.is_made_with_parent(table, it)
                }
                _ => false,
            };
            kind && !self.comes_after(key, table)
        };
        self.made.iter().filter(can).cloned().collect()
    }

    /// The part in whose statement this one is written: its table if that is new, its column if that is.
    fn written_in(&self, key: &Key, inline: &BTreeSet<Key>) -> Key {
        match key {
            Key::Default(table, column) if !inline.contains(key) => {
                let column = Key::Column(table.clone(), column.clone());
                let added = self.made.contains(&column) && !inline.contains(&column) && !self.comes_after(key, table);
                if added { column } else { key.clone() }
            }
            _ => match key.of() {
                Some(table) if inline.contains(key) => Key::Table(table.clone()),
                _ => key.clone(),
            },
        }
    }

    /// Whether the part needs something, such as a function, that needs the whole table.
    fn comes_after(&self, key: &Key, table: &Name) -> bool {
        let is_own = |it: &Key| *it == Key::Table(table.clone()) || it.of() == Some(table);
        let mut seen = BTreeSet::new();
        let mut open: Vec<_> = self.new_needs.get(key).into_iter().flatten().filter(|it| !is_own(it)).collect();
        while let Some(next) = open.pop() {
            for need in self.new_needs.get(next).into_iter().flatten() {
                if is_own(need) {
                    return true;
                }
                if seen.insert(need) {
                    open.push(need);
                }
            }
        }
        false
    }

    fn create_table(&mut self, key: &Key, table: &Table, inline: &BTreeSet<Key>) {
        let name = &table.name;
        let is_inline = |key: Key| inline.contains(&key);
        let own = |it: &&Column| it.local || table.partition_of.is_some();
        let columns: Vec<_> = table
            .columns
            .iter()
            .filter(own)
            .filter(|it| is_inline(Key::Column(name.clone(), it.name.clone())))
            .map(|it| {
                let default = is_inline(Key::Default(name.clone(), it.name.clone()));
                (as_created(table, it), self.sequence_of(name, &it.name), default)
            })
            .collect();
        let constraints: Vec<_> =
            table.constraints.iter().filter(|it| is_inline(Key::Constraint(name.clone(), it.name.clone()))).collect();
        let inside = Inside {
            columns: columns.iter().map(|(column, sequence, default)| (column, *sequence, *default)).collect(),
            constraints: constraints.clone(),
        };
        let sql = table.create(&inside);
        let comments: Vec<_> = table
            .columns
            .iter()
            .filter(|it| it.comment.is_some() && is_inline(Key::Column(name.clone(), it.name.clone())))
            .map(|it| comment_on(&format!("COLUMN {name}.{}", quoted(&it.name)), it.comment.as_deref()))
            .collect();
        self.push(step(key, sql));
        for inherited in table.columns.iter().filter(|it| !own(it)) {
            self.inherited_default(key, table, inherited);
        }
        for (on, word) in [(table.row_security, "ENABLE"), (table.force_row_security, "FORCE")] {
            if on {
                self.push(step(key, format!("ALTER TABLE {name} {word} ROW LEVEL SECURITY")));
            }
        }
        self.comment(key, &format!("TABLE {name}"), &None, &table.comment);
        comments.into_iter().for_each(|sql| self.push(step(key, sql)));
        for (column, ..) in &columns {
            self.column_details(key, name, None, column);
        }
        for it in constraints {
            self.comment_constraint(key, name, it);
        }
    }

    /// `ALTER TABLE … ALTER COLUMN … SET DEFAULT …`, if it is not that of the parent.
    fn inherited_default(&mut self, key: &Key, table: &Table, column: &Column) {
        let parents = table.partition_of.iter().map(|it| &it.parent).chain(&table.inherits);
        let parents = parents.filter_map(|it| self.to.table(it));
        let same = parents.filter_map(|it| it.column(&column.name)).any(|it| it.default == column.default);
        if !same && column.generated.is_none() {
            let rest =
                column.default.as_ref().map_or_else(|| "DROP DEFAULT".to_owned(), |it| format!("SET DEFAULT {it}"));
            self.push(step(key, format!("ALTER TABLE {} ALTER COLUMN {} {rest}", table.name, quoted(&column.name))));
        }
    }

    fn sequence_of(&self, table: &Name, column: &str) -> Option<&'a Sequence> {
        let owns = |it: &&Sequence| {
            it.owner.as_ref().is_some_and(|owner| owner.identity && owner.table == *table && owner.column == column)
        };
        self.to.sequences.iter().find(owns)
    }

    pub(super) fn create_part(&mut self, key: &Key) {
        let Some(part) = self.new.get(key).copied() else { return };
        match part {
            Part::Schema(it) => {
                // The server has it from the start.
                if it.name != "public" {
                    self.push(step(key, format!("CREATE SCHEMA {}", quoted(&it.name))));
                }
                self.comment(key, &format!("SCHEMA {}", quoted(&it.name)), &None, &it.comment);
            }
            Part::Extension(it) => {
                self.push(step(key, format!("CREATE EXTENSION {} SCHEMA {}", quoted(&it.name), quoted(&it.schema))));
            }
            Part::Enum(it) => {
                self.push(step(key, it.create()));
                self.comment(key, &format!("TYPE {}", it.name), &None, &it.comment);
            }
            Part::Domain(it) => {
                self.push(step(key, it.create()));
                for check in it.checks.iter().filter(|it| !it.validated) {
                    self.push(step(key, format!("ALTER DOMAIN {} ADD {}", it.name, check.definition())));
                }
                self.comment(key, &format!("DOMAIN {}", it.name), &None, &it.comment);
                for check in &it.checks {
                    let what = format!("CONSTRAINT {} ON DOMAIN {}", quoted(&check.name), it.name);
                    self.comment(key, &what, &None, &check.comment);
                }
            }
            Part::Composite(it) => {
                self.push(step(key, it.create()));
                self.comment(key, &format!("TYPE {}", it.name), &None, &it.comment);
                for attribute in &it.attributes {
                    let what = format!("COLUMN {}.{}", it.name, quoted(&attribute.name));
                    self.comment(key, &what, &None, &attribute.comment);
                }
            }
            Part::Sequence(it) => {
                self.push(step(key, it.create()));
                self.comment(key, &format!("SEQUENCE {}", it.name), &None, &it.comment);
            }
            Part::Owner(it) => self.push(step(key, it.owned_by(it.owner.as_ref()))),
            Part::Function(it) => {
                self.push(step(key, it.definition.clone()));
                self.comment(key, &it.label(), &None, &it.comment);
                self.grant_again(key);
            }
            Part::Table(_) => {}
            Part::Column(table, it) => self.add_column(key, table, it),
            Part::Default(table, it) => {
                if let Some(default) = &it.default {
                    let column = quoted(&it.name);
                    self.push(step(
                        key,
                        format!(
                            "ALTER TABLE {}{} ALTER COLUMN {column} SET DEFAULT {default}",
                            self.only(&table.name),
                            table.name
                        ),
                    ));
                }
            }
            Part::Constraint(table, it) => self.add_constraint(key, table, it),
            Part::Index(table, it) => self.create_index(key, table, it),
            Part::Inherit(table, parent) => {
                // Else CREATE TABLE says it.
                if self.stays(&table.name) {
                    self.push(step(key, format!("ALTER TABLE {} INHERIT {parent}", table.name)));
                }
            }
            Part::Attach(table, of) => {
                self.push(step(key, format!("ALTER TABLE {} ATTACH PARTITION {} {}", of.parent, table.name, of.bound)));
            }
            Part::Replica(table, how) => {
                self.push(step(key, format!("ALTER TABLE {} REPLICA IDENTITY {how}", table.name)));
            }
            Part::Cluster(table, index) => {
                self.push(step(key, format!("ALTER TABLE {} CLUSTER ON {}", table.name, quoted(index))));
            }
            Part::Definition(it) => {
                self.push(step(key, it.create.clone()));
                self.comment(key, it.label(), &None, &it.comment);
            }
            Part::View(it) => {
                self.push(step(key, it.create()));
                self.view_details(key, None, it);
                self.grant_again(key);
            }
            Part::Trigger(table, it) => {
                self.push(step(key, it.definition.clone()));
                if it.enabled != 'O' {
                    self.push(step(key, enabled(table, it)));
                }
                self.comment(key, &format!("TRIGGER {} ON {table}", quoted(&it.name)), &None, &it.comment);
            }
            Part::Policy(table, it) => {
                self.push(step(key, it.create(&table.name)));
                let what = format!("POLICY {} ON {}", quoted(&it.name), table.name);
                self.comment(key, &what, &None, &it.comment);
            }
        }
    }

    /// `ALTER TABLE … ADD COLUMN …`. While the table is in use, a column without a default is first added as nullable, and one whose
    /// default has another value in each row gets it afterwards:
    ///
    /// ```sql
    /// ALTER TABLE … ADD COLUMN "token" uuid
    /// ALTER TABLE … ALTER COLUMN "token" SET DEFAULT gen_random_uuid()
    /// UPDATE … SET "token" = DEFAULT WHERE …                             -- again and again
    /// ```
    fn add_column(&mut self, key: &Key, table: &Table, column: &Column) {
        let is_new = self.made.contains(&Key::Table(table.name.clone()));
        let by_parent = |parent: &Name| Key::Column(parent.clone(), column.name.clone());
        if column.inherited && !column.local && is_new
            || self.with_parent(&table.name, |it| self.made.contains(it), by_parent)
        {
            let what = format!("COLUMN {}.{}", table.name, quoted(&column.name));
            self.comment(key, &what, &None, &column.comment);
            return self.inherited_default(key, table, column);
        }
        let name = &table.name;
        let default = Key::Default(name.clone(), column.name.clone());
        let default = self.made.contains(&default) && !self.comes_after(&default, name);
        let sequence = self.sequence_of(name, &column.name).cloned();
        let filled = column.default.is_some() || column.identity.is_some() || column.generated.is_some();
        let in_use = self.options.online && self.stays(name);
        let later = in_use && !column.nullable && !filled;
        // Else all rows would be written under the lock. A batch is found by places of rows, which the tables below another
        // one have each for themselves.
        let alone = table.partition_by.is_none() && self.kept_children(name).is_empty();
        let in_batches = column.default.as_deref().filter(|it| in_use && alone && default && is_volatile(it, self.to));
        let added = Column { nullable: column.nullable || later || in_batches.is_some(), ..column.clone() };
        let not_null = table.not_null(column);
        let definition = added.definition(name, sequence.as_ref(), default && in_batches.is_none(), not_null);
        self.push(step(key, format!("ALTER TABLE {name} ADD COLUMN {definition}")));
        let what = format!("COLUMN {name}.{}", quoted(&column.name));
        self.comment(key, &what, &None, &column.comment);
        self.column_details(key, name, None, column);
        if later {
            self.required_later.push(key.clone());
        }
        if let Some(value) = in_batches {
            self.push(step(key, recipe::set_default(name, &column.name, value)));
            let fill = step(key, recipe::fill(name, &column.name, "DEFAULT"));
            self.push(Step { mode: Mode::Repeat, ..fill });
            if !column.nullable {
                self.set_not_null(key, table, column);
            }
        }
        if default {
            self.done.insert(Key::Default(name.clone(), column.name.clone()));
        }
    }

    fn alter_part(&mut self, key: &Key) -> Result<()> {
        match (self.old.get(key).copied(), self.new.get(key).copied()) {
            (Some(Part::Schema(old)), Some(Part::Schema(new))) => {
                self.comment(key, &format!("SCHEMA {}", quoted(&new.name)), &old.comment, &new.comment);
            }
            (Some(Part::Extension(_)), Some(Part::Extension(new))) => {
                self.push(step(
                    key,
                    format!("ALTER EXTENSION {} SET SCHEMA {}", quoted(&new.name), quoted(&new.schema)),
                ));
            }
            (Some(Part::Sequence(old)), Some(Part::Sequence(new))) => {
                self.alter_sequence(key, old, new);
            }
            (Some(Part::Owner(_)), Some(Part::Owner(new))) => self.push(step(key, new.owned_by(new.owner.as_ref()))),
            (Some(Part::Function(old)), Some(Part::Function(new))) => {
                if old.definition != new.definition {
                    self.push(step(key, new.definition.clone()));
                }
                self.comment(key, &new.label(), &old.comment, &new.comment);
            }
            (Some(Part::Table(old)), Some(Part::Table(new))) => self.alter_table(key, old, new)?,
            (Some(Part::Column(..)), Some(Part::Column(..))) => self.alter_column(key),
            (Some(Part::Default(..)), Some(Part::Default(table, _))) => {
                let column = match key {
                    Key::Default(_, column) => Key::Column(table.name.clone(), column.clone()),
                    _ => return Ok(()),
                };
                // A change of the type has set it.
                if !self.retyped.contains(&column) {
                    self.create_part(key);
                }
            }
            (Some(Part::Constraint(_, old)), Some(Part::Constraint(table, new))) => {
                self.alter_constraint(key, table, old, new);
            }
            (Some(Part::Index(_, old)), Some(Part::Index(table, new))) => self.alter_index(key, table, old, new),
            (Some(Part::View(old)), Some(Part::View(new))) => {
                self.view_details(key, Some(old), new);
            }
            (Some(Part::Definition(old)), Some(Part::Definition(new))) => {
                self.comment(key, new.label(), &old.comment, &new.comment);
            }
            (Some(Part::Replica(..)), _) | (Some(Part::Cluster(..)), _) => self.create_part(key),
            (Some(Part::Trigger(_, old)), Some(Part::Trigger(table, new))) => self.alter_trigger(key, table, old, new),
            (Some(Part::Policy(_, old)), Some(Part::Policy(table, new))) => {
                let what = format!("POLICY {} ON {}", quoted(&new.name), table.name);
                self.comment(key, &what, &old.comment, &new.comment);
            }
            _ => self.alter_type(key),
        }
        Ok(())
    }
}

/// A partition gets its identity when it is attached.
fn as_created(table: &Table, column: &Column) -> Column {
    let identity = column.identity.filter(|_| table.partition_of.is_none());
    Column { identity, ..column.clone() }
}

/// The needs with each part counted as the one in whose statement it is written.
fn contracted(needs: &Needs, written_in: impl Fn(&Key) -> Key) -> Needs {
    let mut all = BTreeMap::<_, BTreeSet<_>>::new();
    for (key, needed) in needs {
        let key = written_in(key);
        let set = all.entry(key.clone()).or_default();
        set.extend(needed.iter().map(&written_in).filter(|it| *it != key));
    }
    all
}
