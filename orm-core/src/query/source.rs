//! What stands in FROM, at the level of types: a model, `Maybe<Model>`, or a flat tuple of up to eight of those.

use std::marker::PhantomData;

use crate::{
    ast::QueryId,
    expr::{Joined, Origin, Present, Selection},
    model::Model,
    row::FromRow,
};

/// One or more sources of a query.
pub trait Source: 'static {
    /// The columns that closures are given.
    type Columns: Copy + Selection<Output = Self::Row>;
    /// What a row is when nothing is selected.
    type Row: FromRow;
    /// The same sources on the outer side of a join.
    type Optional: Source;
    /// How many sources there are.
    const LEN: u8;

    /// Makes the columns; the first source is number `first` of the query.
    #[doc(hidden)]
    fn columns(query: QueryId, first: u8) -> Self::Columns;
}

/// A model on the outer side of a join: its columns are nullable, its row is an `Option`.
#[derive(Debug, Clone, Copy)]
pub struct Maybe<M>(PhantomData<fn() -> M>);

impl<M: Model> Source for M {
    type Columns = M::Columns<Present>;
    type Row = M;
    type Optional = Maybe<M>;
    const LEN: u8 = 1;

    fn columns(query: QueryId, first: u8) -> Self::Columns {
        M::columns(Origin::new(query, first))
    }
}

impl<M: Model> Source for Maybe<M> {
    type Columns = M::Columns<Joined>;
    type Row = Option<M>;
    type Optional = Self;
    const LEN: u8 = 1;

    fn columns(query: QueryId, first: u8) -> Self::Columns {
        M::columns(Origin::new(query, first))
    }
}

/// Grows sources by one: `User` → `(User, Post)` → `(User, Post, Tag)`.
#[diagnostic::on_unimplemented(
    message = "a query has at most eight sources",
    label = "one join too many",
    note = "select what is needed so far in a query of its own, or load the rest as a relation"
)]
pub trait Append<M: Source> {
    /// The grown sources.
    type Output: Source;
}

impl<A: Model, M: Source> Append<M> for A {
    type Output = (A, M);
}

impl<A: Model, M: Source> Append<M> for Maybe<A> {
    type Output = (Self, M);
}

macro_rules! sources {
    ($($($part:ident)+;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($part: Source),+> Source for ($($part,)+) {
            type Columns = ($($part::Columns,)+);
            type Row = ($($part::Row,)+);
            type Optional = ($($part::Optional,)+);
            const LEN: u8 = 0 $(+ $part::LEN)+;

            #[expect(unused_assignments, reason = "the last source needs no next number")]
            fn columns(query: QueryId, first: u8) -> Self::Columns {
                let mut next = first;
                ($({
                    let columns = $part::columns(query, next);
                    next += $part::LEN;
                    columns
                },)+)
            }
        }
    )+ };
}
sources! { A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; }

macro_rules! append {
    ($($($part:ident)+;)+) => { $(
        impl<$($part: Source,)+ M: Source> Append<M> for ($($part,)+) {
            type Output = ($($part,)+ M,);
        }
    )+ };
}
append! { A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; }
