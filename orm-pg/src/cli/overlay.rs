//! What models say, over what is there.

use orm_core::{
    catalog::{Catalog, Name, Table},
    migrate::{Allow, Options},
};

/// Returns `there` with the tables and types of `models` in place of its own ones.
///
/// Models say all about the columns, constraints and indexes of their tables. What they do not describe stays as it is: views,
/// functions, triggers, policies, options of storage. A table without a model stays too, unless dropping it is allowed: it may
/// be one that only SQL uses.
pub(super) fn overlay(there: &Catalog, models: &Catalog, options: &Options) -> Catalog {
    let mut catalog = there.clone();
    let is_dropped = |kind: &str, name: &Name| options.allow.contains(&Allow::new(format!("drop_{kind}"), short(name)));
    let renamed = |name: &Name| {
        options.renames.iter().any(|it| matches!(it, orm_core::migrate::Rename::Table { from, .. } if from == name))
    };
    catalog
        .tables
        .retain(|it| models.table(&it.name).is_none() && !is_dropped("table", &it.name) && !renamed(&it.name));
    for table in &models.tables {
        catalog.tables.push(table_over(there, table, options));
    }
    catalog.sequences.retain(|it| {
        let owner = it.owner.as_ref().map(|it| &it.table);
        owner.is_none_or(|it| catalog.tables.iter().any(|table| table.name == *it) && models.table(it).is_none())
    });
    catalog.sequences.extend(models.sequences.iter().cloned());
    catalog.enums.retain(|it| !models.enums.iter().any(|own| own.name == it.name) && !is_dropped("type", &it.name));
    catalog.enums.extend(models.enums.iter().cloned().map(|mut it| {
        let old = there.enums.iter().find(|old| old.name == it.name);
        it.comment = it.comment.or_else(|| old.and_then(|old| old.comment.clone()));
        it
    }));
    catalog.composites.retain(|it| !models.composites.iter().any(|own| own.name == it.name));
    catalog.composites.extend(models.composites.iter().cloned());
    for it in &models.schemas {
        if !catalog.schemas.iter().any(|old| old.name == it.name) {
            catalog.schemas.push(it.clone());
        }
    }
    catalog.dependencies.extend(models.dependencies.iter().cloned());
    catalog.dependencies.dedup();
    catalog.sort();
    catalog
}

/// A table of a model, with what the model does not describe.
fn table_over(there: &Catalog, model: &Table, options: &Options) -> Table {
    let mut table = model.clone();
    let former = options.renames.iter().find_map(|it| match it {
        orm_core::migrate::Rename::Table { from, to } if *to == model.name => Some(from),
        _ => None,
    });
    let Some(old) = there.table(&model.name).or_else(|| there.table(former?)) else { return table };
    table.unlogged = old.unlogged;
    table.partition_by = table.partition_by.or_else(|| old.partition_by.clone());
    table.partition_of.clone_from(&old.partition_of);
    table.inherits.clone_from(&old.inherits);
    table.storage.clone_from(&old.storage);
    table.replica_identity.clone_from(&old.replica_identity);
    table.cluster_on.clone_from(&old.cluster_on);
    table.row_security = old.row_security;
    table.force_row_security = old.force_row_security;
    table.comment = table.comment.or_else(|| old.comment.clone());
    table.triggers.clone_from(&old.triggers);
    table.policies.clone_from(&old.policies);
    for column in &mut table.columns {
        let Some(old) = old.column(&column.name) else { continue };
        column.comment = column.comment.take().or_else(|| old.comment.clone());
        column.options.clone_from(&old.options);
    }
    for constraint in &mut table.constraints {
        let Some(old) = old.constraint(&constraint.name) else { continue };
        constraint.comment = constraint.comment.take().or_else(|| old.comment.clone());
    }
    table
}

/// A name as the words of `--allow` have it.
fn short(name: &Name) -> String {
    if name.schema == "public" { name.name.clone() } else { format!("{}.{}", name.schema, name.name) }
}

/// One sentence for each table that stays without a model; partitions belong to another one.
pub(super) fn notes(there: &Catalog, models: &Catalog) -> Vec<String> {
    let tables = there.tables.iter().filter(|it| it.partition_of.is_none() && models.table(&it.name).is_none());
    tables
        .map(|it| {
            format!("no model has the table {0}, so it stays: `--allow 'drop_table({0})'` drops it", short(&it.name))
        })
        .collect()
}
