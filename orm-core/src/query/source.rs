//! The sources of FROM as types: a model, `Maybe<Model>`, or a flat tuple of up to eight of those.

use std::marker::PhantomData;

use crate::{
    ast::{Node, QueryId},
    expr::{Joined, Origin, Present, SelectList, Selection},
    model::Model,
    row::FromRow,
    schema::Table,
};

/// One or more sources of a query.
pub trait Source: 'static {
    /// The columns, for closures.
    type Columns: Copy + Selection<Output = Self::Row>;
    /// A row where nothing is selected.
    type Row: FromRow;
    /// The same sources on the outer side of a join.
    type Optional: Source;
    /// How many sources there are.
    const LEN: u8;

    /// Makes the columns; the first source is number `first` of the query.
    #[doc(hidden)]
    fn columns(query: QueryId, first: u8) -> Self::Columns;

    /// Adds whole rows to a select list.
    #[doc(hidden)]
    fn rows(query: QueryId, first: u8, list: &mut SelectList) {
        Self::columns(query, first).select(list);
    }
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

    fn rows(query: QueryId, first: u8, list: &mut SelectList) {
        if M::MARKED {
            return <Self as Source>::columns(query, first).select(list);
        }
        list.push(Node::Columns { query, source: first, table: M::TABLE });
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

/// Sources that one more can join.
#[diagnostic::on_unimplemented(
    message = "a query has at most eight sources",
    label = "one join too many",
    note = "select what you need so far in a separate query, or load the rest as a relation"
)]
pub trait CanJoin {}

/// Adds a source to others: `User` → `(User, Post)` → `(User, Post, Tag)`.
pub trait AddSource<M> {
    /// The sources with the new one.
    type Output: Source<Columns = Self::Columns, Row = Self::Row>;
    /// Their columns.
    type Columns;
    /// Their row.
    type Row;
    /// The table of the new source.
    #[doc(hidden)]
    const TABLE: &'static Table;
}

/// The source that a join adds: a model, or one on the outer side.
pub trait Joinable: Source {
    /// Its table.
    #[doc(hidden)]
    const TABLE: &'static Table;
}

#[diagnostic::do_not_recommend]
impl<M: Model> Joinable for M {
    const TABLE: &'static Table = <M as Model>::TABLE;
}

impl<M: Model> Joinable for Maybe<M> {
    const TABLE: &'static Table = M::TABLE;
}

/// A whole row of the sources `S`, where nothing is selected.
#[diagnostic::on_unimplemented(
    message = "a query with a `select` cannot be joined",
    label = "this comes before `select`",
    note = "join first, and call `select` last: `.join::<Post>(..).select(..)`"
)]
pub trait WholeRow<S> {}

#[diagnostic::do_not_recommend]
impl<R, S: Source<Row = R>> WholeRow<S> for R {}

#[diagnostic::do_not_recommend]
impl<A: Model> CanJoin for A {}

#[diagnostic::do_not_recommend]
impl<A: Model> CanJoin for Maybe<A> {}

impl<A: Model, M: Joinable> AddSource<M> for A {
    type Output = (A, M);
    type Columns = (<A as Source>::Columns, M::Columns);
    type Row = (<A as Source>::Row, M::Row);
    const TABLE: &'static Table = M::TABLE;
}

impl<A: Model, M: Joinable> AddSource<M> for Maybe<A> {
    type Output = (Self, M);
    type Columns = (<Self as Source>::Columns, M::Columns);
    type Row = (<Self as Source>::Row, M::Row);
    const TABLE: &'static Table = M::TABLE;
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

            fn rows(query: QueryId, first: u8, list: &mut SelectList) {
                let mut next = first;
                $(
                    $part::rows(query, next, list);
                    next += $part::LEN;
                )+
            }
        }
    )+ };
}
sources! { A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; }

macro_rules! append {
    ($($($part:ident)+;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($part: Source),+> CanJoin for ($($part,)+) {}

        #[diagnostic::do_not_recommend]
        impl<$($part: Source,)+ M: Joinable> AddSource<M> for ($($part,)+) {
            type Output = ($($part,)+ M,);
            type Columns = ($($part::Columns,)+ M::Columns,);
            type Row = ($($part::Row,)+ M::Row,);
            const TABLE: &'static Table = M::TABLE;
        }
    )+ };
}
append! { A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; }

/// A ninth source is refused by [`CanJoin`]; this implementation keeps the compiler from saying more about such a join.
#[diagnostic::do_not_recommend]
impl<A, B, C, D, E, F, G, H, M: Joinable> AddSource<M> for (A, B, C, D, E, F, G, H)
where
    Self: Source,
{
    type Output = Self;
    type Columns = <Self as Source>::Columns;
    type Row = <Self as Source>::Row;
    const TABLE: &'static Table = M::TABLE;
}
