//! The statements that create and drop the tables of models, as text.
//!
//! Pure: `orm-pg` runs them. Migrations, which change existing tables, are not made here.

#[cfg(feature = "migrate")]
pub(crate) mod catalog;
#[cfg(feature = "migrate")]
mod database;
#[cfg(feature = "migrate")]
pub(crate) mod expand;
mod index;
#[cfg(feature = "migrate")]
mod lock;
mod name;
mod plan;
#[cfg(feature = "migrate")]
pub(crate) mod recipe;
mod table;
mod types;

#[cfg(test)]
mod tests;

#[cfg(feature = "migrate")]
pub use self::{
    database::{create_database, drop_database, drop_index_concurrently, finalize_detach},
    lock::lock_tables,
};
use self::{
    name::{push_qualified, sql},
    plan::{plan, same},
};
use crate::{error::Result, ident::push_ident, schema::Table};

/// Returns the statements that create `tables`, to be run in this order: schemas, enum and composite types, tables (those
/// that others refer to first) with their unique indexes, other indexes, comments, checks that are not valid, and finally the
/// foreign keys that are not valid, and those of tables that refer to themselves or to each other in a cycle.
///
/// Views are omitted: their query is not known here. A table that is listed twice is created once. A foreign key to a table
/// that is not listed is kept, so that table must exist. The schema `public` is assumed to exist.
///
/// # Errors
/// [`ErrorKind::InvalidStatement`](crate::error::ErrorKind::InvalidStatement) when a name is empty, holds a NUL or is
/// longer than the 63 bytes that the server keeps, when two models declare one table or type differently, or when a
/// foreign key refers to a table without a primary key.
///
/// ```
/// # use blog::*;
/// let statements = orm_pg::ddl::create_tables(models![Post, User])?;
/// assert!(statements[0].starts_with(r#"CREATE TABLE "users""#)); // what others refer to comes first
/// # Ok::<(), Error>(())
/// ```
pub fn create_tables(tables: &[&'static Table]) -> Result<Vec<String>> {
    let plan = plan(tables)?;
    let types = types::user_types(&plan.tables)?;
    let mut statements = Vec::new();
    for schema in types::schemas(&plan.tables, &types)? {
        statements.push(sql("CREATE SCHEMA IF NOT EXISTS ", |out| push_ident(out, schema)));
    }
    for ty in &types {
        statements.push(types::create(ty)?);
    }
    for planned in &plan.tables {
        statements.push(table::create(planned)?);
        // Foreign keys of the following tables may refer to them.
        let unique = planned.table.indexes.iter().filter(|it| it.unique);
        statements.extend(unique.map(|it| index::create(planned.table, it)));
    }
    for planned in &plan.tables {
        let others = planned.table.indexes.iter().filter(|it| !it.unique);
        statements.extend(others.map(|it| index::create(planned.table, it)));
    }
    for planned in &plan.tables {
        statements.extend(table::comments(planned.table));
        statements.extend(table::add_checks(planned.table));
    }
    for (table, key) in plan.late_keys() {
        statements.push(table::add_foreign_key(table, key)?);
    }
    Ok(statements)
}

/// Returns the statements that create a table for each view of `tables`, with its columns and nothing else: from it a server
/// tells the types that the columns of the view should have.
///
/// # Errors
/// As [`create_tables`].
///
/// ```
/// # use blog::*;
/// assert!(orm_pg::ddl::create_stand_ins(models![User])?.is_empty()); // no view
/// # Ok::<(), Error>(())
/// ```
#[cfg(feature = "migrate")]
pub fn create_stand_ins(tables: &[&'static Table]) -> Result<Vec<String>> {
    tables.iter().filter(|it| it.view).map(|it| table::create_bare(it)).collect()
}

/// Returns the statements that drop `tables` and the enum and composite types of their columns, if they exist: the reverse
/// of [`create_tables`].
///
/// Only listed tables are dropped: there is no `CASCADE`, so the server refuses if other tables refer to them or use their
/// types. Schemas are kept.
///
/// # Errors
/// As [`create_tables`].
///
/// ```
/// # use blog::*;
/// let statements = orm_pg::ddl::drop_tables(models![User, Post])?;
/// assert_eq!(statements[0], r#"DROP TABLE IF EXISTS "posts""#);
/// # Ok::<(), Error>(())
/// ```
pub fn drop_tables(tables: &[&'static Table]) -> Result<Vec<String>> {
    let plan = plan(tables)?;
    let mut statements = Vec::new();
    for (table, key) in plan.late_keys().filter(|(table, key)| !same((key.target)(), table)) {
        statements.push(table::drop_foreign_key(table, key));
    }
    for planned in plan.tables.iter().rev() {
        statements
            .push(sql("DROP TABLE IF EXISTS ", |out| push_qualified(out, planned.table.schema, planned.table.name)));
    }
    for ty in types::user_types(&plan.tables)?.iter().rev() {
        statements.push(sql("DROP TYPE IF EXISTS ", |out| push_qualified(out, ty.schema, ty.name)));
    }
    Ok(statements)
}
