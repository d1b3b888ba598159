//! The columns of a source, which may be missing on the outer side of a join; flattened structs contribute to them.

use std::fmt;

use super::{Column, Origin, Selection, column::column};
use crate::{
    ast::Node,
    row::FromRow,
    schema::ColumnDef,
    value::{Field, InsertSink, SqlType},
};

/// Whether the rows of a source may be missing: those of a [`Present`] source never are; on the outer side of a join
/// ([`Joined`]) all columns are nullable.
///
/// Generated code uses only this trait, so that a further mode needs no change in the derive.
pub trait Mode: Copy + fmt::Debug + Send + Sync + 'static {
    /// Whether a row of the source may be missing.
    const OUTER: bool;
    /// A column whose field has type `T`.
    type Column<T: SqlType>: Copy + fmt::Debug + Send + Sync;
    /// The column of the field number `I` of a derived struct: [`Self::Column`] of its type.
    type Field<M: Field<I>, const I: usize>: Copy + fmt::Debug + Send + Sync;
    /// The columns of the flattened field number `I` of a derived struct.
    type Flattened<M: FlattenedField<I>, const I: usize>: Copy + fmt::Debug + Send + Sync + Selection;
    /// A row of the source.
    type Row<R: FromRow>: FromRow;

    /// Makes the column at `index` of its model.
    fn column<T: SqlType>(origin: Origin, index: u16, name: &'static str) -> Self::Column<T>;

    /// Returns the column's node.
    #[doc(hidden)]
    fn node<T: SqlType>(column: Self::Column<T>) -> Node;

    /// Makes the column of a field, at `index` of its model.
    #[doc(hidden)]
    fn field<M: Field<I>, const I: usize>(origin: Origin, index: u16, name: &'static str) -> Self::Field<M, I>;

    /// Makes the columns of a flattened field; `origin` starts at the first of them.
    #[doc(hidden)]
    fn flattened<M: FlattenedField<I>, const I: usize>(origin: Origin) -> Self::Flattened<M, I>;

    /// Returns the node of a field's column.
    #[doc(hidden)]
    fn field_node<M: Field<I>, const I: usize>(column: Self::Field<M, I>) -> Node;
}

/// The mode of a source that always has a row.
#[derive(Debug, Clone, Copy)]
pub struct Present;

/// The mode of a source on the outer side of a join.
#[derive(Debug, Clone, Copy)]
pub struct Joined;

impl Mode for Present {
    const OUTER: bool = false;
    type Column<T: SqlType> = Column<T>;
    type Field<M: Field<I>, const I: usize> = Column<M::Type, M::Writer>;
    type Flattened<M: FlattenedField<I>, const I: usize> = <M::Type as Flatten>::Columns<Self>;
    type Row<R: FromRow> = R;

    fn column<T: SqlType>(origin: Origin, index: u16, name: &'static str) -> Column<T> {
        column(origin, index, name)
    }

    fn node<T: SqlType>(column: Column<T>) -> Node {
        column.node()
    }

    fn field<M: Field<I>, const I: usize>(origin: Origin, index: u16, name: &'static str) -> Self::Field<M, I> {
        column(origin, index, name)
    }

    fn flattened<M: FlattenedField<I>, const I: usize>(origin: Origin) -> Self::Flattened<M, I> {
        <M::Type as Flatten>::columns(origin)
    }

    fn field_node<M: Field<I>, const I: usize>(column: Self::Field<M, I>) -> Node {
        column.node()
    }
}

impl Mode for Joined {
    const OUTER: bool = true;
    type Column<T: SqlType> = Column<T::Nullable>;
    type Field<M: Field<I>, const I: usize> = Column<<M::Type as SqlType>::Nullable, M::Writer>;
    type Flattened<M: FlattenedField<I>, const I: usize> = <M::Type as Flatten>::Columns<Self>;
    type Row<R: FromRow> = Option<R>;

    fn column<T: SqlType>(origin: Origin, index: u16, name: &'static str) -> Column<T::Nullable> {
        column(origin, index, name)
    }

    fn node<T: SqlType>(column: Column<T::Nullable>) -> Node {
        column.node()
    }

    fn field<M: Field<I>, const I: usize>(origin: Origin, index: u16, name: &'static str) -> Self::Field<M, I> {
        column(origin, index, name)
    }

    fn flattened<M: FlattenedField<I>, const I: usize>(origin: Origin) -> Self::Flattened<M, I> {
        <M::Type as Flatten>::columns(origin)
    }

    fn field_node<M: Field<I>, const I: usize>(column: Self::Field<M, I>) -> Node {
        column.node()
    }
}

/// A struct whose columns are part of the tables of other models. Derive it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be flattened into a model",
    label = "expected a struct with `#[derive(Flatten)]`",
    note = "add `#[derive(Flatten)]` to the struct, or store it in one column with `#[orm(json)]`"
)]
pub trait Flatten: FromRow {
    /// The columns, for closures.
    type Columns<N: Mode>: Copy + fmt::Debug + Send + Sync + Selection<Output = N::Row<Self>>;
    /// The part of a row to insert.
    type New;

    /// The columns.
    const COLUMNS: &'static [ColumnDef];
    /// How many of the columns an insert may name.
    const INSERTABLE: usize;

    /// Makes the columns; `origin` starts at the first of them.
    #[doc(hidden)]
    fn columns<N: Mode>(origin: Origin) -> Self::Columns<N>;

    /// Hands the values to an insert; `first` is the place of the first.
    #[doc(hidden)]
    fn insert<S: InsertSink>(new: Self::New, first: usize, sink: &mut S);
}

/// The flattened field number `I` of a derived struct: only one generated implementation names its type, so that a type
/// without columns is one message, at the field.
#[doc(hidden)]
pub trait FlattenedField<const I: usize>: Sized {
    /// The type of the field.
    type Type: Flatten;
}

/// What a row to insert has for a flattened field.
#[doc(hidden)]
pub trait NewFlattened<const I: usize> {
    /// The part of the row.
    type New;
}

impl<M: FlattenedField<I>, const I: usize> NewFlattened<I> for M {
    type New = <M::Type as Flatten>::New;
}
