//! What can be inserted: `NewUser`, which the derive writes, and structs with `#[derive(Insert)]`.

use crate::{
    ast::ColumnName,
    expr::Column,
    value::{Scalar, SqlType},
};

/// The value of a column that has a default in the database.
///
/// ```
/// # mod blog { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs")); } use blog::*;
/// let user = NewUser { active: Auto, ..NewUser::new("ann@example.org", "Ann") };
/// let asleep = NewUser { active: false.into(), ..user.clone() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Defaulted<T> {
    /// Left to the database.
    #[default]
    Auto,
    /// This value.
    Set(T),
}

impl<T> From<T> for Defaulted<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl From<&str> for Defaulted<String> {
    fn from(value: &str) -> Self {
        Self::Set(value.to_owned())
    }
}

/// A row for `M` to insert.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be inserted as a `{M}`",
    label = "expected a row of new values",
    note = "use the struct that the derive writes (`NewUser` for `User`), or one of yours with `#[derive(Insert)]` and `#[orm(of = ..)]`"
)]
pub trait Insertable<M> {
    /// Hands each column's value to `sink`, always the same columns in the same order.
    #[doc(hidden)]
    fn write<S: InsertSink>(self, sink: &mut S);
}

/// Takes the values of a row to insert, column by column.
#[doc(hidden)]
pub trait InsertSink {
    /// Takes the value of the column at place `index` of the insert.
    fn value<T: SqlType>(&mut self, index: usize, column: &'static str, value: T);

    /// Leaves the column to its default. `T` is the type that its value would have.
    fn default<T: SqlType>(&mut self, index: usize, column: &'static str);
}

/// What a field can give a column of type `T`: the value, or [`Defaulted`].
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be inserted into a column of type `{T}`",
    label = "the column is a `{T}`"
)]
pub trait InsertField<T: SqlType> {
    /// Hands the value to `sink`.
    #[doc(hidden)]
    fn write<S: InsertSink>(self, index: usize, column: &'static str, sink: &mut S);
}

#[diagnostic::do_not_recommend]
impl<T: SqlType> InsertField<T> for T {
    fn write<S: InsertSink>(self, index: usize, column: &'static str, sink: &mut S) {
        sink.value(index, column, self);
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> InsertField<Option<T>> for T {
    fn write<S: InsertSink>(self, index: usize, column: &'static str, sink: &mut S) {
        sink.value(index, column, Some(self));
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType> InsertField<T> for Defaulted<T> {
    fn write<S: InsertSink>(self, index: usize, column: &'static str, sink: &mut S) {
        match self {
            Self::Auto => sink.default::<T>(index, column),
            Self::Set(value) => sink.value(index, column, value),
        }
    }
}

#[diagnostic::do_not_recommend]
impl InsertField<String> for &str {
    fn write<S: InsertSink>(self, index: usize, column: &'static str, sink: &mut S) {
        sink.value(index, column, self.to_owned());
    }
}

#[diagnostic::do_not_recommend]
impl InsertField<Option<String>> for Option<&str> {
    fn write<S: InsertSink>(self, index: usize, column: &'static str, sink: &mut S) {
        sink.value(index, column, self.map(str::to_owned));
    }
}

/// Hands the value of one field to `sink`; the column gives its name and holds the field to its type.
#[doc(hidden)]
pub fn insert_field<T: SqlType, V: InsertField<T>, S: InsertSink>(
    column: Column<T>,
    value: V,
    index: usize,
    sink: &mut S,
) {
    if let ColumnName::Named(name) = column.name {
        value.write(index, name, sink);
    }
}
