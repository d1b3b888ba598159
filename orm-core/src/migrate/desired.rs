//! The schema that models ask for, when only a part of it can be said by models.

use std::collections::BTreeSet;

use super::{Options, part::short};
use crate::catalog::{
    Action, Catalog, Column, CompositeType, Constraint, ConstraintKind, EnumType, Index, Name, Sequence, SequenceOwner,
    Table,
};

/// Returns `base` with everything that models declare as `models` has it: the `to` of a diff from `base`.
///
/// `models` is the catalog of a database that holds only what models declare. Their tables, columns, constraints and indexes
/// replace those of `base`, and so do their enums and composite types. What models cannot declare stays as it is: triggers,
/// policies, views, functions, partitions, privileges, how columns are stored. A table or type of `base` that no model
/// declares stays, too, unless `options` permit to drop it; the second value names those that stay. So do constraints of a kind
/// that no model can declare, such as those over periods, or a foreign key to a table without a model.
///
/// ```
/// # use orm_pg::schema::{catalog::Catalog, migrate::{Options, desired}};
/// let (to, without_model) = desired(&Catalog::default(), &Catalog::default(), &Options::new());
/// assert!(to.tables.is_empty() && without_model.is_empty());
/// ```
#[must_use]
pub fn desired(base: &Catalog, models: &Catalog, options: &Options) -> (Catalog, Vec<Name>) {
    let mut to = base.clone();
    let renamed = |name: &Name| options.renames.iter().any(|it| it.is_from_table(name));
    let dropped =
        |action: &str, name: &Name| options.allow.iter().any(|it| it.action == action && it.object == short(name));
    let modelled: BTreeSet<_> = models.tables.iter().map(|it| it.name.clone()).collect();
    let mut without_model = Vec::new();
    to.tables.retain(|it| {
        let stays = modelled.contains(&it.name) || !(renamed(&it.name) || dropped("drop_table", &it.name));
        if stays && !modelled.contains(&it.name) && it.partition_of.is_none() {
            without_model.push(it.name.clone());
        }
        stays
    });
    let gone: BTreeSet<_> =
        base.tables.iter().map(|it| &it.name).filter(|it| to.table(it).is_none()).cloned().collect();
    for table in &models.tables {
        let before = options.former_name(&table.name).and_then(|it| base.table(it)).or_else(|| base.table(&table.name));
        let wanted = before.map_or_else(|| table.clone(), |before| merged(before, table, models, options));
        to.tables.retain(|it| it.name != table.name);
        to.tables.push(wanted);
    }
    let owned =
        |owner: &SequenceOwner| owner.identity && (modelled.contains(&owner.table) || gone.contains(&owner.table));
    to.sequences.retain(|it| !it.owner.as_ref().is_some_and(|owner| owned(owner) || gone.contains(&owner.table)));
    // Those of dropped columns go with them, and those of new serial columns come.
    let tables = &to.tables;
    let exists = |owner: &SequenceOwner| {
        let mut same = tables.iter().filter(|it| it.name == owner.table);
        same.any(|it| it.column(&owner.column).is_some())
    };
    to.sequences.retain(|it| it.owner.as_ref().is_none_or(exists));
    let new = |it: &&Sequence| it.owner.is_some() && !to.sequences.iter().any(|other| other.name == it.name);
    let new: Vec<Sequence> = models.sequences.iter().filter(new).cloned().collect();
    to.sequences.extend(new);
    for it in &models.enums {
        let before = options.former_type(&it.name).unwrap_or(&it.name);
        let before = base.enums.iter().find(|was| was.name == *before);
        let comment = it.comment.clone().or_else(|| before.and_then(|it| it.comment.clone()));
        to.enums.retain(|other| other.name != it.name);
        to.enums.push(EnumType { comment, ..it.clone() });
    }
    for it in &models.composites {
        let before = options.former_type(&it.name).unwrap_or(&it.name);
        let before = base.composites.iter().find(|was| was.name == *before);
        to.composites.retain(|other| other.name != it.name);
        to.composites.push(before.map_or_else(|| it.clone(), |before| commented(it, before)));
    }
    let former = |name: &Name| options.renames.iter().any(|it| it.is_from_type(name));
    to.enums.retain(|it| !former(&it.name) && !dropped("drop_type", &it.name));
    to.composites.retain(|it| !former(&it.name) && !dropped("drop_type", &it.name));
    for it in &models.schemas {
        if !to.schemas.iter().any(|other| other.name == it.name) {
            to.schemas.push(it.clone());
        }
    }
    to.dependencies.extend(models.dependencies.iter().cloned());
    to.sort();
    to.dependencies.dedup();
    (to, without_model)
}

