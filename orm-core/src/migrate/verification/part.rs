//! The constraints and indexes of a model's table.

use super::{Comparison, DifferenceKind, short};
use crate::{
    catalog::{Constraint, ConstraintKind, Index, IndexKey, Reference, Table as CatalogTable},
    schema::Table,
};

impl Comparison<'_> {
    pub(super) fn constraints(
        &mut self,
        model: &'static Table,
        want_all: &[&CatalogTable],
        have_all: &[&CatalogTable],
        target: &mut CatalogTable,
    ) {
        let (Some(want), Some(have)) = (want_all.first(), have_all.first()) else { return };
        let mut matched = Vec::new();
        for it in want.constraints.iter().filter(|it| it.kind != ConstraintKind::NotNull) {
            // As the server wrote it each time, for each side.
            let wanted: Vec<_> = want_all.iter().filter_map(|table| table.constraint(&it.name)).collect();
            let equal = |other: &Constraint, name: bool| {
                let others = have_all.iter().filter_map(|table| table.constraint(&other.name));
                let mut pairs = others.flat_map(|other| wanted.iter().map(move |want| (*want, other)));
                pairs.any(|(want, other)| like(want, other, name) == *other)
            };
            let by_name = have
                .constraint(&it.name)
                .filter(|other| other.kind == it.kind && it.kind != ConstraintKind::PrimaryKey);
            let found = by_name.or_else(|| {
                let mut rest = have.constraints.iter().filter(|other| other.kind == it.kind);
                rest.find(|other| it.kind == ConstraintKind::PrimaryKey || equal(other, false))
            });
            let identity = format!("{}.{}", short(&target.name), it.name);
            let subject = subject(model, it);
            let Some(other) = found else {
                self.missing_constraint(model, it, have, target);
                continue;
            };
            matched.push(other.name.clone());
            let named = it.kind != ConstraintKind::PrimaryKey;
            if named && other.name != it.name {
                let text = format!("the constraint {identity} is called {}", other.name);
                self.report(subject, DifferenceKind::Name, ("table constraint", identity), text);
                replace(target, &other.name, Constraint { name: it.name.clone(), ..other.clone() });
            } else if !equal(other, true) {
                let mended = like(it, other, true);
                let text = if mended.validated != other.validated {
                    "is NOT VALID: it may not hold for rows that existed before it".to_owned()
                } else {
                    format!("is {} and not {}", other.definition(), mended.definition())
                };
                let text = format!("the constraint {identity} {text}");
                self.report(subject, DifferenceKind::Definition, ("table constraint", identity), text);
                replace(target, &other.name, mended);
            }
        }
        // What a parent table declares is none of the model's.
        for other in have.constraints.iter().filter(|it| it.kind != ConstraintKind::NotNull && it.local) {
            if !matched.contains(&other.name) {
                let identity = format!("{}.{}", short(&target.name), other.name);
                let text = format!("the constraint {identity} is in no model: {}", other.definition());
                self.report_extra(model.model.to_owned(), ("table constraint", identity), text);
            }
        }
    }

    fn missing_constraint(
        &mut self,
        model: &'static Table,
        it: &Constraint,
        have: &CatalogTable,
        target: &mut CatalogTable,
    ) {
        let identity = format!("{}.{}", short(&target.name), it.name);
        // Some tools create unique indexes where models have constraints.
        let index = have.indexes.iter().find(|index| index.name == it.name && it.kind == ConstraintKind::Unique);
        target.indexes.retain(|other| index.is_none_or(|index| index.name != other.name));
        let text = if index.is_some() {
            format!("{identity} is a unique index and not a constraint: {}", it.definition())
        } else {
            format!("the constraint {identity} is missing: {}", it.definition())
        };
        self.report(subject(model, it), DifferenceKind::Missing, ("table constraint", identity), text);
        target.constraints.push(it.clone());
    }

    pub(super) fn indexes(
        &mut self,
        model: &'static Table,
        want_all: &[&CatalogTable],
        have_all: &[&CatalogTable],
        target: &mut CatalogTable,
    ) {
        let (Some(want), Some(have)) = (want_all.first(), have_all.first()) else { return };
        let of = |table: &CatalogTable, name: &str| table.indexes.iter().find(|it| it.name == name).cloned();
        let mut matched = Vec::new();
        for it in &want.indexes {
            let wanted: Vec<_> = want_all.iter().filter_map(|table| of(table, &it.name)).collect();
            let equal = |other: &Index, name: bool| {
                let others: Vec<_> = have_all.iter().filter_map(|table| of(table, &other.name)).collect();
                others.iter().any(|other| wanted.iter().any(|want| index_like(want, other, name) == *other))
            };
            let found = of(have, &it.name).or_else(|| have.indexes.iter().find(|other| equal(other, false)).cloned());
            let identity = short(&crate::catalog::Name::new(&target.name.schema, &it.name));
            let subject = model.model.to_owned();
            let Some(other) = found else {
                let text = format!("the index {identity} is missing: {}", it.create(&target.name));
                self.report(subject, DifferenceKind::Missing, ("index", identity), text);
                target.indexes.push(it.clone());
                continue;
            };
            matched.push(other.name.clone());
            let mended = index_like(it, &other, true);
            if other.name != it.name {
                let text = format!("the index {identity} is called {}", other.name);
                self.report(subject, DifferenceKind::Name, ("index", identity), text);
            } else if !other.valid {
                let text =
                    format!("the index {identity} is invalid: its creation has failed, and queries do not use it");
                self.report(subject, DifferenceKind::Definition, ("index", identity), text);
            } else if !equal(&other, true) {
                let text = format!(
                    "the index {identity} is {} and not {}",
                    other.create(&target.name),
                    mended.create(&target.name)
                );
                self.report(subject, DifferenceKind::Definition, ("index", identity), text);
            } else {
                continue;
            }
            target.indexes.retain(|index| index.name != other.name);
            target.indexes.push(mended);
        }
        for other in &have.indexes {
            if !matched.contains(&other.name) && target.indexes.iter().any(|it| it.name == other.name) {
                let identity = short(&crate::catalog::Name::new(&target.name.schema, &other.name));
                let text = format!("the index {identity} is in no model: {}", other.create(&target.name));
                self.report_extra(model.model.to_owned(), ("index", identity), text);
            }
        }
    }
}

