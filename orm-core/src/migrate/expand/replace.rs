//! One column that is replaced by another: its indexes, constraints and default go with it.

use super::{alone, column, refused};
use crate::{
    catalog::{Catalog, Column, Constraint, ConstraintKind, Identity, Index, IndexKey, Name, Sequence, Table},
    ddl::{
        expand::{self as ddl, Computed},
        recipe,
    },
    error::Result,
    migrate::{Allow, Mode, Phase, Step, plain},
};

/// The old column and the new one.
pub(super) struct Side<'a> {
    pub(super) old: &'a str,
    /// The name of the new column while both exist.
    pub(super) new: &'a str,
    /// Its name in the end.
    pub(super) after: &'a str,
    pub(super) ty: &'a str,
    /// The new value from the old one, and back.
    pub(super) forward: String,
    pub(super) backward: String,
    /// The type that expressions name, and the one that stands for it.
    pub(super) types: Option<(&'a Name, &'a Name)>,
}

/// The steps that replace a column.
#[derive(Default)]
pub(super) struct Replaced {
    pub(super) expand: Vec<Step>,
    pub(super) contract: Vec<Step>,
    /// After all columns have been replaced: defaults, foreign keys.
    pub(super) last: Vec<Step>,
}

fn on(table: &Name, sql: String) -> Step {
    Step::new("table", format!("{}.{}", table.schema, table.name), sql)
}

fn contract(table: &Name, sql: String) -> Step {
    Step { phase: Phase::Contract, ..on(table, sql) }
}

/// The step that drops a column, which must be allowed.
pub(super) fn drop_column(table: &Name, name: &str) -> Step {
    let allow = Allow::new("drop_column", format!("{}.{name}", plain(table)));
    Step { allow: Some(allow), ..contract(table, ddl::drop_column(table, name)) }
}

/// The steps that add columns, keep them equal by a trigger and fill them; and those that remove the trigger.
pub(super) fn synced(
    schema: &Catalog,
    table: &Table,
    added: &[(&str, &str)],
    old: &[Computed],
    new: &[Computed],
) -> Result<(Vec<Step>, Vec<Step>)> {
    let name = &table.name;
    if table.partition_by.is_some() || table.partition_of.is_some() || !table.inherits.is_empty() {
        return Err(refused(format!("{name} is partitioned or inherits: its columns must be replaced by hand")));
    }
    let key = table.constraints.iter().find(|it| it.kind == ConstraintKind::PrimaryKey);
    let key =
        key.ok_or_else(|| refused(format!("{name} has no primary key, by which its rows could be filled in batches")))?;
    for it in old {
        let identity = format!("{}.{}.{}", name.schema, name.name, it.column);
        let own = |kind: &str| matches!(kind, "index" | "table constraint" | "default value" | "sequence" | "table");
        if let Some(by) =
            schema.dependencies.iter().find(|by| by.on.identity.replace('"', "") == identity && !own(&by.object.kind))
        {
            let (kind, by) = (&by.object.kind, &by.object.identity);
            return Err(refused(format!(
                "the {kind} {by} depends on {name}.{:?}: drop it first and create it afterwards",
                it.column
            )));
        }
    }
    let first = old.first().map(|it| it.column.as_str()).unwrap_or_default();
    let function = Name::new(name.schema.as_str(), format!("orm_sync_{}_{first}", name.name));
    let progress = Name::new(name.schema.as_str(), format!("orm_fill_{}_{first}", name.name));
    let trigger = format!("~orm_sync_{first}");
    let columns: Vec<&Column> = key.columns.iter().filter_map(|it| table.column(it)).collect();
    let mut steps: Vec<_> = added.iter().map(|(column, ty)| on(name, recipe::add_column(name, column, ty))).collect();
    steps.push(on(name, ddl::sync_function(&function, old, new)));
    steps.push(on(name, ddl::sync_trigger(&trigger, name, &function)));
    steps.push(on(name, ddl::create_progress(&progress, &columns)));
    steps.push(Step { mode: Mode::Repeat, ..on(name, ddl::fill_batch(name, &progress, &key.columns, old, new)) });
    let ends = [ddl::drop_trigger(&trigger, name), ddl::drop_function(&function), ddl::drop_table(&progress)];
    Ok((steps, ends.map(|it| contract(name, it)).to_vec()))
}