/// The table of a model with what only the database knows of it.
fn merged(before: &Table, model: &Table, models: &Catalog, options: &Options) -> Table {
    let mut table = model.clone();
    table.partition_of.clone_from(&before.partition_of);
    table.inherits.clone_from(&before.inherits);
    table.row_security = before.row_security;
    table.force_row_security = before.force_row_security;
    table.replica_identity.clone_from(&before.replica_identity);
    table.cluster_on.clone_from(&before.cluster_on);
    table.triggers.clone_from(&before.triggers);
    table.policies.clone_from(&before.policies);
    table.comment = model.comment.clone().or_else(|| before.comment.clone());
    if model.storage.is_empty() {
        table.storage.clone_from(&before.storage);
    }
    for column in &mut table.columns {
        let name = options.former_column(&model.name, &column.name).unwrap_or(&column.name);
        if let Some(before) = before.column(name).or_else(|| before.column(&column.name)) {
            keep(column, before);
        }
    }
    for it in &mut table.constraints {
        let was = before.constraint(&it.name).filter(|was| was.kind == it.kind);
        if let Some(was) = was {
            (it.local, it.inherited, it.no_inherit) = (was.local, was.inherited, was.no_inherit);
            it.comment = it.comment.clone().or_else(|| was.comment.clone());
        }
    }
    // A model cannot give a NOT NULL constraint a name.
    let not_null = |it: &Constraint| it.kind == ConstraintKind::NotNull;
    for it in table.constraints.iter_mut().filter(|it| not_null(it)) {
        if let Some(was) = before.constraints.iter().find(|was| not_null(was) && was.columns == it.columns) {
            it.clone_from(was);
        }
    }
    // What a parent table declares is none of the model's.
    let kept = |it: &&Constraint| !it.local && !not_null(it) || !is_declarable(it, before, models, options);
    let kept = before.constraints.iter().filter(|it| model.constraint(&it.name).is_none()).filter(kept);
    table.constraints.extend(kept.cloned().collect::<Vec<Constraint>>());
    // Nor are the remains of an index whose creation has failed.
    let kept = before.indexes.iter().filter(|it| !it.valid && !model.indexes.iter().any(|other| other.name == it.name));
    table.indexes.extend(kept.cloned().collect::<Vec<Index>>());
    for it in &mut table.indexes {
        if let Some(was) = before.indexes.iter().find(|was| was.name == it.name) {
            it.parent.clone_from(&was.parent);
            it.partitioned = was.partitioned;
            it.keys.iter_mut().zip(&was.keys).for_each(|(it, was)| it.statistics = was.statistics);
            it.comment = it.comment.clone().or_else(|| was.comment.clone());
        }
    }
    table
}

/// A composite type of models with the comments that only the database knows.
fn commented(model: &CompositeType, before: &CompositeType) -> CompositeType {
    let mut ty = model.clone();
    ty.comment = ty.comment.or_else(|| before.comment.clone());
    for it in &mut ty.attributes {
        let was = before.attributes.iter().find(|was| was.name == it.name);
        it.comment = it.comment.take().or_else(|| was.and_then(|was| was.comment.clone()));
    }
    ty
}

/// Whether a model could declare the constraint. If it could and does not, the constraint is dropped.
fn is_declarable(constraint: &Constraint, table: &Table, models: &Catalog, options: &Options) -> bool {
    if constraint.period || !constraint.enforced {
        return false;
    }
    let Some(reference) = &constraint.reference else { return true };
    let modelled =
        |name: &Name| models.table(name).is_some() || options.renames.iter().any(|it| it.is_from_table(name));
    let sets = match reference.set_columns.as_slice() {
        [] => constraint.columns.as_slice(),
        columns => columns,
    };
    let mut set = sets.iter().filter_map(|it| table.column(it));
    let possible = match reference.on_delete {
        Action::SetNull => set.all(|it| it.nullable),
        Action::SetDefault => set.all(|it| it.default.is_some()),
        _ => true,
    };
    possible && modelled(&reference.table)
}

fn keep(column: &mut Column, before: &Column) {
    column.storage.clone_from(&before.storage);
    column.compression.clone_from(&before.compression);
    column.statistics = before.statistics;
    column.options.clone_from(&before.options);
    (column.local, column.inherited) = (before.local, before.inherited);
    column.comment = column.comment.clone().or_else(|| before.comment.clone());
}
