//! The operations of generated code on one field of a derived struct.
//!
//! Generated code names a field by its struct and number only, never by its type, so that a type which cannot be
//! stored is one message, at the field.

use super::{Defaulted, Model};
use crate::{
    error::{Error, ErrorKind, Result},
    expr::{Origin, Present},
    row::{Cursor, Layout},
    schema::{ColumnDef, Table},
    value::{Bind, Field, InsertSink, Nullability, PgType, Scalar, SqlType},
};

/// Returns whether the column of the field may be NULL.
#[doc(hidden)]
#[must_use]
pub const fn field_nullable<M: Field<I>, const I: usize>() -> bool {
    <<M::Type as SqlType>::Nullability as Nullability>::NULLABLE
}

/// The PostgreSQL type of the field.
#[doc(hidden)]
#[must_use]
pub const fn field_type<M: Field<I>, const I: usize>() -> PgType {
    <<M::Type as SqlType>::Base as Scalar>::TYPE
}

/// Makes the column of the field.
#[doc(hidden)]
#[must_use]
pub const fn field_def<M: Field<I>, const I: usize>(name: &'static str, field: &'static str) -> ColumnDef {
    ColumnDef::new(name, field, field_type::<M, I>(), field_nullable::<M, I>())
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
    read(row)
}

/// Separate, so that it is compiled once for each type instead of once for each field.
#[inline]
fn read<T: SqlType>(row: &mut Cursor<'_>) -> Result<T> {
    let base = if T::Nullability::NULLABLE { row.nullable()? } else { Some(row.value()?) };
    T::from_base(base).ok_or_else(|| Error::new(ErrorKind::Decode, "a NULL in a field that is not nullable"))
}

/// Makes a bind of the field's value.
#[doc(hidden)]
pub fn bind_field<M: Field<I>, const I: usize>(value: &M::Type) -> Bind
where
    M::Type: Clone,
{
    Bind::key(value.clone())
}

/// Makes a bind of the field's value; `None` for NULL.
#[doc(hidden)]
pub fn reference_field<M: Field<I>, const I: usize>(value: &M::Type) -> Option<Bind>
where
    M::Type: Clone,
{
    value.as_base()?;
    Some(Bind::key(value.clone()))
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

/// The columns of a model, used for their names and types only.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_required_is_the_first_column_that_cannot_be_null() {
        assert_eq!(first_required(&[true, false, true]), 1);
        assert_eq!(first_required(&[true, true]), 2);
    }
}
