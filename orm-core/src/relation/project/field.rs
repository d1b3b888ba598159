//! The fields of projections: the columns that each adds to the select list, how it is read from a row, and how it is
//! loaded.
//!
//! A column is read from the row. A relation reads the key from the row, and its rows are loaded for the keys of all
//! rows.
//!
//! Generated code names a field only by its struct and number, as for models, so a field that does not fit is one
//! message.

use std::{any::Any, fmt, future::Future, marker::PhantomData, pin::Pin, vec::IntoIter};

use super::{Member, Project, Projected};
use crate::{
    ast::{ColumnName, Node},
    error::Result,
    executor::Executor,
    expr::{Origin, Present, SelectList, Selection},
    model::Model,
    query::Select,
    relation::{
        AtMostOne, Depth, Many, MaybeOne, One, Related, Tree, WithDepth,
        condition::source_of,
        load::{ParentKey, ParentKeys, shared_rows, too_few_rows, unshared_rows},
    },
    row::{Cursor, FromRow, Layout},
    value::{Json, Scalar, SqlType},
};

/// What was read from a row for a field of type `F`. Its type does not depend on the source of the field, so a field
/// that does not fit is one message; and it is hardly larger than the field.
#[doc(hidden)]
pub enum FieldCell<F> {
    /// The field itself.
    Value(F),
    /// The key by which its rows are found.
    Key(ParentKey),
    /// The row of another projection.
    Row(Box<Box<dyn Any + Send>>),
    /// Nothing any more: the key or row was taken to load the field.
    Taken,
}

impl<F> fmt::Debug for FieldCell<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value(_) => "Value",
            Self::Key(_) => "Key",
            Self::Row(_) => "Row",
            Self::Taken => "Taken",
        })
    }
}

/// The field number `I` of a projection.
#[doc(hidden)]
pub trait ProjectionField<const I: usize> {
    /// Its type.
    type Field: Send + 'static;
    /// What it is read from.
    type Source: FieldSource<Self::Field> + 'static;

    /// Adds the clauses of the field's attribute to its relation.
    fn with_clauses(
        source: <Self::Source as FieldSource<Self::Field>>::Reader,
    ) -> <Self::Source as FieldSource<Self::Field>>::Reader {
        source
    }
}

/// What a field of type `F` is read from.
#[doc(hidden)]
pub trait FieldSource<F>: Sized {
    /// The value that reads it: of a column, of a relation.
    type Reader: Send + 'static;

    /// Whether the field needs more than the row.
    const LOADED_LATER: bool;

    /// Makes that value.
    fn source() -> Self::Reader;

    /// Adds it to a select list.
    fn select(source: &Self::Reader, columns: SourceRef, list: &mut SelectList);

    /// Takes its columns from a result.
    fn layout(source: &Self::Reader, layout: &mut Layout<'_>) -> Result<()>;

    /// Reads it from a row.
    fn read(row: &mut Cursor<'_>) -> Result<FieldCell<F>>;

    /// Loads the fields of all rows, if they need more than the row.
    fn finish<E: Executor>(
        source: Self::Reader,
        cells: Vec<FieldCell<F>>,
        db: &E,
    ) -> impl Future<Output = Result<Vec<F>>> + Send;
}

/// The query and the source that the columns of a projection belong to.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct SourceRef {
    query: crate::ast::QueryId,
    source: u8,
}

impl SourceRef {
    fn of(columns: impl Selection) -> Self {
        let (query, source) = source_of(columns);
        Self { query, source }
    }

    fn push(self, name: &'static str, list: &mut SelectList) {
        list.push(Node::Column { query: self.query, source: self.source, name: ColumnName::Named(name) });
    }
}

/// Adds the field to a select list.
#[doc(hidden)]
pub fn field_select<P: ProjectionField<I>, const I: usize>(columns: impl Selection, list: &mut SelectList) {
    P::Source::select(&P::Source::source(), SourceRef::of(columns), list);
}

/// Takes the columns of the field from a result.
#[doc(hidden)]
pub fn field_layout<P: ProjectionField<I>, const I: usize>(layout: &mut Layout<'_>) -> Result<()> {
    P::Source::layout(&P::Source::source(), layout)
}

/// Reads the field from a row.
#[doc(hidden)]
#[inline]
pub fn field_read<P: ProjectionField<I>, const I: usize>(row: &mut Cursor<'_>) -> Result<FieldCell<P::Field>> {
    P::Source::read(row)
}

/// Takes the cells of the field out of the rows, if the field is to be loaded.
#[doc(hidden)]
pub fn field_take<P: ProjectionField<I>, const I: usize, R>(
    rows: &mut [R],
    cell: fn(&mut R) -> &mut FieldCell<P::Field>,
) -> Vec<FieldCell<P::Field>> {
    if !P::Source::LOADED_LATER {
        return Vec::new();
    }
    rows.iter_mut().map(|row| std::mem::replace(cell(row), FieldCell::Taken)).collect()
}

/// Loads the fields of all rows.
#[doc(hidden)]
pub fn field_finish<'e, P: ProjectionField<I>, const I: usize, E: Executor>(
    cells: Vec<FieldCell<P::Field>>,
    db: &'e E,
) -> Pin<Box<dyn Future<Output = Result<Vec<P::Field>>> + Send + 'e>> {
    Box::pin(P::Source::finish(P::with_clauses(P::Source::source()), cells, db))
}

