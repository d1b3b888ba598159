//! Rows: how an executor presents one, and how a type is read from it by position.

mod decoder;

use postgres_types::Type;

pub(crate) use self::decoder::RowCollector;
pub use self::decoder::{Decoder, Matching, fits};
use crate::{
    error::{Error, ErrorKind, Result},
    value::{CodecError, RawValue, Scalar, readable_as, type_name},
};

/// A row as an executor holds it, before it is decoded. An executor of your own implements this over its driver's rows.
pub trait Row {
    /// Returns how many columns the row has.
    fn width(&self) -> usize;

    /// Returns the name of a column, counted from zero.
    fn name(&self, index: usize) -> Option<&str>;

    /// Returns the type of a column, counted from zero.
    fn ty(&self, index: usize) -> Option<&Type>;

    /// Returns the binary value of a column, counted from zero; `None` is NULL.
    ///
    /// # Errors
    /// When the row has no such column.
    fn raw(&self, index: usize) -> Result<Option<&[u8]>, CodecError>;
}

/// Receives the rows of a statement from an executor, one by one, so that each is decoded while the driver holds it.
pub trait RowSink: Send {
    /// Takes the next row.
    ///
    /// # Errors
    /// When the row cannot be decoded; the executor then ends the statement with that error.
    fn row(&mut self, row: &dyn Row) -> Result<()>;

    /// Forgets all rows: the executor runs the statement again from the start.
    fn restart(&mut self);
}

/// A type that a row of a result can be read into.
///
/// Scalars, options and tuples of such types implement it; `#[derive(Model)]` and `#[derive(FromRow)]` do for structs.
#[diagnostic::on_unimplemented(
    message = "rows cannot be read into `{Self}`",
    note = "use a type that a column can hold, a tuple of those, a model, or a struct with `#[derive(FromRow)]`"
)]
pub trait FromRow: Sized + Send + 'static {
    /// Declares which columns of the result it reads, in the order in which [`from_row`](Self::from_row) reads them.
    /// Called once for a result.
    ///
    /// # Errors
    /// When the result lacks a column or has one of another type.
    fn layout(layout: &mut Layout<'_>) -> Result<()>;

    /// Reads one row.
    ///
    /// # Errors
    /// When a value cannot be decoded.
    fn from_row(row: &mut Cursor<'_>) -> Result<Self>;

    /// Reads one row of which this part may be missing: NULL, or the outer side of a join that found nothing.
    ///
    /// # Errors
    /// When a value cannot be decoded.
    fn from_row_nullable(row: &mut Cursor<'_>) -> Result<Option<Self>>;
}

/// Finds the columns of a result for a type, before its first row is read.
pub struct Layout<'a> {
    row: &'a dyn Row,
    by_name: bool,
    next: usize,
    places: Vec<ResultColumn>,
}

/// The position of a value in each row, and its type.
#[derive(Debug)]
struct ResultColumn {
    /// The column; none for a marker that the result does not have.
    index: Option<usize>,
    ty: Type,
    /// How many more parts of the same key follow.
    more: u8,
}

impl std::fmt::Debug for Layout<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layout").field("by_name", &self.by_name).field("places", &self.places).finish()
    }
}

impl<'a> Layout<'a> {
    fn new(row: &'a dyn Row, by_name: bool) -> Self {
        Self { row, by_name, next: 0, places: Vec::with_capacity(row.width()) }
    }

    /// Takes the next column for a field: by its name where a struct is read from raw SQL, by position otherwise.
    ///
    /// # Errors
    /// When there is no such column, two of them, or one that does not hold a `T`.
    pub fn field<T: Scalar>(&mut self, owner: &str, name: &str) -> Result<()> {
        if !self.by_name {
            return self.scalar::<T>();
        }
        let mut found = (0..self.row.width()).filter(|&index| self.row.name(index) == Some(name));
        let Some(index) = found.next() else {
            let columns: Vec<_> = (0..self.row.width()).filter_map(|index| self.row.name(index)).collect();
            let columns = columns.join(", ");
            let text = format!("the result has no column `{name}`, which `{owner}` needs; it has: {columns}");
            return Err(Error::new(ErrorKind::Decode, text));
        };
        if found.next().is_some() {
            let text = format!("the result has two columns `{name}`; give one of them another name with AS");
            return Err(Error::new(ErrorKind::Decode, text));
        }
        self.take::<T>(index)
    }

