//! Checks that run while the user's crate is compiled, when types and tables are known: a mistake is an error at the place
//! that the derive points to.
#![expect(clippy::panic, reason = "runs while the user's crate is compiled, and is its error message")]

use super::Model;
use crate::{
    schema::{ColumnDef, Deferrable, Index, Table},
    value::PgType,
};

/// Has the table of `T` if that is a model, and none otherwise, which is a mistake with a separate message.
#[doc(hidden)]
#[derive(Debug)]
pub struct ModelProbe<T>(std::marker::PhantomData<T>);

impl<T: Model> ModelProbe<T> {
    /// The table.
    pub const TABLE: Option<&'static Table> = Some(T::TABLE);
    /// The names of its columns and relations.
    pub const MEMBERS: &'static [&'static str] = T::MEMBERS;
}

/// The constants of [`ModelProbe`] for types that are not models.
#[doc(hidden)]
pub trait NotAModel {
    /// No table.
    const TABLE: Option<&'static Table> = None;
    /// No names.
    const MEMBERS: &'static [&'static str] = &[];
}

impl<T> NotAModel for ModelProbe<T> {}

/// Stops the compilation where a struct with `#[derive(Insert)]` lacks a column that has no default, or has one that
/// is written only by the database.
#[doc(hidden)]
#[track_caller]
pub const fn check_insert(table: Option<&Table>, owner: &str, fields: &[&str], parts: &[&[ColumnDef]]) {
    let Some(table) = table else { return };
    let mut columns = table.columns;
    while let [column, rest @ ..] = columns {
        columns = rest;
        let present = contains(fields, column.field);
        if present && !column.insertable() {
            let text = ConstMessage::new()
                .text("the column `")
                .text(column.field)
                .text("` of `")
                .text(table.model)
                .text("` is written only by the database: remove it from `")
                .text(owner)
                .text("`");
            panic!("{}", text.as_str());
        }
        if !present && !column.optional() && !is_column_of(parts, column.name) {
            let text = ConstMessage::new()
                .text("`")
                .text(owner)
                .text("` lacks the field `")
                .text(column.field)
                .text("`: this column of `")
                .text(table.model)
                .text("` has no default and cannot be NULL");
            panic!("{}", text.as_str());
        }
    }
}

/// Stops the compilation where `what`, an identity column or the version, is not an integer.
#[doc(hidden)]
#[track_caller]
pub const fn check_integer(ty: PgType, what: &str) {
    if ty.is_integer() {
        return;
    }
    let text = ConstMessage::new().text(what).text(" needs an integer type, not `").text(ty.name).text("`: ");
    panic!("{}", text.text("use `i64`, `i32` or `i16`").as_str());
}

/// Stops the compilation where deleting a row would set a column to NULL that is not nullable.
#[doc(hidden)]
#[track_caller]
pub const fn check_set_null(nullable: bool, field: &str, option: &str) {
    if nullable {
        return;
    }
    let text = ConstMessage::new().text("`").text(field).text("` cannot be set to NULL: make its type an `Option`, ");
    panic!("{}", text.text("or choose another `").text(option).text("`").as_str());
}

/// Stops the compilation where a field cannot refer to `target`: to the column number `place` of its key, or to that of
/// the fields `columns`. `count` fields refer together.
#[doc(hidden)]
#[track_caller]
pub const fn check_reference(
    field: &str,
    ty: PgType,
    target: Option<&Table>,
    columns: &[&str],
    place: usize,
    count: usize,
) {
    let Some(table) = target else { return };
    let text = ConstMessage::new();
    if table.view {
        let text = text.text("`").text(table.model).text("` is a view, and a foreign key refers to a table: ");
        panic!("{}", text.text("name the model of the table").as_str());
    }
    if columns.is_empty() && table.key.is_empty() {
        let text = text.text("`").text(table.model).text("` has no primary key to refer to: ");
        panic!("{}", text.text("mark the field of its key with `#[orm(key)]`").as_str());
    }
    if columns.is_empty() && !matches!(table.primary_key.deferrable, Deferrable::No) {
        let text = text.text("a foreign key cannot refer to the primary key of `").text(table.model);
        panic!("{}", text.text("`, which is deferrable: refer to a unique column").as_str());
    }
    if columns.is_empty() && table.key.len() != count {
        if place > 0 {
            return;
        }
        if count == 1 {
            let text =
                text.text("the primary key of `").text(table.model).text("` has several columns, and `").text(field);
            let text = text.text("` is only one: name all fields on the struct, `references(").text(table.model);
            panic!("{}", text.text(", fields(..))`").as_str());
        }
        let text = text
            .text("the key of `")
            .text(table.model)
            .text("` has another number of columns than there are fields that refer to it: ");
        panic!("{}", text.text("name one field for each of them, or name other columns by `columns(..)`").as_str());
    }
    let mut names = if columns.is_empty() { table.key } else { columns };
    let mut before = place;
    while let (1.., [_, rest @ ..]) = (before, names) {
        (before, names) = (before - 1, rest);
    }
    let [name, ..] = names else { return };
    let Some(def) = find(table, name, columns.is_empty()) else { return };
    if ty.refers_to(def.ty) {
        return;
    }
    let text = text.text("`").text(field).text("` is `").text(ty.name).text("`, but ");
    let text = match (columns, count) {
        ([], 1) => text.text("the primary key of `").text(table.model).text("`"),
        _ => text.text("`").text(def.field).text("` of `").text(table.model).text("`"),
    };
    let text = text.text(" is `").text(def.ty.name).text("`: give the field the type of the ");
    panic!("{}", text.text(if columns.is_empty() { "key" } else { "column" }).as_str());
}