/// Returns the field of a row: from its cell, or the next of those that were loaded.
#[doc(hidden)]
#[inline]
pub fn field_made<F>(cell: FieldCell<F>, finished: &mut IntoIter<F>) -> Result<F> {
    match cell {
        FieldCell::Value(value) => Ok(value),
        FieldCell::Key(_) | FieldCell::Row(_) | FieldCell::Taken => finished.next().ok_or_else(too_few_rows),
    }
}

/// The column or relation of `M` whose name has the number `NAME`.
#[doc(hidden)]
#[derive(Debug)]
pub struct MemberField<M, const NAME: u64>(PhantomData<fn() -> M>);

impl<M: Member<NAME>, const NAME: u64, F: Send + 'static> FieldSource<F> for MemberField<M, NAME>
where
    M::Is: Reads<F> + 'static,
{
    type Reader = M::Is;

    const LOADED_LATER: bool = <M::Is as Reads<F>>::LOADED_LATER;

    fn source() -> M::Is {
        M::member()
    }

    fn select(source: &M::Is, columns: SourceRef, list: &mut SelectList) {
        source.select(columns, list);
    }

    fn layout(source: &M::Is, layout: &mut Layout<'_>) -> Result<()> {
        source.layout(layout)
    }

    #[inline]
    fn read(row: &mut Cursor<'_>) -> Result<FieldCell<F>> {
        M::Is::read(row)
    }

    async fn finish<E: Executor>(source: M::Is, cells: Vec<FieldCell<F>>, db: &E) -> Result<Vec<F>> {
        source.finish(cells, db).await
    }
}

/// A computed field: its expression is added by generated code.
#[doc(hidden)]
#[derive(Debug)]
pub struct Computed;

impl<F: FromRow> FieldSource<F> for Computed {
    type Reader = ();

    const LOADED_LATER: bool = false;

    fn source() {}

    fn select((): &(), _: SourceRef, _: &mut SelectList) {}

    fn layout((): &(), layout: &mut Layout<'_>) -> Result<()> {
        F::layout(layout)
    }

    #[inline]
    fn read(row: &mut Cursor<'_>) -> Result<FieldCell<F>> {
        F::from_row(row).map(FieldCell::Value)
    }

    async fn finish<E: Executor>((): (), _: Vec<FieldCell<F>>, _: &E) -> Result<Vec<F>> {
        Ok(Vec::new())
    }
}

/// Another projection of the same row.
#[doc(hidden)]
#[derive(Debug)]
pub struct Flattened<M>(PhantomData<fn() -> M>);

impl<M: Model, F: Projected<Of = M>> FieldSource<F> for Flattened<M> {
    type Reader = ();

    const LOADED_LATER: bool = true;

    fn source() {}

    fn select((): &(), columns: SourceRef, list: &mut SelectList) {
        F::select(M::columns::<Present>(Origin::new(columns.query, columns.source)), list);
    }

    fn layout((): &(), layout: &mut Layout<'_>) -> Result<()> {
        F::Row::layout(layout)
    }

    fn read(row: &mut Cursor<'_>) -> Result<FieldCell<F>> {
        let row = F::Row::from_row(row)?;
        Ok(FieldCell::Row(Box::new(Box::new(row))))
    }

    async fn finish<E: Executor>((): (), cells: Vec<FieldCell<F>>, db: &E) -> Result<Vec<F>> {
        let row = |cell| match cell {
            FieldCell::Row(row) => row.downcast::<F::Row>().map(|it| *it).map_err(|_| too_few_rows()),
            FieldCell::Value(_) | FieldCell::Key(_) | FieldCell::Taken => Err(too_few_rows()),
        };
        let rows = cells.into_iter().map(row).collect::<Result<_>>()?;
        F::load(rows, db).await
    }
}

