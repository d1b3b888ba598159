//! What derived structs say about their fields, and the steps that generated code takes with one.
//!
//! Generated code names a field by its struct and number only, never by its type, so that a type which cannot be
//! stored is one message, at the field.

use super::{Defaulted, InsertSink, Model};
use crate::{
    error::{Error, ErrorKind, Result},
    expr::{Origin, Present},
    row::{Cursor, Layout},
    schema::{ColumnDef, Table},
    value::{Bind, Nullability, Scalar, SqlType},
};

/// The field number `I` of a derived struct.
#[doc(hidden)]
pub trait Field<const I: usize>: Sized {
    /// The type of its column.
    type Type: SqlType;
}

/// Whether the column of the field may be NULL.
#[doc(hidden)]
#[must_use]
pub const fn field_nullable<M: Field<I>, const I: usize>() -> bool {
    <<M::Type as SqlType>::Nullability as Nullability>::NULLABLE
}

/// Makes the column of the field.
#[doc(hidden)]
#[must_use]
pub const fn field_def<M: Field<I>, const I: usize>(name: &'static str, field: &'static str) -> ColumnDef {
    ColumnDef::new(name, field, <<M::Type as SqlType>::Base as Scalar>::TYPE, field_nullable::<M, I>())
}

/// Takes the column of the field from a result.
#[doc(hidden)]
pub fn layout_field<M: Field<I>, const I: usize>(
    layout: &mut Layout<'_>,
    owner: &'static str,
    name: &'static str,
) -> Result<()> {
    layout.field::<<M::Type as SqlType>::Base>(owner, name)
}

/// Takes the next column for the field of a tuple struct.
#[doc(hidden)]
pub fn layout_next<M: Field<I>, const I: usize>(layout: &mut Layout<'_>) -> Result<()> {
    layout.scalar::<<M::Type as SqlType>::Base>()
}

/// Reads the field.
#[doc(hidden)]
#[inline]
pub fn read_field<M: Field<I>, const I: usize>(row: &mut Cursor<'_>) -> Result<M::Type> {
    let base = if field_nullable::<M, I>() { row.nullable()? } else { Some(row.value()?) };
    M::Type::from_base(base).ok_or_else(|| Error::new(ErrorKind::Decode, "a NULL where the type takes none"))
}

/// Makes a bind of the field's value.
#[doc(hidden)]
pub fn bind_field<M: Field<I>, const I: usize>(value: &M::Type) -> Bind
where
    M::Type: Clone,
{
    Bind::new(value.clone())
}

/// Hands the field's value to an insert.
#[doc(hidden)]
pub fn insert_value<M: Field<I>, const I: usize, S: InsertSink>(
    value: M::Type,
    index: usize,
    column: &'static str,
    sink: &mut S,
) {
    sink.value(index, column, value);
}

/// Hands the field's value, or its default, to an insert.
#[doc(hidden)]
pub fn insert_defaulted<M: Field<I>, const I: usize, S: InsertSink>(
    value: Defaulted<M::Type>,
    index: usize,
    column: &'static str,
    sink: &mut S,
) {
    match value {
        Defaulted::Auto => sink.default::<M::Type>(index, column),
        Defaulted::Set(value) => sink.value(index, column, value),
    }
}

/// The table of a model, as the function that foreign keys and relations hold.
#[doc(hidden)]
#[must_use]
pub fn table_of<M: Model>() -> &'static Table {
    M::TABLE
}

/// The columns of a model that only lend their names and types.
#[doc(hidden)]
#[must_use]
pub fn columns_of<M: Model>() -> M::Columns<Present> {
    M::columns(Origin::NONE)
}

/// The place of the first `false`: of the column that is NULL only where the whole row is missing. The length when
/// all columns may be NULL.
#[doc(hidden)]
#[must_use]
pub const fn first_required(nullable: &[bool]) -> usize {
    let mut rest = nullable;
    while let [true, tail @ ..] = rest {
        rest = tail;
    }
    nullable.len() - rest.len()
}

/// Gives the table of `T` where it is a model, and nothing where it is none, which then is a mistake with a message of
/// its own.
#[doc(hidden)]
#[derive(Debug)]
pub struct Probe<T>(std::marker::PhantomData<T>);

impl<T: Model> Probe<T> {
    /// The table.
    pub const TABLE: Option<&'static Table> = Some(T::TABLE);
}

/// What [`Probe`] says of types that are no models.
#[doc(hidden)]
pub trait NoModel {
    /// No table.
    const TABLE: Option<&'static Table> = None;
}

impl<T> NoModel for Probe<T> {}

/// Stops the compilation where a struct with `#[derive(Insert)]` lacks a column that has no default, or has one that
/// only the database writes.
#[doc(hidden)]
#[track_caller]
#[expect(clippy::panic, reason = "runs while the user's crate is compiled, and is its error message")]
pub const fn check_insert(table: Option<&Table>, owner: &str, fields: &[&str]) {
    let Some(table) = table else { return };
    let mut columns = table.columns;
    while let [column, rest @ ..] = columns {
        columns = rest;
        let present = contains(fields, column.field);
        if present && !column.insertable() {
            let text = Message::new()
                .text("the column `")
                .text(column.field)
                .text("` of `")
                .text(table.model)
                .text("` is written by the database alone: remove it from `")
                .text(owner)
                .text("`");
            panic!("{}", text.as_str());
        }
        if !present && !column.optional() {
            let text = Message::new()
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

const fn contains(names: &[&str], name: &str) -> bool {
    let mut rest = names;
    while let [first, tail @ ..] = rest {
        if equal(first.as_bytes(), name.as_bytes()) {
            return true;
        }
        rest = tail;
    }
    false
}

pub(super) const fn equal(mut a: &[u8], mut b: &[u8]) -> bool {
    while let ([x, left @ ..], [y, right @ ..]) = (a, b) {
        if *x != *y {
            return false;
        }
        (a, b) = (left, right);
    }
    a.is_empty() && b.is_empty()
}

/// A text that is put together while compiling; what is too long for it is cut off.
pub(super) struct Message {
    bytes: [u8; 512],
    len: usize,
}

impl Message {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; 512], len: 0 }
    }

    pub(super) const fn text(mut self, text: &str) -> Self {
        if let Some((_, free)) = self.bytes.split_at_mut_checked(self.len)
            && let Some((place, _)) = free.split_at_mut_checked(text.len())
        {
            place.copy_from_slice(text.as_bytes());
            self.len += text.len();
        }
        self
    }

    pub(super) const fn as_str(&self) -> &str {
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
    fn first_required_is_the_first_column_that_cannot_be_null() {
        assert_eq!(first_required(&[true, false, true]), 1);
        assert_eq!(first_required(&[true, true]), 2);
    }

    #[test]
    fn names_are_compared_whole() {
        assert!(contains(&["email", "name"], "name"));
        assert!(!contains(&["email", "names"], "name"));
        assert!(!contains(&["nam"], "name"));
    }
}
