//! The order of the tables, so that foreign keys refer to existing ones.

use super::name::check_ident;
use crate::{
    error::{Error, ErrorKind, Result},
    schema::{ForeignKey, IndexKey, Table},
};

/// A table, and which of its foreign keys its `CREATE TABLE` can contain.
pub(super) struct Planned {
    pub(super) table: &'static Table,
    /// The keys to tables that exist by then.
    pub(super) early: Vec<&'static ForeignKey>,
    /// The keys that must wait until all tables exist, and those that only `ALTER TABLE` can add.
    pub(super) late: Vec<&'static ForeignKey>,
}

/// The tables in the order in which they can be created.
pub(super) struct Plan {
    pub(super) tables: Vec<Planned>,
}

impl Plan {
    pub(super) fn late_keys(&self) -> impl Iterator<Item = (&'static Table, &'static ForeignKey)> {
        self.tables.iter().flat_map(|it| it.late.iter().map(|key| (it.table, *key)))
    }
}

/// Returns whether both are the same table in the database. The same constant may have several addresses.
pub(super) fn same(left: &Table, right: &Table) -> bool {
    left.name == right.name && left.schema == right.schema
}

/// Puts `tables` in order: depth first along their foreign keys, otherwise as given.
pub(super) fn plan(tables: &[&'static Table]) -> Result<Plan> {
    let mut listed: Vec<&'static Table> = Vec::new();
    for table in tables.iter().copied().filter(|it| !it.view) {
        check_table_names(table)?;
        match listed.iter().find(|it| same(it, table)) {
            None => listed.push(table),
            Some(first) if first.model == table.model => {}
            Some(first) => {
                let text = format!(
                    "the models {} and {} both declare the table {:?}: list one of them",
                    first.model, table.model, table.name
                );
                return Err(Error::new(ErrorKind::InvalidStatement, text));
            }
        }
    }

    let mut ordered = Vec::with_capacity(listed.len());
    let mut seen = Vec::with_capacity(listed.len());
    for table in &listed {
        visit(table, &listed, &mut seen, &mut ordered);
    }

    let mut plan = Plan { tables: Vec::with_capacity(ordered.len()) };
    for table in ordered {
        let (late, early) = table.foreign_keys.iter().partition(|key| {
            let target = (key.target)();
            let made = plan.tables.iter().any(|it| same(it.table, target));
            key.not_valid || !made && listed.iter().any(|it| same(it, target))
        });
        plan.tables.push(Planned { table, early, late });
    }
    Ok(plan)
}

/// Appends the tables that `table` refers to, then `table`. A table that is visited again is part of a cycle and is skipped.
fn visit(
    table: &'static Table,
    listed: &[&'static Table],
    seen: &mut Vec<&'static Table>,
    ordered: &mut Vec<&'static Table>,
) {
    if seen.iter().any(|it| same(it, table)) {
        return;
    }
    seen.push(table);
    for key in table.foreign_keys {
        let target = (key.target)();
        if let Some(listed_target) = listed.iter().find(|it| same(it, target)) {
            visit(listed_target, listed, seen, ordered);
        }
    }
    ordered.push(table);
}

/// Checks every name that belongs to the table, so that names that are written later need no check.
fn check_table_names(table: &Table) -> Result<()> {
    if let Some(schema) = table.schema {
        check_ident("schema", schema)?;
    }
    check_ident("table", table.name)?;
    let columns = table.columns.iter().map(|it| ("column", it.name));
    let key = table.primary_key.name.map(|it| ("primary key", it));
    let collations = table.columns.iter().filter_map(|it| it.collation).filter(|it| !it.contains('"'));
    let columns = columns.chain(key).chain(collations.map(|it| ("collation", it)));
    let uniques = table.uniques.iter().map(|it| ("unique constraint", it.name));
    let keys = table.foreign_keys.iter().map(|it| ("foreign key", it.name));
    let checks = table.checks.iter().map(|it| ("check constraint", it.name));
    let mut names = columns.chain(uniques).chain(keys).chain(checks);
    names.try_for_each(|(what, name)| check_ident(what, name))?;
    for index in table.indexes {
        check_index("index", index.name, index.method, index.keys)?;
    }
    for exclusion in table.exclusions {
        check_index("exclusion constraint", exclusion.name, exclusion.method, exclusion.keys)?;
    }
    Ok(())
}

fn check_index(what: &'static str, name: &str, method: Option<&str>, keys: &[IndexKey]) -> Result<()> {
    check_ident(what, name)?;
    method.map_or(Ok(()), |it| check_ident("index method", it))?;
    let collations = keys.iter().filter_map(|it| it.collation).filter(|it| !it.contains('"'));
    collations.into_iter().try_for_each(|it| check_ident("collation", it))
}