impl<P: Model> WithDepth<P> {
    /// The same tree, whose rows are read as the projection.
    pub(crate) fn project<F: Projected<Of = P>>(self) -> Tree<P, F::Row, Project<F>> {
        let (path, query) = self.bounded();
        let rows: Select<(P, Depth), P> = Select::from_ast(query.ast);
        let query = Select::from_ast(rows.projected::<F>().ast);
        Related { path, query, loads: Project::default(), refers: None, _kind: std::marker::PhantomData }
    }
}

/// A column or relation that a field of type `F` of a projection can be read from.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a field of type `{F}` cannot be read from {Self}",
    label = "the model has another type under this name",
    note = "a column keeps its type; a relation gives a `Vec`, an `Option` or one row of a model or projection, as it was declared"
)]
pub trait Reads<F>: Send + Sized {
    /// Whether the field needs more than the row.
    const LOADED_LATER: bool;

    /// Adds it to a select list.
    fn select(&self, columns: SourceRef, list: &mut SelectList);

    /// Takes its columns from a result.
    fn layout(&self, layout: &mut Layout<'_>) -> Result<()>;

    /// Reads it from a row.
    fn read(row: &mut Cursor<'_>) -> Result<FieldCell<F>>;

    /// Loads the fields of all rows.
    fn finish<E: Executor>(self, cells: Vec<FieldCell<F>>, db: &E) -> impl Future<Output = Result<Vec<F>>> + Send;
}

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident: [$($bound:tt)+] $field:ty, $base:ty, $value:ident => $made:expr;)+) => { $(
        $(#[$doc])*
        #[doc(hidden)]
        #[derive(Debug)]
        pub struct $name(&'static str);

        impl $name {
            /// The column of that name.
            #[must_use]
            pub const fn new(name: &'static str) -> Self {
                Self(name)
            }
        }

        impl<F: Send + 'static> Reads<$field> for $name
        where
            $($bound)+
        {
            const LOADED_LATER: bool = false;

            fn select(&self, columns: SourceRef, list: &mut SelectList) {
                columns.push(self.0, list);
            }

            fn layout(&self, layout: &mut Layout<'_>) -> Result<()> {
                <$base as FromRow>::layout(layout)
            }

            #[inline]
            fn read(row: &mut Cursor<'_>) -> Result<FieldCell<$field>> {
                let $value = <$base as FromRow>::from_row(row)?;
                Ok(FieldCell::Value($made))
            }

            async fn finish<E: Executor>(self, _: Vec<FieldCell<$field>>, _: &E) -> Result<Vec<$field>> {
                Ok(Vec::new())
            }
        }
    )+ };
}
columns! {
    /// A column.
    ColumnOf: [F: SqlType + FromRow] F, F, value => value;
    /// A column that holds a document.
    JsonOf: [Json<F>: Scalar] F, Json<F>, value => value.0;
    /// A column that may hold a document.
    MaybeJsonOf: [Json<F>: Scalar] Option<F>, Option<Json<F>>, value => value.map(|it| it.0);
}

macro_rules! relations {
    ($([$($param:ident: $bound:path),*] $relation:ty, $of:ident => $field:ty, $load:ident $(, $clone:ident)?;)+) => { $(
        impl<P: Model, $($param: $bound + 'static,)* F: Projected<Of = $of> $(+ $clone)?> Reads<$field> for $relation {
            const LOADED_LATER: bool = true;

            fn select(&self, columns: SourceRef, list: &mut SelectList) {
                self.path.columns().iter().for_each(|name| columns.push(name, list));
            }

            fn layout(&self, layout: &mut Layout<'_>) -> Result<()> {
                layout.key(self.path.columns().len())
            }

            #[inline]
            fn read(row: &mut Cursor<'_>) -> Result<FieldCell<$field>> {
                ParentKey::read(row).map(FieldCell::Key)
            }

            async fn finish<E: Executor>(self, cells: Vec<FieldCell<$field>>, db: &E) -> Result<Vec<$field>> {
                let key = |cell| match cell {
                    FieldCell::Key(key) => Ok(key),
                    FieldCell::Value(_) | FieldCell::Row(_) | FieldCell::Taken => Err(too_few_rows()),
                };
                let keys = ParentKeys::read(&self.path, cells.into_iter().map(key).collect::<Result<_>>()?);
                $load(self.project::<F>(), keys, db).await
            }
        }
    )+ };
}
relations! {
    [C: Model, V: Any] Related<P, C, Many<V>>, C => Vec<F>, unshared_rows;
    [C: Model] Related<P, C, AtMostOne>, C => Option<F>, unshared_rows;
    [C: Model] Related<P, C, One>, C => F, shared_rows, Clone;
    [C: Model] Related<P, C, MaybeOne>, C => Option<F>, shared_rows, Clone;
    [] Tree<P>, P => Vec<F>, unshared_rows;
    [] WithDepth<P>, P => Vec<F>, unshared_rows;
}
