//! How many rows a relation leads to.

use std::{fmt, marker::PhantomData};

use crate::{
    error::{Error, ErrorKind, Result},
    model::Model,
};

/// How many rows there are on the other side, and so what a parent gets.
pub trait Kind: fmt::Debug + 'static {
    /// What a parent gets of rows `T`.
    type Of<T: Send>: Send;
    /// The same with a filter, which may leave out what was there.
    type Filtered: Kind;
}

/// The kinds whose rows refer to their parent, so that each has one parent.
pub(super) trait UnsharedRows: Kind {
    /// What a parent gets that has these rows.
    fn gather<P: Model, C: Model, T: Send>(rows: Vec<T>) -> Result<Self::Of<T>>;
}

/// The kinds of which several parents may have the same row, which is then read once and cloned.
pub(super) trait SharedRows: Kind {
    /// What a parent gets that refers to these rows.
    fn share<P: Model, C: Model, T: Send + Clone>(rows: &[T]) -> Result<Self::Of<T>>;
}

/// Any number: a `Vec`. `V` is the model of the table in between, for many to many.
pub struct Many<V = ()>(PhantomData<fn() -> V>);

impl<V> fmt::Debug for Many<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Many")
    }
}

/// None or one, which refers to its parent: an `Option`.
#[derive(Debug, Clone, Copy)]
pub enum AtMostOne {}

/// Exactly one, to which parents refer.
#[derive(Debug, Clone, Copy)]
pub enum One {}

/// None or one, to which parents may refer: an `Option`.
#[derive(Debug, Clone, Copy)]
pub enum MaybeOne {}

impl<V: 'static> Kind for Many<V> {
    type Of<T: Send> = Vec<T>;
    type Filtered = Self;
}

impl<V: 'static> UnsharedRows for Many<V> {
    fn gather<P: Model, C: Model, T: Send>(rows: Vec<T>) -> Result<Vec<T>> {
        Ok(rows)
    }
}

impl Kind for AtMostOne {
    type Of<T: Send> = Option<T>;
    type Filtered = Self;
}

impl UnsharedRows for AtMostOne {
    fn gather<P: Model, C: Model, T: Send>(rows: Vec<T>) -> Result<Option<T>> {
        let mut rows = rows.into_iter();
        let first = rows.next();
        if rows.next().is_some() {
            let text = format!("`has_one`, but several rows of {} refer to one of {}", C::TABLE.name, P::TABLE.name);
            return Err(Error::new(ErrorKind::MoreThanOne, text));
        }
        Ok(first)
    }
}

impl Kind for One {
    type Of<T: Send> = T;
    type Filtered = MaybeOne;
}

impl SharedRows for One {
    fn share<P: Model, C: Model, T: Send + Clone>(rows: &[T]) -> Result<T> {
        rows.first().cloned().ok_or_else(|| {
            let text = format!("a row of {} refers to a row of {} that is not there", P::TABLE.name, C::TABLE.name);
            Error::new(ErrorKind::NotFound, text)
        })
    }
}

impl Kind for MaybeOne {
    type Of<T: Send> = Option<T>;
    type Filtered = Self;
}

impl SharedRows for MaybeOne {
    fn share<P: Model, C: Model, T: Send + Clone>(rows: &[T]) -> Result<Option<T>> {
        Ok(rows.first().cloned())
    }
}

/// Any number of rows, found in any number of steps: a `Vec`.
#[derive(Debug, Clone, Copy)]
pub enum Recursive {}

impl Kind for Recursive {
    type Of<T: Send> = Vec<T>;
    type Filtered = Self;
}

impl UnsharedRows for Recursive {
    fn gather<P: Model, C: Model, T: Send>(rows: Vec<T>) -> Result<Vec<T>> {
        Ok(rows)
    }
}

/// The kinds of which a parent gets any number of rows, in an order.
#[diagnostic::on_unimplemented(
    message = "this relation leads to one row at most: there is nothing to sort or to limit",
    label = "not a relation to many"
)]
pub trait ToMany: Kind {}

impl<V: 'static> ToMany for Many<V> {}
impl ToMany for Recursive {}

/// The kinds that lead to rows that refer to their parent, or are linked with it.
#[diagnostic::on_unimplemented(
    message = "this relation leads to what a row refers to: that has ancestors, and no descendants",
    label = "write `.ancestors()`, or begin with the other side's `has_many`"
)]
pub trait Downward: Kind {}

impl<V: 'static> Downward for Many<V> {}
impl Downward for AtMostOne {}

/// The kinds that lead to the row that is referred to.
#[diagnostic::on_unimplemented(
    message = "this relation leads to rows that refer to one: those are descendants, and no ancestors",
    label = "write `.descendants()`, or begin with the relation of the field that refers: `Category::parent()`"
)]
pub trait Upward: Kind {}

impl Upward for One {}
impl Upward for MaybeOne {}

/// The kinds of relations whose rows are stored after their parent: `has_many` and `has_one`.
#[diagnostic::on_unimplemented(
    message = "a row that others refer to is stored before them, not along with them",
    label = "this relation leads to what the row refers to",
    note = "insert that row first and give its key to this one, or begin with it: `User::insert(..).with(User::posts(), ..)`"
)]
pub trait StoredAfter: Kind {
    /// What a parent gets that has these rows.
    #[doc(hidden)]
    fn gather<P: Model, C: Model, T: Send>(rows: Vec<T>) -> Result<Self::Of<T>>;
}

impl<V: 'static> StoredAfter for Many<V> {
    fn gather<P: Model, C: Model, T: Send>(rows: Vec<T>) -> Result<Vec<T>> {
        <Self as UnsharedRows>::gather::<P, C, T>(rows)
    }
}

impl StoredAfter for AtMostOne {
    fn gather<P: Model, C: Model, T: Send>(rows: Vec<T>) -> Result<Option<T>> {
        <Self as UnsharedRows>::gather::<P, C, T>(rows)
    }
}
