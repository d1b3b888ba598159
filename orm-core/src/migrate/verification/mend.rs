//! The steps that mend a difference.

use super::{Difference, DifferenceKind, short};
use crate::{
    catalog::{Catalog, Name, Object},
    migrate::Step,
};

/// Gives each difference those of the steps that mend it.
pub(super) fn distribute(steps: &[Step], differences: &mut [Difference]) {
    let mut taken = vec![false; steps.len()];
    // First those that say exactly what differs, then what belongs to the same object.
    for exact in [true, false] {
        for difference in &mut *differences {
            for (step, taken) in steps.iter().zip(&mut taken) {
                if !*taken && mends(difference, &step.object, &step.sql, exact) {
                    *taken = true;
                    difference.steps.push(step.sql.clone());
                }
            }
        }
    }
}

/// The catalog without what no model has.
pub(super) fn without(mut catalog: Catalog, extras: &[Difference]) -> Catalog {
    let is_extra =
        |kind: &str, identity: &str| extras.iter().any(|it| it.object.kind == kind && it.object.identity == identity);
    for table in &mut catalog.tables {
        let (name, schema) = (short(&table.name), table.name.schema.clone());
        let part = |it: &str| format!("{name}.{it}");
        table.columns.retain(|it| !is_extra("table column", &part(&it.name)));
        table.constraints.retain(|it| !is_extra("table constraint", &part(&it.name)));
        table.indexes.retain(|it| !is_extra("index", &short(&Name::new(&schema, &it.name))));
        for column in table.columns.iter_mut().filter(|it| is_extra("default value", &part(&it.name))) {
            column.default = None;
        }
    }
    catalog.sequences.retain(|it| {
        !it.owner.as_ref().is_some_and(|it| is_extra("table column", &format!("{}.{}", short(&it.table), it.column)))
    });
    catalog
}

/// Whether a step mends the difference: it changes its object, or what belongs to a table that is missing.
fn mends(difference: &Difference, object: &Object, sql: &str, exact: bool) -> bool {
    let DifferenceKind::Missing = difference.kind else {
        let word = match difference.kind {
            DifferenceKind::Type => " TYPE ",
            DifferenceKind::Nullability => " NOT NULL",
            DifferenceKind::Default => " DEFAULT",
            DifferenceKind::Identity => " IDENTITY",
            DifferenceKind::Comment => "COMMENT ON ",
            _ => "",
        };
        let same = object.identity == difference.object.identity;
        return same && (!exact || (!word.is_empty() && sql.contains(word)));
    };
    let within = object.identity.strip_prefix(&difference.object.identity);
    match difference.object.kind.as_str() {
        "table" => {
            within.is_some_and(|it| it.is_empty() || it.starts_with('.')) || is_on(sql, &difference.object.identity)
        }
        _ => within == Some(""),
    }
}

/// Whether a statement about an index names the table.
fn is_on(sql: &str, table: &str) -> bool {
    let (schema, name) = table.split_once('.').unwrap_or(("public", table));
    let on = format!(" ON {} ", Name::new(schema, name));
    sql.contains(" INDEX ") && sql.contains(&on)
}
