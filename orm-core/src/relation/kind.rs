//! How many rows a relation leads to, and on which side the foreign key is.

use std::{fmt, marker::PhantomData};

use crate::{
    error::{Error, ErrorKind, Result},
    model::Model,
};

/// How many rows a relation leads to, and so what a parent gets.
pub trait Kind: fmt::Debug + 'static {
    /// What a parent gets, where each row is read as a `T`.
    type Of<T: Send>: Send;
    /// The kind of the relation with a filter, which may leave out the row that there must be.
    type Filtered: Kind;
}

/// The kinds whose rows are loaded once for each parent, and moved to it.
#[doc(hidden)]
pub trait UnsharedRows: Kind {
    /// Returns what a parent gets that has these rows.
    fn gather<P: Model, C: Model, T: Send>(rows: Vec<T>) -> Result<Self::Of<T>>;
}

/// The kinds whose rows are loaded once, and cloned for each of their parents.
pub(super) trait SharedRows: Kind {
    /// Returns what a parent gets that refers to these rows.
    fn share<P: Model, C: Model, T: Send + Clone>(rows: &[T]) -> Result<Self::Of<T>>;
}

/// Any number of rows: a `Vec`. `V` is the model of the junction table, for many to many.
pub struct Many<V = ()>(PhantomData<fn() -> V>);

impl<V> fmt::Debug for Many<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Many")
    }
}

/// No row or one, which refers to its parent: an `Option`.
#[derive(Debug, Clone, Copy)]
pub enum AtMostOne {}

/// Exactly one row, which its parents refer to.
#[derive(Debug, Clone, Copy)]
pub enum One {}

/// No row or one, which its parents may refer to: an `Option`.
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
            let text = format!(
                "several rows of {} refer to one row of {}, and `has_one` takes at most one",
                C::TABLE.name,
                P::TABLE.name
            );
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
            let text = format!("a row of {} refers to a row of {} that does not exist", P::TABLE.name, C::TABLE.name);
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
    message = "this relation leads to at most one row: there is nothing to sort or limit",
    label = "not a relation to many"
)]
pub trait ToMany: Kind {}

impl<V: 'static> ToMany for Many<V> {}
impl ToMany for Recursive {}

/// The kinds that lead from a row to those that refer to it, or are linked with it.
#[diagnostic::on_unimplemented(
    message = "this relation leads to the row that a foreign key refers to: it has ancestors, not descendants",
    label = "use `.ancestors()`, or start from the `has_many` of the other side"
)]
pub trait Downward: Kind {}

impl<V: 'static> Downward for Many<V> {}
impl Downward for AtMostOne {}

/// The kinds that lead from a row to the one that it refers to.
#[diagnostic::on_unimplemented(
    message = "this relation leads to the rows that refer to one: it has descendants, not ancestors",
    label = "use `.descendants()`, or start from the relation of the foreign key: `Category::parent()`"
)]
pub trait Upward: Kind {}

impl Upward for One {}
impl Upward for MaybeOne {}

/// The kinds of relations whose rows are inserted after their parent: `has_many` and `has_one`.
#[diagnostic::on_unimplemented(
    message = "a nested insert goes from a row to the rows that refer to it, and this relation leads the other way",
    label = "this relation leads to a row that must be inserted first",
    note = "insert that row first and set the foreign key, or start from it: `User::insert(..).with(User::posts(), ..)`"
)]
pub trait StoredAfter: UnsharedRows {}

impl<V: 'static> StoredAfter for Many<V> {}
impl StoredAfter for AtMostOne {}