    /// Takes the next column.
    ///
    /// # Errors
    /// When there is none, or it does not hold a `T`.
    pub fn scalar<T: Scalar>(&mut self) -> Result<()> {
        self.by_name = false;
        self.take::<T>(self.next)?;
        self.next += 1;
        Ok(())
    }

    /// Takes the next column, of any type: a marker that is NULL if the row is missing. Raw SQL selects none, and its
    /// rows are never missing.
    ///
    /// # Errors
    /// When there is none.
    pub fn marker(&mut self) -> Result<()> {
        if self.by_name {
            self.places.push(ResultColumn { index: None, ty: Type::UNKNOWN, more: 0 });
            return Ok(());
        }
        if self.next >= self.row.width() {
            return Err(too_few(self.row.width()));
        }
        self.places.push(ResultColumn { index: Some(self.next), ty: Type::UNKNOWN, more: 0 });
        self.next += 1;
        Ok(())
    }

    /// Takes the next columns, whatever their types: the parts of a key.
    pub(crate) fn key(&mut self, parts: usize) -> Result<()> {
        for part in 1..=parts {
            self.scalar::<RawValue>()?;
            if let Some(place) = self.places.last_mut() {
                place.more = u8::try_from(parts - part).unwrap_or(u8::MAX);
            }
        }
        Ok(())
    }

    /// Reads the following columns by position: the parts of a tuple.
    pub fn by_position(&mut self) {
        self.by_name = false;
    }

    /// Returns whether fields are found by their names.
    #[must_use]
    pub fn is_by_name(&self) -> bool {
        self.by_name
    }

    fn take<T: Scalar>(&mut self, index: usize) -> Result<()> {
        let ty = self.row.ty(index).ok_or_else(|| too_few(self.row.width()))?;
        if T::accepts(ty) {
            self.places.push(ResultColumn { index: Some(index), ty: ty.clone(), more: 0 });
            return Ok(());
        }
        let (rust, name) = (type_name::<T>(), self.row.name(index).unwrap_or("?"));
        let readable_as = readable_as(ty);
        let text = format!("column `{name}` is of type {ty}, which `{rust}` cannot hold: {readable_as}");
        Err(Error::new(ErrorKind::Decode, text))
    }
}

#[cold]
fn too_few(width: usize) -> Error {
    Error::new(ErrorKind::Decode, format!("the result has only {width} columns, too few for the type to read"))
}

/// Reads the values of one row, in the order of its layout.
pub struct Cursor<'a> {
    row: &'a dyn Row,
    places: &'a [ResultColumn],
    next: usize,
}

impl std::fmt::Debug for Cursor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cursor").field("next", &self.next).finish_non_exhaustive()
    }
}

impl<'a> Cursor<'a> {
    /// Reads the next value, which may be NULL.
    ///
    /// # Errors
    /// When the bytes are not a value of that type.
    #[inline]
    pub fn nullable<T: Scalar>(&mut self) -> Result<Option<T>> {
        let (place, raw) = self.next()?;
        match raw {
            Some(raw) => T::decode_optional(&place.ty, raw).map_err(|cause| self.failed::<T>(place, cause)),
            None => Ok(None),
        }
    }

    /// Reads the next value.
    ///
    /// # Errors
    /// When it is NULL, or the bytes are not a value of that type.
    #[inline]
    pub fn value<T: Scalar>(&mut self) -> Result<T> {
        let (place, raw) = self.next()?;
        match raw {
            Some(raw) => T::decode(&place.ty, raw).map_err(|cause| self.failed::<T>(place, cause)),
            None => Err(self.null::<T>(place)),
        }
    }

    /// Returns how many parts the key that begins here has.
    pub(crate) fn parts_of_key(&self) -> Result<usize> {
        Ok(usize::from(self.place(0)?.more) + 1)
    }

