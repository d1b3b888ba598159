//! The tables of a diagram and the foreign keys between them.

use std::collections::BTreeMap;

use crate::schema::catalog::{Catalog, ConstraintKind, Name, Table};

/// A diagram without places.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) tables: Vec<Card>,
    pub(super) keys: Vec<Edge>,
}

/// A table.
#[derive(Debug)]
pub(super) struct Card {
    /// The name, with its schema unless that is `public`.
    pub(super) title: String,
    pub(super) columns: Vec<Row>,
}

/// A column.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    /// The type in short: `timestamptz`.
    pub(super) ty: String,
    pub(super) nullable: bool,
    /// Whether it is part of the primary key.
    pub(super) key: bool,
    /// Whether it is part of a foreign key.
    pub(super) foreign: bool,
    /// Whether it is unique alone.
    pub(super) unique: bool,
}

/// A foreign key.
#[derive(Debug)]
pub(super) struct Edge {
    /// The number of the table that refers, and of its column.
    pub(super) from: (usize, usize),
    /// The number of the table that it refers to, and of its column.
    pub(super) to: (usize, usize),
    /// The columns.
    pub(super) label: String,
    /// Whether a row may refer to nothing.
    pub(super) optional: bool,
    /// Whether at most one row refers to each.
    pub(super) one: bool,
}

impl Graph {
    /// The tables of a catalog, without partitions.
    pub(super) fn of(catalog: &Catalog) -> Self {
        let tables: Vec<&Table> = catalog.tables.iter().filter(|it| it.partition_of.is_none()).collect();
        let numbers: BTreeMap<&Name, usize> =
            tables.iter().enumerate().map(|(number, it)| (&it.name, number)).collect();
        let mut keys = Vec::new();
        for (number, table) in tables.iter().enumerate() {
            for key in &table.constraints {
                let Some(reference) = &key.reference else { continue };
                let Some(target) = numbers.get(&reference.table) else { continue };
                let place = |number: usize, columns: &[String]| {
                    let table = tables.get(number)?;
                    table.columns.iter().position(|it| Some(&it.name) == columns.first())
                };
                let from = place(number, &key.columns);
                let (Some(from), Some(to)) = (from, place(*target, &reference.columns)) else { continue };
                let optional = key.columns.iter().any(|it| table.column(it).is_some_and(|it| it.nullable));
                keys.push(Edge {
                    from: (number, from),
                    to: (*target, to),
                    label: key.columns.join(", "),
                    optional,
                    one: is_unique(table, &key.columns),
                });
            }
        }
        Self { tables: tables.into_iter().map(of_table).collect(), keys }
    }
}

fn of_table(table: &Table) -> Card {
    let part = |kind: ConstraintKind, column: &str| {
        table.constraints.iter().any(|it| it.kind == kind && it.columns.iter().any(|it| it == column))
    };
    let columns = table.columns.iter().map(|it| Row {
        name: it.name.clone(),
        ty: short_type(&it.ty),
        nullable: it.nullable,
        key: part(ConstraintKind::PrimaryKey, &it.name),
        foreign: part(ConstraintKind::ForeignKey, &it.name),
        unique: is_unique(table, std::slice::from_ref(&it.name)),
    });
    let title = match table.name.schema.as_str() {
        "public" => table.name.name.clone(),
        schema => format!("{schema}.{}", table.name.name),
    };
    Card { title, columns: columns.collect() }
}

fn is_unique(table: &Table, columns: &[String]) -> bool {
    let same = |these: &[&String]| these.len() == columns.len() && columns.iter().all(|it| these.contains(&it));
    let kinds = [ConstraintKind::PrimaryKey, ConstraintKind::Unique];
    table.constraints.iter().any(|it| kinds.contains(&it.kind) && same(&it.columns.iter().collect::<Vec<_>>()))
        || table.indexes.iter().filter(|it| it.unique && it.predicate.is_none()).any(|it| {
            let keys: Vec<&String> = it.keys.iter().filter_map(|it| it.column.as_ref()).collect();
            keys.len() == it.keys.len() && same(&keys)
        })
}

/// The names of types as people write them.
fn short_type(ty: &str) -> String {
    let long = [
        ("character varying", "varchar"),
        ("timestamp without time zone", "timestamp"),
        ("timestamp with time zone", "timestamptz"),
        ("time without time zone", "time"),
        ("time with time zone", "timetz"),
        ("double precision", "float8"),
        ("character", "char"),
        ("bit varying", "varbit"),
        ("public.", ""),
    ];
    let mut ty = ty.to_owned();
    if let Some((name, rest)) = ty.split_once('(').filter(|(name, _)| *name == "timestamp" || *name == "time") {
        let (digits, zone) = rest.split_once(')').unwrap_or((rest, ""));
        let suffix = if zone.trim_start().starts_with("with time zone") { "tz" } else { "" };
        ty = format!("{name}{suffix}({digits}){}", if zone.ends_with("[]") { "[]" } else { "" });
    }
    for (long, short) in long {
        if ty.starts_with(long) {
            ty.replace_range(..long.len(), short);
        }
    }
    ty
}

#[cfg(test)]
mod tests {
    use super::short_type;

    #[test]
    fn types_are_short() {
        for (long, short) in [
            ("character varying(20)[]", "varchar(20)[]"),
            ("timestamp(3) with time zone", "timestamptz(3)"),
            ("timestamp without time zone[]", "timestamp[]"),
            ("public.mood", "mood"),
            ("integer", "integer"),
        ] {
            assert_eq!(short_type(long), short);
        }
    }
}
