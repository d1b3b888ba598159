//! Columns: added, dropped, renamed, changed.

use super::{
    change::{Change, Changed},
    finding::Level,
    recipe,
};
use crate::{
    catalog::{Column, Constraint, ConstraintKind, Domain},
    migrate::{Allow, Step},
};

pub(super) fn check(change: &mut Change<'_>) {
    for table in change.tables() {
        let new: Vec<_> = table.after.columns.iter().filter(|it| table.before.column(&it.name).is_none()).collect();
        let old: Vec<_> = table.before.columns.iter().filter(|it| table.after.column(&it.name).is_none()).collect();
        let renamed = old.len() == new.len() && table.before.columns.len() == table.after.columns.len();
        let in_place = |(from, to): (&&Column, &&Column)| {
            let at = |columns: &[Column], name: &str| columns.iter().position(|it| it.name == name);
            at(&table.before.columns, &from.name) == at(&table.after.columns, &to.name)
        };
        if renamed && old.iter().zip(&new).all(in_place) {
            old.iter().zip(&new).for_each(|(from, to)| rename(change, table, from, to));
        } else {
            new.iter().for_each(|it| add(change, table, it));
            old.iter().for_each(|it| drop(change, table, it));
        }
        for (from, to) in table.before.columns.iter().filter_map(|from| Some((from, table.after.column(&from.name)?))) {
            alter(change, table, from, to);
        }
    }
}

fn rename(change: &mut Change<'_>, table: Changed<'_>, from: &Column, to: &Column) {
    let name = &table.before.name;
    let message = format!(
        "{name}: what runs now asks for the column {:?}, which is called {:?} afterwards: add a column that a trigger keeps equal, \
         fill it in batches, and drop the old one when the old version of the application has stopped (`expand::rename`)",
        from.name, to.name
    );
    let allow = Allow::new("rename_column", format!("{}.{}", name.short(), to.name));
    change.find_allowed(allow, "renaming-column", Level::Error, name, message, Vec::new());
}

fn drop(change: &mut Change<'_>, table: Changed<'_>, column: &Column) {
    let name = &table.before.name;
    let allow = Allow::new("drop_column", format!("{}.{}", name.short(), column.name));
    let message = format!(
        "{name}: the column {:?} and its values are lost, and what runs now may ask for it: first deploy a version that does not, \
         then allow it with `-- orm: allow = {allow}`",
        column.name,
    );
    change.find_allowed(allow, "ban-drop-column", Level::Error, name, message, Vec::new());
}

fn add(change: &mut Change<'_>, table: Changed<'_>, column: &Column) {
    let (name, version) = (&table.before.name, change.version());
    let required =
        !column.nullable && column.default.is_none() && column.identity.is_none() && column.generated.is_none();
    if required {
        let message = format!(
            "{name}: the column {:?} is NOT NULL without a default: adding it fails if there are rows, and what runs now does not \
             fill it",
            column.name
        );
        let recipe = recipe::required_column(name, column, version);
        change.find("adding-required-field", Level::Error, name, message, recipe);
    }
    if !table.rewritten() {
        return;
    }
    let numbered = column.identity.is_some() || column.default.as_deref().is_some_and(|it| it.starts_with("nextval("));
    let domain = change.step.after.domains.iter().find(|it| of_domain(column, it));
    let (rule, why, recipe): (_, _, Vec<Step>) = if column.generated.is_some() {
        let steps = if version >= 180_000 { recipe::virtual_column(name, column) } else { Vec::new() };
        ("add-column-generated-stored", "is computed for each row", steps)
    } else if numbered {
        ("add-column-auto-incrementing", "is numbered", recipe::column_numbered_later(name, column, version))
    } else if let Some(default) = &column.default {
        (
            "adding-field-with-default",
            "gets another value in each row",
            recipe::column_filled_later(name, column, default, version),
        )
    } else if let Some(domain) = domain {
        (
            "add-column-constrained-domain",
            "is of a domain with a check",
            recipe::column_of_base(name, &column.name, domain),
        )
    } else {
        return;
    };
    let message =
        format!("{name} is locked for reads and writes while all rows are written: the column {:?} {why}", column.name);
    change.find(rule, Level::Error, name, message, recipe);
}

fn of_domain(column: &Column, domain: &Domain) -> bool {
    let plain = column.ty.replace('"', "");
    plain == domain.name.name || plain == format!("{}.{}", domain.name.schema, domain.name.name)
}

fn alter(change: &mut Change<'_>, table: Changed<'_>, from: &Column, to: &Column) {
    let (name, version) = (&table.before.name, change.version());
    let becomes_key = table.after.constraints.iter().any(|it| {
        it.kind == ConstraintKind::PrimaryKey
            && it.columns.contains(&to.name)
            && table.before.constraint(&it.name).is_none()
    });
    if from.nullable && !to.nullable && table.scanned() && table.blocks_writes() && from.ty == to.ty && !becomes_key {
        let message =
            format!("{name} is locked for reads and writes while all rows are read: {:?} becomes NOT NULL", to.name);
        let recipe = recipe::not_null(name, &to.name, version);
        change.find("adding-not-nullable-field", Level::Error, name, message, recipe);
    }
    if !from.nullable && to.nullable {
        let message = format!("{name}: code that reads {:?} may not expect NULL", to.name);
        change.find("ban-drop-not-null", Level::Note, name, message, Vec::new());
    }
    if from.ty == to.ty {
        return;
    }
    let change_type = || Allow::new("change_type", format!("{}.{}", name.short(), to.name));
    let checked = table.before.constraints.iter().any(|it| is_check_of(it, &to.name));
    if table.rewritten() {
        let message = format!(
            "{name} is locked for reads and writes while all rows are written: {:?} changes from {} to {}. Add a column of the new \
             type that a trigger keeps equal, fill it in batches, and exchange the two (`expand::change_type`)",
            to.name, from.ty, to.ty
        );
        change.find_allowed(change_type(), "changing-column-type", Level::Error, name, message, Vec::new());
    } else if table.effect.is_some_and(|it| it.is_long()) {
        let (rule, work, recipe) = if checked && table.effect.is_some_and(|it| it.indexes.is_empty()) {
            let checks: Vec<_> = table.after.constraints.iter().filter(|it| is_check_of(it, &to.name)).collect();
            ("change-column-constraint", "its checks read all rows", recipe::checked_type(table.before, to, &checks))
        } else {
            ("changing-column-type", "its indexes are built again", Vec::new())
        };
        let message = format!("{name} is locked for reads and writes: {:?} changes its type, and {work}", to.name);
        change.find_allowed(change_type(), rule, Level::Error, name, message, recipe);
    } else {
        let message = format!(
            "{name}: {:?} becomes {} without touching rows; what runs now must cope with both types",
            to.name, to.ty
        );
        change.find("changing-column-type", Level::Note, name, message, Vec::new());
    }
}

fn is_check_of(constraint: &Constraint, column: &str) -> bool {
    constraint.kind == ConstraintKind::Check && constraint.validated && constraint.columns.iter().any(|it| it == column)
}
