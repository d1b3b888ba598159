//! INSERT, UPDATE and DELETE.

use super::{Rendered, SqlWriter, index::push_conflict_target, on_update::on_update};
use crate::{
    ast::{
        Assignment, Cell, ConflictAction, ConflictTarget, Delete, Insert, InsertSource, Node, OnConflict, QueryId,
        Update, automatic,
    },
    schema::Table,
};

/// The statement; `returning` is the list of RETURNING:
/// `INSERT INTO "users" AS t0 ("name") VALUES ($1) ON CONFLICT … RETURNING …`.
pub(crate) fn insert(insert: &Insert, returning: &[Node]) -> Rendered {
    let mut writer = SqlWriter::new();
    writer.open(insert.id, 1);
    writer.push("INSERT INTO ");
    target(&mut writer, insert.table, insert.id);
    if insert.columns.is_empty() {
        writer.push(" DEFAULT VALUES");
    } else {
        writer.push(" (");
        writer.each(&insert.columns, ", ", |writer, column| writer.ident(column));
        writer.push(")");
        rows(&mut writer, insert);
    }
    if let Some(conflict) = &insert.on_conflict {
        if let Some(scope) = writer.scopes.last_mut() {
            scope.upsert = true;
        }
        on_conflict(&mut writer, insert, conflict);
    }
    return_rows(&mut writer, returning);
    writer.finish()
}

/// ` VALUES ($1, DEFAULT), ($2, $3)`, or ` SELECT * FROM unnest($1, $2)`.
fn rows(writer: &mut SqlWriter, insert: &Insert) {
    match &insert.rows {
        InsertSource::Values(rows) => {
            writer.push(" VALUES ");
            writer.each(rows, ", ", |writer, row| {
                writer.push("(");
                writer.each(row, ", ", |writer, cell| match cell {
                    Cell::Default => writer.push("DEFAULT"),
                    Cell::Bind(bind) => writer.bind(bind),
                });
                writer.push(")");
            });
        }
        InsertSource::Unnest(binds) => {
            writer.push(" SELECT * FROM unnest(");
            writer.each(binds, ", ", SqlWriter::bind);
            writer.push(")");
        }
    }
}

/// ` ON CONFLICT ("email") DO UPDATE SET … WHERE …`. The server knows no name for a unique index here, so that is found by its
/// keys and condition.
fn on_conflict(writer: &mut SqlWriter, insert: &Insert, conflict: &OnConflict) {
    writer.push(" ON CONFLICT");
    match &conflict.target {
        ConflictTarget::Any => {}
        ConflictTarget::Columns(columns) => {
            writer.push(" (");
            // The server looks for an index over the same expressions. Once it uses a generic plan it does not know the
            // value of a bind any more, so values are constants of the text.
            writer.constants = true;
            writer.each(columns, ", ", |writer, column| match column {
                Node::Column { name: crate::ast::ColumnName::Named(name), .. } => writer.ident(name),
                other => writer.operand(other),
            });
            writer.constants = false;
            writer.push(")");
        }
        ConflictTarget::Constraint(name) => match insert.table.unique_index(name) {
            Some(index) => {
                writer.push(" ");
                push_conflict_target(&mut writer.text, index);
            }
            None => {
                writer.push(" ON CONSTRAINT ");
                writer.ident(name);
            }
        },
    }
    match &conflict.action {
        ConflictAction::Nothing => writer.push(" DO NOTHING"),
        ConflictAction::Update { set, filters } => {
            writer.push(" DO UPDATE");
            assignments(writer, insert.table, insert.id, set);
            writer.all_of(" WHERE ", filters);
        }
    }
}

/// The statement; `returning` is the list of RETURNING: `UPDATE "users" AS t0 SET "name" = $1 WHERE … RETURNING …`.
pub(crate) fn update(update: &Update, returning: &[Node]) -> Rendered {
    let mut writer = SqlWriter::new();
    writer.open(update.id, 1);
    writer.push("UPDATE ");
    target(&mut writer, update.table, update.id);
    assignments(&mut writer, update.table, update.id, &update.set);
    writer.all_of(" WHERE ", &update.filters);
    return_rows(&mut writer, returning);
    writer.finish()
}

/// The statement; `returning` is the list of RETURNING: `DELETE FROM "users" AS t0 WHERE … RETURNING …`.
pub(crate) fn delete(delete: &Delete, returning: &[Node]) -> Rendered {
    let mut writer = SqlWriter::new();
    writer.open(delete.id, 1);
    writer.push("DELETE FROM ");
    target(&mut writer, delete.table, delete.id);
    writer.all_of(" WHERE ", &delete.filters);
    return_rows(&mut writer, returning);
    writer.finish()
}

/// `"users" AS t0`.
fn target(writer: &mut SqlWriter, table: &Table, id: QueryId) {
    writer.table(table);
    writer.push(" AS ");
    writer.alias(id, 0);
}

/// Writes ` SET "name" = $1, "version" = t0."version" + 1`: assignments of the user, then the columns that every update
/// sets.
fn assignments(writer: &mut SqlWriter, table: &'static Table, id: QueryId, set: &[Assignment]) {
    writer.push(" SET ");
    writer.each(set, ", ", |writer, Assignment { column, value, .. }| {
        writer.ident(column);
        writer.push(" = ");
        writer.node(value);
    });
    for column in automatic(table, set) {
        writer.push(", ");
        writer.ident(column.name);
        writer.push(" = ");
        if column.version {
            writer.alias(id, 0);
            writer.push(".");
            writer.ident(column.name);
            writer.push(" + 1");
        } else if let Some(sql) = column.on_update {
            on_update(writer, table, id, sql);
        }
    }
}

/// ` RETURNING t0."id"`.
fn return_rows(writer: &mut SqlWriter, returning: &[Node]) {
    if !returning.is_empty() {
        writer.push(" RETURNING ");
        writer.list(returning, ", ");
    }
}