    /// Returns whether the value `ahead` positions after the next one is NULL.
    ///
    /// # Errors
    /// When the row ends before it.
    pub fn is_null(&self, ahead: usize) -> Result<bool> {
        let place = self.place(ahead)?;
        Ok(place.index.is_some() && self.raw(place)?.is_none())
    }

    /// Skips `count` values.
    pub fn skip(&mut self, count: usize) {
        self.next += count;
    }

    #[inline]
    fn next(&mut self) -> Result<(&'a ResultColumn, Option<&'a [u8]>)> {
        let place = self.place(0)?;
        self.next += 1;
        Ok((place, self.raw(place)?))
    }

    #[inline]
    fn place(&self, ahead: usize) -> Result<&'a ResultColumn> {
        self.places.get(self.next + ahead).ok_or_else(|| too_few(self.row.width()))
    }

    #[inline]
    fn raw(&self, place: &ResultColumn) -> Result<Option<&'a [u8]>> {
        let (row, Some(index)) = (self.row, place.index) else { return Ok(None) };
        row.raw(index).map_err(broken)
    }

    fn name(&self, place: &ResultColumn) -> &'a str {
        let row = self.row;
        place.index.and_then(|it| row.name(it)).unwrap_or("?")
    }

    #[cold]
    fn null<T>(&self, place: &ResultColumn) -> Error {
        let (name, rust) = (self.name(place), type_name::<T>());
        let text = format!("column `{name}` is NULL, which `{rust}` cannot hold: read it into an `Option`");
        Error::new(ErrorKind::Decode, text)
    }

    #[cold]
    fn failed<T>(&self, place: &ResultColumn, cause: CodecError) -> Error {
        let name = self.name(place);
        let text = format!("column `{name}` cannot be read into `{}`", type_name::<T>());
        Error::new(ErrorKind::Decode, text).with_source(cause)
    }
}

#[cold]
fn broken(cause: CodecError) -> Error {
    Error::new(ErrorKind::Decode, "the row is broken").with_source(cause)
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> FromRow for T {
    fn layout(layout: &mut Layout<'_>) -> Result<()> {
        layout.scalar::<T>()
    }

    fn from_row(row: &mut Cursor<'_>) -> Result<Self> {
        row.value()
    }

    fn from_row_nullable(row: &mut Cursor<'_>) -> Result<Option<Self>> {
        row.nullable()
    }
}

#[diagnostic::do_not_recommend]
impl<T: FromRow> FromRow for Option<T> {
    fn layout(layout: &mut Layout<'_>) -> Result<()> {
        T::layout(layout)
    }

    fn from_row(row: &mut Cursor<'_>) -> Result<Self> {
        T::from_row_nullable(row)
    }

    fn from_row_nullable(row: &mut Cursor<'_>) -> Result<Option<Self>> {
        T::from_row_nullable(row).map(Some)
    }
}

macro_rules! tuples {
    ($($($part:ident)+;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($part: FromRow),+> FromRow for ($($part,)+) {
            fn layout(layout: &mut Layout<'_>) -> Result<()> {
                layout.by_position();
                $($part::layout(layout)?;)+
                Ok(())
            }

            fn from_row(row: &mut Cursor<'_>) -> Result<Self> {
                Ok(($($part::from_row(row)?,)+))
            }

            /// Missing when each part is: a tuple has no separate column that could show it.
            #[expect(non_snake_case, reason = "the variables are named like the types")]
            fn from_row_nullable(row: &mut Cursor<'_>) -> Result<Option<Self>> {
                $(let $part = $part::from_row_nullable(row)?;)+
                let ($(Some($part),)+) = ($($part,)+) else { return Ok(None) };
                Ok(Some(($($part,)+)))
            }
        }
    )+ };
}

tuples! {
    A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; A B C D E F G H I;
    A B C D E F G H I J; A B C D E F G H I J K; A B C D E F G H I J K L; A B C D E F G H I J K L M;
    A B C D E F G H I J K L M N; A B C D E F G H I J K L M N O; A B C D E F G H I J K L M N O P;
}