/// Stops the compilation where a foreign key refers to fields that do not exist, or are not unique.
#[doc(hidden)]
#[track_caller]
pub const fn check_referred(target: Option<&Table>, columns: &[&str]) {
    let Some(table) = target else { return };
    let mut rest = columns;
    while let [column, tail @ ..] = rest {
        rest = tail;
        if find(table, column, false).is_none() {
            let text = ConstMessage::new().text("`").text(table.model).text("` has no column `").text(column);
            panic!("{}", text.text("` to refer to").as_str());
        }
    }
    let primary = !table.primary_key.absent && matches!(table.primary_key.deferrable, Deferrable::No);
    if primary && covers(table, table.key, columns) {
        return;
    }
    let mut uniques = table.uniques;
    while let [unique, tail @ ..] = uniques {
        uniques = tail;
        if matches!(unique.deferrable, Deferrable::No) && covers(table, unique.columns, columns) {
            return;
        }
    }
    let mut indexes = table.indexes;
    while let [index, tail @ ..] = indexes {
        indexes = tail;
        if is_key(table, index, columns) {
            return;
        }
    }
    let text = ConstMessage::new().text("a foreign key refers to unique columns: ");
    let text = match columns {
        [only] => text.text("mark `").text(only).text("` of `").text(table.model).text("` with `#[orm(unique)]`"),
        _ => text.text("give `").text(table.model).text("` a `#[orm(unique(..))]` over these fields"),
    };
    panic!("{}", text.as_str());
}

/// The column of that name, in the database or of its field.
const fn find(table: &Table, name: &str, in_database: bool) -> Option<&'static ColumnDef> {
    let mut columns = table.columns;
    while let [column, rest @ ..] = columns {
        columns = rest;
        let own = if in_database { column.name } else { column.field };
        if equal(own.as_bytes(), name.as_bytes()) {
            return Some(column);
        }
    }
    None
}

/// Returns whether the index makes the columns of these fields unique, for all rows.
const fn is_key(table: &Table, index: &Index, fields: &[&str]) -> bool {
    if !index.unique || index.condition.is_some() || index.keys.len() != fields.len() {
        return false;
    }
    let mut keys = index.keys;
    while let [key, rest @ ..] = keys {
        keys = rest;
        let Some(column) = key.column else { return false };
        match find(table, column, true) {
            Some(column) if contains(fields, column.field) => {}
            _ => return false,
        }
    }
    true
}

/// Returns whether a constraint over `names` is one over the columns of these fields.
const fn covers(table: &Table, names: &[&str], fields: &[&str]) -> bool {
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        rest = tail;
        match find(table, field, false) {
            Some(column) if contains(names, column.name) => {}
            _ => return false,
        }
    }
    names.len() == fields.len()
}

pub(super) const fn contains(names: &[&str], name: &str) -> bool {
    let mut rest = names;
    while let [first, tail @ ..] = rest {
        if equal(first.as_bytes(), name.as_bytes()) {
            return true;
        }
        rest = tail;
    }
    false
}

pub(crate) const fn equal(mut a: &[u8], mut b: &[u8]) -> bool {
    while let ([x, left @ ..], [y, right @ ..]) = (a, b) {
        if *x != *y {
            return false;
        }
        (a, b) = (left, right);
    }
    a.is_empty() && b.is_empty()
}

/// Returns whether one of `parts` has a column of that name.
pub(super) const fn is_column_of(parts: &[&[ColumnDef]], name: &str) -> bool {
    let mut parts = parts;
    while let [part, rest @ ..] = parts {
        let mut columns = *part;
        while let [column, tail @ ..] = columns {
            if equal(column.name.as_bytes(), name.as_bytes()) {
                return true;
            }
            columns = tail;
        }
        parts = rest;
    }
    false
}

/// A text that is built while compiling; it is truncated to a fixed length.
pub(crate) struct ConstMessage {
    bytes: [u8; 1024],
    len: usize,
}

impl ConstMessage {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 1024], len: 0 }
    }

    pub(crate) const fn text(mut self, text: &str) -> Self {
        if let Some((_, free)) = self.bytes.split_at_mut_checked(self.len)
            && let Some((place, _)) = free.split_at_mut_checked(text.len())
        {
            place.copy_from_slice(text.as_bytes());
            self.len += text.len();
        }
        self
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) const fn as_str(&self) -> &str {
        match self.bytes.split_at_checked(self.len) {
            Some((text, _)) => match std::str::from_utf8(text) {
                Ok(text) => text,
                Err(_) => "a column is missing",
            },
            None => "a column is missing",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_whole() {
        assert!(contains(&["email", "name"], "name"));
        assert!(!contains(&["email", "names"], "name"));
        assert!(!contains(&["nam"], "name"));
    }
}