/// The wanted constraint, with what no model can say from the one in the database.
fn like(want: &Constraint, have: &Constraint, named: bool) -> Constraint {
    let keep = |list: &Vec<String>, other: &Vec<String>| if list.is_empty() { other.clone() } else { list.clone() };
    let key = want.kind == ConstraintKind::PrimaryKey;
    let reference = want.reference.as_ref().map(|it| Reference {
        set_columns: keep(
            &it.set_columns,
            &have.reference.as_ref().map(|it| it.set_columns.clone()).unwrap_or_default(),
        ),
        ..it.clone()
    });
    Constraint {
        name: if named && !key { want.name.clone() } else { have.name.clone() },
        columns: if want.kind == ConstraintKind::Check { have.columns.clone() } else { want.columns.clone() },
        reference,
        include: keep(&want.include, &have.include),
        storage: keep(&want.storage, &have.storage),
        no_inherit: have.no_inherit,
        local: have.local,
        inherited: have.inherited,
        comment: want.comment.clone().or_else(|| have.comment.clone()),
        ..want.clone()
    }
}

/// The wanted index, with what no model can say from the one in the database.
fn index_like(want: &Index, have: &Index, named: bool) -> Index {
    let keys = want
        .keys
        .iter()
        .enumerate()
        .map(|(at, it)| IndexKey { statistics: have.keys.get(at).and_then(|it| it.statistics), ..it.clone() });
    Index {
        keys: keys.collect(),
        name: if named { want.name.clone() } else { have.name.clone() },
        include: if want.include.is_empty() { have.include.clone() } else { want.include.clone() },
        storage: if want.storage.is_empty() { have.storage.clone() } else { want.storage.clone() },
        partitioned: have.partitioned,
        parent: have.parent.clone(),
        comment: want.comment.clone().or_else(|| have.comment.clone()),
        ..want.clone()
    }
}

fn replace(target: &mut CatalogTable, name: &str, constraint: Constraint) {
    if let Some(it) = target.constraints.iter_mut().find(|it| it.name == name) {
        *it = constraint;
    }
}

/// The model, with the field if the constraint is over one column.
fn subject(model: &'static Table, constraint: &Constraint) -> String {
    match constraint.columns.as_slice() {
        [column] => match model.column(column) {
            Some(column) => format!("{}.{}", model.model, column.field),
            None => model.model.to_owned(),
        },
        _ => model.model.to_owned(),
    }
}
