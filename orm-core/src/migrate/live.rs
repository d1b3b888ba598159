//! Changes that the old version of an application must survive: which parts of a diff are plans of [`expand`].

use std::collections::BTreeSet;

use super::{Allow, Options, Phase, Plan, Rename, diff::permitted, expand, mention, part::Key, stated::keeps_rows};
use crate::{
    catalog::{Catalog, Column, Name},
    error::Result,
};

/// Returns the steps of one change from `from` to `to` that would break the old version of the application, or that would
/// rewrite a table, in a form that lets the old version and the new one run at the same time; none if no such change is left.
///
/// These are the changes: a column that is declared to have another name ([`Options::rename`]), a column whose type changes so
/// that its rows must be written again, and a label of an enum that rows hold no longer ([`Options::replace_label`]). Each is a
/// plan of [`expand`]. It describes `from` as it is, so the next change is found in the catalog after this one.
///
/// # Errors
/// [`ErrorKind::Migration`](crate::error::ErrorKind::Migration) if such a plan is impossible, for example since a view depends on
/// the column, or if the removal of a label is not permitted by [`Options::allow`].
///
/// ```
/// use orm_pg::schema::{catalog::Catalog, migrate::{Options, live}};
///
/// assert_eq!(live(&Catalog::default(), &Catalog::default(), &Options::new().live())?, None);
/// # Ok::<(), orm_pg::Error>(())
/// ```
pub fn live(from: &Catalog, to: &Catalog, options: &Options) -> Result<Option<Plan>> {
    let plan = match (renamed(from, to, options), retyped(from, to), relabelled(from, to, options)) {
        (Some((table, before, after)), ..) => expand::rename_column(from, table, before, after)?,
        (_, Some((table, column)), _) => expand::change_type(from, table, &column.name, &column.ty)?,
        (.., Some((of, label, by))) => expand::remove_label(from, of, label, by)?,
        (None, None, None) => return Ok(None),
    };
    // The values of a column that is dropped are in the one that takes its place.
    let lossless = |it: &Allow| it.action == "drop_column";
    let mut losses = plan.clone();
    losses.steps.retain(|it| it.allow.as_ref().is_some_and(|it| !lossless(it)));
    permitted(&losses, options)?;
    Ok(Some(plan))
}

/// Lets the steps of `plan` that change a column, or its default, wait for the phase [`Phase::Contract`] if [`live`] has replaced
/// the column, which `before` shows as it was, and `after` as it is. Until then the trigger takes a value in the new column for
/// one that the new version of the application has written, and a default would be one.
///
/// ```
/// use orm_pg::schema::{catalog::Catalog, migrate::{Plan, postpone_replaced}};
///
/// let mut plan = Plan::default();
/// postpone_replaced(&Catalog::default(), &Catalog::default(), &mut plan);
/// assert!(plan.is_empty());
/// ```
pub fn postpone_replaced(before: &Catalog, after: &Catalog, plan: &mut Plan) {
    let labels = |catalog: &Catalog, ty: &str| {
        let names = mention::names(ty);
        catalog.enums.iter().find(|it| names.contains(&it.name)).map(|it| it.labels.clone())
    };
    let mut replaced = BTreeSet::new();
    for table in &after.tables {
        let Some(was) = before.table(&table.name) else { continue };
        for column in &table.columns {
            let same = was.column(&column.name).is_some_and(|was| was.ty == column.ty);
            if !same || labels(before, &column.ty) != labels(after, &column.ty) {
                let (table, column) = (table.name.clone(), column.name.clone());
                replaced.insert(Key::Column(table.clone(), column.clone()).object());
                replaced.insert(Key::Default(table, column).object());
            }
        }
    }
    for step in plan.steps.iter_mut().filter(|it| replaced.contains(&it.object)) {
        step.phase = Phase::Contract;
    }
}

/// A column that still has its former name.
fn renamed<'a>(from: &Catalog, to: &Catalog, options: &'a Options) -> Option<(&'a Name, &'a str, &'a str)> {
    options.renames.iter().find_map(|it| match it {
        Rename::Column { table, from: before, to: after } => {
            let has =
                |catalog: &Catalog, column: &str| catalog.table(table).is_some_and(|it| it.column(column).is_some());
            let wanted = has(from, before) && !has(from, after) && has(to, after);
            wanted.then_some((table, before.as_str(), after.as_str()))
        }
        _ => None,
    })
}

/// A column of `to` whose rows would be written again for its type.
fn retyped<'a>(from: &Catalog, to: &'a Catalog) -> Option<(&'a Name, &'a Column)> {
    let is_there = |ty: &str| mention::names(ty).iter().all(|it| has_type(from, it));
    to.tables.iter().find_map(|table| {
        let before = from.table(&table.name)?;
        let column = table.columns.iter().find(|new| {
            before.column(&new.name).is_some_and(|old| {
                let computed = old.generated.is_some() || new.generated.is_some();
                !computed && !keeps_rows(&old.ty, &new.ty, from) && is_there(&new.ty)
            })
        })?;
        Some((&table.name, column))
    })
}

/// Whether the schema has an enum, a domain or a composite type of this name.
fn has_type(schema: &Catalog, name: &Name) -> bool {
    schema.enums.iter().any(|it| it.name == *name)
        || schema.domains.iter().any(|it| it.name == *name)
        || schema.composites.iter().any(|it| it.name == *name)
}

/// A label that goes, and the one that its rows get.
fn relabelled<'a>(from: &Catalog, to: &Catalog, options: &'a Options) -> Option<(&'a Name, &'a str, &'a str)> {
    let has = |catalog: &Catalog, of: &Name, label: &str| {
        catalog.enums.iter().find(|it| it.name == *of).map(|it| it.labels.iter().any(|it| it == label))
    };
    options.replaced_labels.iter().find_map(|it| {
        let wanted = has(from, &it.of, &it.label) == Some(true) && has(to, &it.of, &it.label) == Some(false);
        wanted.then_some((&it.of, it.label.as_str(), it.by.as_str()))
    })
}
