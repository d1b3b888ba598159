//! Rows to insert: `NewUser`, which the derive writes, and structs with `#[derive(Insert)]`.

use std::borrow::Cow;

use crate::{
    ast::ColumnName,
    expr::Column,
    value::{Element, InsertSink, Scalar, SqlType},
};

/// The value of a column that has a default in the database.
///
/// ```
/// # use blog::*;
/// let user = NewUser { active: Auto, ..NewUser::new("ann@example.org", "Ann") };
/// let asleep = NewUser { active: false.into(), ..user.clone() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Defaulted<T> {
    /// The database's default.
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
    note = "use the struct that the derive writes (`NewUser` for `User`), or your own struct with `#[derive(Insert)]` and `#[orm(of = ..)]`"
)]
pub trait Insertable<M> {
    /// Passes each column's value to `sink`, always the same columns in the same order.
    #[doc(hidden)]
    fn write<S: InsertSink>(self, sink: &mut S);
}

/// The value of a field for a column of type `T`: the value itself, or [`Defaulted`].
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be inserted into a column of type `{T}`",
    label = "the column is a `{T}`",
    note = "a struct may own the value or borrow it: `String` or `&str`, `Vec<T>` or `&[T]`, `T` or `&T`"
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

/// Values that a row may borrow: they are copied into the column's type.
macro_rules! borrowed {
    ($([$($generics:tt)*] $borrowed:ty => $owned:ty, $this:ident => $make:expr;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> InsertField<$owned> for $borrowed {
            fn write<S: InsertSink>(self, index: usize, column: &'static str, sink: &mut S) {
                let $this = self;
                sink.value::<$owned>(index, column, $make);
            }
        }
    )+ };
}

borrowed! {
    [T: Scalar + Clone] &T => T, this => this.clone();
    [T: Scalar + Clone] &T => Option<T>, this => Some(this.clone());
    [T: Scalar + Clone] &Option<T> => Option<T>, this => this.clone();
    [T: Scalar + Clone] Option<&T> => Option<T>, this => this.cloned();
    [] &str => String, this => this.to_owned();
    [] &str => Option<String>, this => Some(this.to_owned());
    [] Option<&str> => Option<String>, this => this.map(str::to_owned);
    [] Cow<'_, str> => String, this => this.into_owned();
    [] Cow<'_, str> => Option<String>, this => Some(this.into_owned());
    [] &[u8] => Vec<u8>, this => this.to_vec();
    [] &[u8] => Option<Vec<u8>>, this => Some(this.to_vec());
    [] Option<&[u8]> => Option<Vec<u8>>, this => this.map(<[u8]>::to_vec);
    [T: Element + Clone] &[T] => Vec<T>, this => this.to_vec();
    [T: Element + Clone] &[T] => Option<Vec<T>>, this => Some(this.to_vec());
    [T: Element + Clone] Option<&[T]> => Option<Vec<T>>, this => this.map(<[T]>::to_vec);
    [T: Element + Clone] &[Option<T>] => Vec<Option<T>>, this => this.to_vec();
    [T: Element + Clone] &[Option<T>] => Option<Vec<Option<T>>>, this => Some(this.to_vec());
    [T: Element + Clone] Option<&[Option<T>]> => Option<Vec<Option<T>>>, this => this.map(<[_]>::to_vec);
    [] &[&str] => Vec<String>, this => this.iter().map(|it| (*it).to_owned()).collect();
    [] &[&str] => Option<Vec<String>>, this => Some(this.iter().map(|it| (*it).to_owned()).collect());
}

/// Passes the value of one field to `sink`; the column provides its name and determines the type of the field.
#[doc(hidden)]
pub fn insert_field<T: SqlType, W, V: InsertField<T>, S: InsertSink>(
    column: Column<T, W>,
    value: V,
    index: usize,
    sink: &mut S,
) {
    if let ColumnName::Named(name) = column.name {
        value.write(index, name, sink);
    }
}
