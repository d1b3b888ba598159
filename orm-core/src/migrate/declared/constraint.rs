//! Constraints and indexes as models declare them.

use crate::{
    catalog::{Action, Constraint, ConstraintKind, Elements, Index, IndexKey, MatchType, Name, Reference},
    ddl::catalog::automatic_name,
    schema::{
        Action as ModelAction, Deferrable, ForeignKey, Index as ModelIndex, IndexKey as ModelKey, Table as Model,
    },
};

/// The constraints of a table, without NOT NULL.
pub(super) fn constraints(table: &Name, model: &Model, schema: &str) -> Vec<Constraint> {
    let mut all = Vec::new();
    if !model.key.is_empty() {
        let it = &model.primary_key;
        let name = it.name.map_or_else(|| automatic_name(&table.name, "", "pkey"), str::to_owned);
        let mut key =
            new(&name, ConstraintKind::PrimaryKey, if it.columns.is_empty() { model.key } else { it.columns });
        (key.include, key.storage) = (owned(it.include), storage(it.storage));
        all.push(deferred(key, it.deferrable));
    }
    for it in model.uniques {
        let mut unique = new(it.name, ConstraintKind::Unique, it.columns);
        (unique.include, unique.storage) = (owned(it.include), storage(it.storage));
        unique.nulls_not_distinct = it.nulls_not_distinct;
        all.push(deferred(unique, it.deferrable));
    }
    for it in model.checks {
        // The columns of a condition are among its words.
        let words: Vec<_> = it.condition.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let columns: Vec<_> = model.columns.iter().map(|it| it.name).filter(|it| words.contains(it)).collect();
        let mut check = new(it.name, ConstraintKind::Check, &columns);
        check.expression = Some(it.condition.to_owned());
        all.push(check);
    }
    for it in model.exclusions {
        let columns: Vec<_> = it.keys.iter().filter_map(|it| it.column).collect();
        let mut exclusion = new(it.name, ConstraintKind::Exclusion, &columns);
        exclusion.elements = Some(Elements {
            method: it.method.unwrap_or("gist").to_owned(),
            keys: it.keys.iter().map(key).collect(),
            operators: owned(it.operators),
            predicate: it.condition.map(str::to_owned),
        });
        (exclusion.include, exclusion.storage) = (owned(it.include), storage(it.storage));
        all.push(deferred(exclusion, it.deferrable));
    }
    all.extend(model.foreign_keys.iter().map(|it| foreign_key(it, schema)));
    all
}

/// The indexes of a table that belong to no constraint.
pub(super) fn indexes(model: &Model) -> Vec<Index> {
    let index = |it: &ModelIndex| Index {
        name: it.name.to_owned(),
        unique: it.unique,
        nulls_not_distinct: it.nulls_not_distinct,
        method: it.method.unwrap_or("btree").to_owned(),
        keys: it.keys.iter().map(key).collect(),
        include: owned(it.include),
        predicate: it.condition.map(str::to_owned),
        storage: storage(it.storage),
        valid: true,
        partitioned: model.partition_by.is_some(),
        parent: None,
        comment: None,
    };
    model.indexes.iter().map(index).collect()
}

/// Storage parameters as the server lists them: `fillfactor=70`.
pub(super) fn storage(written: Option<&str>) -> Vec<String> {
    let parameter = |it: &str| it.split('=').map(|it| it.trim().trim_matches('\'')).collect::<Vec<_>>().join("=");
    written.into_iter().flat_map(|it| it.split(',')).map(parameter).collect()
}

fn foreign_key(it: &ForeignKey, schema: &str) -> Constraint {
    let target = (it.target)();
    let mut key = new(it.name, ConstraintKind::ForeignKey, it.columns);
    key.reference = Some(Reference {
        table: Name::new(target.schema.unwrap_or(schema), target.name),
        columns: owned(&it.target_columns()),
        match_type: if it.match_full { MatchType::Full } else { MatchType::Simple },
        on_update: action(it.on_update),
        on_delete: action(it.on_delete),
        set_columns: owned(it.set_columns),
    });
    deferred(key, it.deferrable)
}

/// The constraint that a server makes of NOT NULL, with the name that it gives.
pub(in crate::migrate) fn not_null(table: &Name, column: &str) -> Constraint {
    new(&automatic_name(&table.name, column, "not_null"), ConstraintKind::NotNull, &[column])
}

fn new(name: &str, kind: ConstraintKind, columns: &[&str]) -> Constraint {
    Constraint {
        name: name.to_owned(),
        kind,
        columns: owned(columns),
        expression: None,
        reference: None,
        elements: None,
        include: Vec::new(),
        nulls_not_distinct: false,
        period: false,
        storage: Vec::new(),
        deferrable: false,
        initially_deferred: false,
        validated: true,
        enforced: true,
        // The server has it so for keys, which no table inherits.
        no_inherit: !matches!(kind, ConstraintKind::Check | ConstraintKind::NotNull),
        local: true,
        inherited: false,
        comment: None,
    }
}

fn deferred(constraint: Constraint, deferrable: Deferrable) -> Constraint {
    Constraint {
        deferrable: deferrable != Deferrable::No,
        initially_deferred: deferrable == Deferrable::InitiallyDeferred,
        ..constraint
    }
}

fn key(it: &ModelKey) -> IndexKey {
    IndexKey {
        column: it.column.map(str::to_owned),
        expression: it.expression.map(str::to_owned),
        collation: it.collation.map(str::to_owned),
        operator_class: it.operator_class.map(str::to_owned),
        descending: it.descending,
        nulls_first: it.nulls_first,
        statistics: None,
    }
}

fn action(action: ModelAction) -> Action {
    match action {
        ModelAction::NoAction => Action::NoAction,
        ModelAction::Restrict => Action::Restrict,
        ModelAction::Cascade => Action::Cascade,
        ModelAction::SetNull => Action::SetNull,
        ModelAction::SetDefault => Action::SetDefault,
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}
