//! Constraints of tables.

use super::{
    change::{Change, Changed},
    finding::Level,
    recipe,
};
use crate::{
    catalog::{Constraint, ConstraintKind},
    migrate::LockMode,
};

pub(super) fn check(change: &mut Change<'_>) {
    for table in change.tables() {
        for constraint in table.after.constraints.iter().filter(|it| it.local) {
            match table.before.constraint(&constraint.name) {
                None => add(change, table, constraint),
                Some(before) if !before.validated && constraint.validated => validate(change, table, constraint),
                Some(_) => {}
            }
        }
        for constraint in table.before.constraints.iter().filter(|it| it.kind == ConstraintKind::ForeignKey) {
            drop(change, table, constraint);
        }
    }
}

fn add(change: &mut Change<'_>, table: Changed<'_>, constraint: &Constraint) {
    let (name, version) = (&table.before.name, change.version());
    let of_new_column = constraint.columns.iter().any(|it| table.before.column(it).is_none());
    let built = table.effect.is_some_and(|it| it.indexes.contains(&constraint.name));
    let named = &constraint.name;
    match constraint.kind {
        ConstraintKind::Check if table.scanned() && table.blocks_writes() && constraint.validated => {
            let message = format!("{name} is locked for reads and writes while the check {named:?} reads all rows");
            let new = constraint.columns.iter().filter(|it| table.before.column(it).is_none());
            let mut recipe: Vec<_> = new.filter_map(|it| Some(recipe::column(name, table.after.column(it)?))).collect();
            recipe.extend(recipe::validated_later(name, constraint));
            change.find("constraint-missing-not-valid", Level::Error, name, message, recipe);
        }
        ConstraintKind::ForeignKey => {
            if table.scanned() && table.blocks_writes() && constraint.validated {
                let message = format!(
                    "{name} and the table that it refers to are locked for writes while the foreign key {named:?} compares all rows"
                );
                let recipe = recipe::validated_later(name, constraint);
                change.find("adding-foreign-key-constraint", Level::Error, name, message, recipe);
            }
            without_index(change, table, constraint);
        }
        ConstraintKind::PrimaryKey | ConstraintKind::Unique if built && !of_new_column => {
            let rule = match constraint.kind {
                ConstraintKind::PrimaryKey => "adding-serial-primary-key-field",
                _ => "disallowed-unique-constraint",
            };
            let message = format!("{name} is locked for reads and writes while the index of {named:?} is built");
            change.find(rule, Level::Error, name, message, recipe::key(table.before, constraint, version));
        }
        ConstraintKind::PrimaryKey if table.scanned() && table.blocks_writes() && !of_new_column => {
            let message = format!(
                "{name} is locked for reads and writes while all rows are read: a column of {named:?} may be NULL"
            );
            let recipe = recipe::key(table.before, constraint, version);
            let nullable = recipe.into_iter().filter(|it| !it.sql.contains(" INDEX ")).collect();
            change.find("adding-not-nullable-field", Level::Error, name, message, nullable);
        }
        ConstraintKind::Exclusion if built => {
            let message = format!(
                "{name} is locked for reads and writes while the index of {named:?} is built; PostgreSQL has no other form for an \
                 exclusion constraint"
            );
            change.find("add-exclusion-constraint", Level::Error, name, message, Vec::new());
        }
        _ => {}
    }
}

/// A foreign key whose columns no index starts with: each delete in the target reads the whole table.
fn without_index(change: &mut Change<'_>, table: Changed<'_>, constraint: &Constraint) {
    let name = &table.after.name;
    let keys = table.after.indexes.iter().filter(|it| it.valid && it.predicate.is_none());
    let keys = keys.map(|it| it.keys.iter().map_while(|it| it.column.as_deref()).collect::<Vec<_>>());
    let constraints = table.after.constraints.iter();
    let constraints = constraints.filter(|it| matches!(it.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique));
    let constraints = constraints.map(|it| it.columns.iter().map(String::as_str).collect());
    let covered = keys.chain(constraints).any(|keys| {
        let start = keys.get(..constraint.columns.len()).unwrap_or_default();
        !start.is_empty() && constraint.columns.iter().all(|it| start.contains(&it.as_str()))
    });
    if !covered {
        let message = format!(
            "{name}: no index starts with the columns of the foreign key {:?}, so each delete in the other table reads all rows here",
            constraint.name
        );
        change.find(
            "add-reference",
            Level::Warning,
            name,
            message,
            recipe::index_of_columns(name, &constraint.columns),
        );
    }
}

fn validate(change: &mut Change<'_>, table: Changed<'_>, constraint: &Constraint) {
    let name = &table.before.name;
    let held = change.held(name);
    if held >= Some(LockMode::ShareRowExclusive) {
        let message = format!(
            "{name} stays locked by an earlier step of the same transaction while {:?} reads all rows: VALIDATE needs a transaction \
             of its own",
            constraint.name
        );
        let rule = match constraint.kind {
            ConstraintKind::ForeignKey => "validate-foreign-key",
            _ => "validate-check-constraint",
        };
        change.find(rule, Level::Error, name, message, recipe::validate(name, &constraint.name));
    }
}

/// Dropping a foreign key locks its target as strongly as the table itself.
fn drop(change: &mut Change<'_>, table: Changed<'_>, constraint: &Constraint) {
    let Some(target) = constraint.reference.as_ref().map(|it| &it.table) else { return };
    let gone = table.after.constraint(&constraint.name).is_none();
    if gone && *target != table.before.name && change.step.effects.lock(target) == Some(LockMode::AccessExclusive) {
        let name = &table.before.name;
        let message = format!(
            "dropping the foreign key {:?} locks {target} for reads and writes, too, for a short time",
            constraint.name
        );
        change.find("drop-foreign-key", Level::Note, name, message, Vec::new());
    }
}