impl Replaced {
    /// Returns the steps for one column.
    pub(super) fn new(schema: &Catalog, table: &Table, side: &Side<'_>) -> Result<Self> {
        let (name, from) = (&table.name, column(table, side.old)?);
        if table.column(side.new).is_some() {
            return Err(refused(format!("{name} already has a column {:?}", side.new)));
        }
        if from.generated.is_some() {
            return Err(refused(format!("{name}.{:?} is a generated column: it cannot be written", side.old)));
        }
        let old = [Computed { column: side.old.to_owned(), expression: side.backward.clone() }];
        let new = [Computed { column: side.new.to_owned(), expression: side.forward.clone() }];
        let (expand, ends) = synced(schema, table, &[(side.new, side.ty)], &old, &new)?;
        let mut steps = Self { expand, contract: ends, last: Vec::new() };
        let mut rename = Vec::new();
        if !from.nullable {
            let check = format!("{}_not_null", side.new);
            let added = recipe::add_check(name, &check, &ddl::is_not_null(side.new));
            steps.expand.extend(added.into_iter().map(|it| alone(on(name, it))));
            rename.push(contract(name, ddl::mark_not_null(name, side.new)));
            rename.push(contract(name, recipe::drop_constraint(name, &check)));
        }
        steps.indexes(table, side, &mut rename);
        steps.constraints(schema, table, side, &mut rename);
        steps.keep_sequences(schema, name, from, side);
        steps.contract.push(drop_column(name, side.old));
        if side.new != side.after {
            steps.contract.push(contract(name, ddl::rename_column(name, side.new, side.after)));
            // The statements before were written for the temporary name.
            rename.iter_mut().filter(|it| it.sql.contains("SET NOT NULL")).for_each(|it| {
                it.sql = ddl::mark_not_null(name, side.after);
            });
        }
        steps.contract.extend(rename);
        if let Some(identity) = from.identity {
            let kind = if identity == Identity::Always { "ALWAYS" } else { "BY DEFAULT" };
            steps.contract.extend(ddl::take_identity(name, side.after, kind).into_iter().map(|it| contract(name, it)));
        }
        if let Some(default) = from.default.as_deref() {
            steps.last.push(contract(name, recipe::set_default(name, side.after, default)));
        }
        if let Some(comment) = &from.comment {
            steps.last.push(contract(name, ddl::comment_on_column(name, side.after, comment)));
        }
        Ok(steps)
    }

    /// Copies of the indexes, under a name that is given back when the old ones are gone.
    fn indexes(&mut self, table: &Table, side: &Side<'_>, rename: &mut Vec<Step>) {
        for index in &table.indexes {
            let copy = side.index(index);
            if copy != *index {
                let copy = Index { name: temporary(&index.name), ..copy };
                self.expand.push(alone(on(&table.name, recipe::create_index_concurrently(&copy, &table.name))));
                let name = Name::new(table.name.schema.as_str(), copy.name);
                rename.push(contract(&table.name, ddl::rename_index(&name, &index.name)));
            }
        }
    }

    /// Copies of the constraints, and the foreign keys that refer to the column.
    fn constraints(&mut self, schema: &Catalog, table: &Table, side: &Side<'_>, rename: &mut Vec<Step>) {
        let name = &table.name;
        for constraint in table.constraints.iter().filter(|it| it.kind != ConstraintKind::NotNull) {
            let mut copy = side.constraint(constraint);
            if copy == *constraint {
                continue;
            }
            let kept = constraint.name.as_str();
            copy.name = temporary(kept);
            match constraint.kind {
                ConstraintKind::PrimaryKey | ConstraintKind::Unique => {
                    self.expand.push(alone(on(name, recipe::create_key_concurrently(name, &copy, &copy.name))));
                    let referring = referring(schema, name, constraint);
                    for (other, key) in &referring {
                        self.contract.push(contract(&other.name, recipe::drop_constraint(&other.name, &key.name)));
                    }
                    self.contract.push(contract(name, recipe::drop_constraint(name, kept)));
                    let by_index = Constraint { name: kept.to_owned(), ..copy.clone() };
                    rename.push(contract(name, recipe::add_by_index(name, &by_index, &copy.name)));
                    for (other, key) in referring {
                        let mut key = key.clone();
                        if let Some(reference) = &mut key.reference {
                            reference
                                .columns
                                .iter_mut()
                                .filter(|it| *it == side.old)
                                .for_each(|it| side.after.clone_into(it));
                        }
                        self.last.push(contract(&other.name, recipe::add_not_valid(&other.name, &key)));
                        self.last.push(alone(contract(&other.name, recipe::validate(&other.name, &key.name))));
                    }
                }
                ConstraintKind::ForeignKey | ConstraintKind::Check => {
                    self.expand.push(alone(on(name, recipe::add_not_valid(name, &copy))));
                    if constraint.validated {
                        self.expand.push(alone(on(name, recipe::validate(name, &copy.name))));
                    }
                    if constraint.kind == ConstraintKind::Check {
                        self.contract.push(contract(name, recipe::drop_constraint(name, kept)));
                    }
                    rename.push(contract(name, ddl::rename_constraint(name, &copy.name, kept)));
                }
                ConstraintKind::Exclusion | ConstraintKind::NotNull => {
                    self.last.push(contract(name, recipe::add_constraint(name, &side.named(constraint))));
                }
            }
        }
    }

    /// A sequence that belongs to the old column must not be dropped with it.
    fn keep_sequences(&mut self, schema: &Catalog, table: &Name, from: &Column, side: &Side<'_>) {
        let of_column = |it: &&Sequence| {
            it.owner.as_ref().is_some_and(|it| it.table == *table && it.column == from.name && !it.identity)
        };
        let owned = schema.sequences.iter().filter(of_column);
        self.contract.extend(owned.map(|it| contract(table, ddl::take_sequence(it, side.ty, table, side.new))));
    }
}

/// The foreign keys that refer to the columns of a key.
fn referring<'a>(schema: &'a Catalog, table: &Name, key: &Constraint) -> Vec<(&'a Table, &'a Constraint)> {
    let all = schema.tables.iter().flat_map(|it| it.constraints.iter().map(move |key| (it, key)));
    let to_it = |(_, it): &(&Table, &Constraint)| {
        let same = |to: &[String]| to.len() == key.columns.len() && to.iter().all(|it| key.columns.contains(it));
        it.reference.as_ref().is_some_and(|to| to.table == *table && same(&to.columns))
    };
    all.filter(to_it).collect()
}

fn temporary(name: &str) -> String {
    format!("{name}_new")
}

impl Side<'_> {
    fn column(&self, name: &str) -> String {
        if name == self.old { self.new.to_owned() } else { name.to_owned() }
    }

    fn expression(&self, text: &str) -> String {
        let replaced = ddl::replace_name(text, self.old, self.new);
        match self.types {
            Some((from, to)) if replaced != text => ddl::replace_name(&replaced, &from.name, &to.name),
            _ => replaced,
        }
    }

    fn index(&self, index: &Index) -> Index {
        let key = |it: &IndexKey| IndexKey {
            column: it.column.as_deref().map(|it| self.column(it)),
            expression: it.expression.as_deref().map(|it| self.expression(it)),
            ..it.clone()
        };
        Index {
            keys: index.keys.iter().map(key).collect(),
            include: index.include.iter().map(|it| self.column(it)).collect(),
            predicate: index.predicate.as_deref().map(|it| self.expression(it)),
            ..index.clone()
        }
    }

    fn constraint(&self, constraint: &Constraint) -> Constraint {
        let mut copy = constraint.clone();
        copy.columns = constraint.columns.iter().map(|it| self.column(it)).collect();
        copy.include = constraint.include.iter().map(|it| self.column(it)).collect();
        copy.expression = constraint.expression.as_deref().map(|it| self.expression(it));
        if let Some(elements) = &mut copy.elements {
            elements.predicate = elements.predicate.as_deref().map(|it| self.expression(it));
            for key in &mut elements.keys {
                key.column = key.column.as_deref().map(|it| self.column(it));
                key.expression = key.expression.as_deref().map(|it| self.expression(it));
            }
        }
        copy
    }

    /// The constraint with the new column under its name in the end.
    fn named(&self, constraint: &Constraint) -> Constraint {
        let end = Side { new: self.after, forward: String::new(), backward: String::new(), ..*self };
        end.constraint(constraint)
    }
}
