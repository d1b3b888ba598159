//! Rows: how an executor shows one, and how a type is read from it by position.

use postgres_types::Type;

use crate::{
    error::{Error, ErrorKind, Result},
    value::{CodecError, Scalar, type_name},
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

/// Where an executor puts the rows of a statement, one by one, so that each is decoded while it is at hand.
pub trait RowSink: Send {
    /// Takes the next row.
    ///
    /// # Errors
    /// When the row cannot be decoded; the executor then gives up the statement with that error.
    fn row(&mut self, row: &dyn Row) -> Result<()>;

    /// Forgets all rows: the executor runs the statement again from the start.
    fn restart(&mut self);
}

/// A type that a row of a result can be read into.
///
/// Scalars, options and tuples of such types are; `#[derive(Model)]` and `#[derive(FromRow)]` write it for structs.
#[diagnostic::on_unimplemented(
    message = "rows cannot be read into `{Self}`",
    note = "use a scalar, a tuple, a model, or a struct with `#[derive(FromRow)]`"
)]
pub trait FromRow: Sized + Send + 'static {
    /// Says which columns of the result it reads, in the order in which [`from_row`](Self::from_row) reads them.
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
    positions: Vec<usize>,
}

impl std::fmt::Debug for Layout<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layout").field("by_name", &self.by_name).field("positions", &self.positions).finish()
    }
}

impl<'a> Layout<'a> {
    fn new(row: &'a dyn Row, by_name: bool) -> Self {
        Self { row, by_name, next: 0, positions: Vec::with_capacity(row.width()) }
    }

    /// Takes the next column for a field: by its name where a struct is read from raw SQL, by position otherwise.
    ///
    /// # Errors
    /// When there is no such column, two of them, or one that does not hold a `T`.
    pub fn field<T: Scalar>(&mut self, owner: &'static str, name: &'static str) -> Result<()> {
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
            let text = format!("the result has two columns `{name}`; name one of them otherwise with AS");
            return Err(Error::new(ErrorKind::Decode, text));
        }
        self.check::<T>(index)?;
        self.positions.push(index);
        Ok(())
    }

    /// Takes the next column.
    ///
    /// # Errors
    /// When there is none, or it does not hold a `T`.
    pub fn scalar<T: Scalar>(&mut self) -> Result<()> {
        self.by_name = false;
        self.check::<T>(self.next)?;
        self.positions.push(self.next);
        self.next += 1;
        Ok(())
    }

    /// Takes the next column, of any type: a marker that only says whether it is NULL. Raw SQL selects none, and its
    /// rows are always there.
    ///
    /// # Errors
    /// When there is none.
    pub fn marker(&mut self) -> Result<()> {
        if self.by_name {
            self.positions.push(NO_MARKER);
            return Ok(());
        }
        if self.next >= self.row.width() {
            return Err(too_few(self.row.width()));
        }
        self.positions.push(self.next);
        self.next += 1;
        Ok(())
    }

    /// Reads what follows by position: the parts of a tuple.
    pub fn by_position(&mut self) {
        self.by_name = false;
    }

    /// Whether fields are found by their names.
    #[must_use]
    pub fn is_by_name(&self) -> bool {
        self.by_name
    }

    fn check<T: Scalar>(&self, index: usize) -> Result<()> {
        let ty = self.row.ty(index).ok_or_else(|| too_few(self.row.width()))?;
        if T::accepts(ty) {
            return Ok(());
        }
        let (rust, name) = (type_name::<T>(), self.row.name(index).unwrap_or("?"));
        Err(Error::new(ErrorKind::Decode, format!("column `{name}` is of type {ty}, which `{rust}` cannot hold")))
    }
}

fn too_few(width: usize) -> Error {
    Error::new(ErrorKind::Decode, format!("the result has only {width} columns, too few for the type to read"))
}

/// The position of a marker that is not there.
const NO_MARKER: usize = usize::MAX;

/// Reads the values of one row, in the order of its layout.
pub struct Cursor<'a> {
    row: &'a dyn Row,
    positions: &'a [usize],
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
    /// When the bytes are no such value.
    pub fn nullable<T: Scalar>(&mut self) -> Result<Option<T>> {
        let index = self.position(0)?;
        self.next += 1;
        let Some(raw) = self.raw(index)? else { return Ok(None) };
        // The layout has checked the type, so it is there.
        let ty = self.row.ty(index).unwrap_or(&Type::UNKNOWN);
        match T::decode(ty, raw) {
            Ok(value) => Ok(Some(value)),
            Err(cause) => Err(self.failed::<T>(index, cause)),
        }
    }

    /// Reads the next value.
    ///
    /// # Errors
    /// When it is NULL, or the bytes are no such value.
    pub fn value<T: Scalar>(&mut self) -> Result<T> {
        match self.nullable()? {
            Some(value) => Ok(value),
            None => {
                let index = self.position(0).map_or(self.next, |_| self.next).saturating_sub(1);
                let name = self.positions.get(index).and_then(|&it| self.row.name(it)).unwrap_or("?");
                let rust = type_name::<T>();
                let text = format!("column `{name}` is NULL, which `{rust}` cannot hold: read it into an `Option`");
                Err(Error::new(ErrorKind::Decode, text))
            }
        }
    }

    /// Whether the value `ahead` places after the next one is NULL.
    ///
    /// # Errors
    /// When the row ends before it.
    pub fn is_null(&self, ahead: usize) -> Result<bool> {
        let index = self.position(ahead)?;
        Ok(index != NO_MARKER && self.raw(index)?.is_none())
    }

    /// Passes over `count` values.
    pub fn skip(&mut self, count: usize) {
        self.next += count;
    }

    fn position(&self, ahead: usize) -> Result<usize> {
        self.positions.get(self.next + ahead).copied().ok_or_else(|| too_few(self.row.width()))
    }

    fn raw(&self, index: usize) -> Result<Option<&'a [u8]>> {
        let row = self.row;
        row.raw(index).map_err(|cause| Error::new(ErrorKind::Decode, "the row is broken").with_source(cause))
    }

    #[cold]
    fn failed<T>(&self, index: usize, cause: CodecError) -> Error {
        let name = self.row.name(index).unwrap_or("?");
        let text = format!("column `{name}` cannot be read into `{}`", type_name::<T>());
        Error::new(ErrorKind::Decode, text).with_source(cause)
    }
}

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
        impl<$($part: FromRow),+> FromRow for ($($part,)+) {
            fn layout(layout: &mut Layout<'_>) -> Result<()> {
                layout.by_position();
                $($part::layout(layout)?;)+
                Ok(())
            }

            fn from_row(row: &mut Cursor<'_>) -> Result<Self> {
                Ok(($($part::from_row(row)?,)+))
            }

            /// Missing when each part is: a tuple has no column of its own that could say so.
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

/// How the columns of a result are matched with the fields of a struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// By position: statements by the builder, whose select list follows the type.
    Position,
    /// By name: raw SQL.
    Name,
}

/// Decodes the rows of one result into values, one at a time.
#[derive(Debug)]
pub struct Decoder<T> {
    matching: Matching,
    positions: Option<Vec<usize>>,
    _type: std::marker::PhantomData<fn() -> T>,
}

impl<T: FromRow> Decoder<T> {
    /// A decoder that has not seen its result yet.
    #[must_use]
    pub fn new(matching: Matching) -> Self {
        Self { matching, positions: None, _type: std::marker::PhantomData }
    }

    /// Reads one row; the first one also finds the columns and checks their types.
    ///
    /// # Errors
    /// When the result does not fit the type, or a value cannot be decoded.
    pub fn decode(&mut self, row: &dyn Row) -> Result<T> {
        let positions = match &mut self.positions {
            Some(positions) => positions,
            none => {
                let mut layout = Layout::new(row, self.matching == Matching::Name);
                T::layout(&mut layout)?;
                if layout.next < row.width() && !matches!(self.matching, Matching::Name if layout.by_name) {
                    let (read, width) = (layout.next, row.width());
                    let text = format!("the result has {width} columns, of which the type reads only {read}");
                    return Err(Error::new(ErrorKind::Decode, text));
                }
                none.insert(layout.positions)
            }
        };
        T::from_row(&mut Cursor { row, positions, next: 0 })
    }
}

/// Gathers decoded rows: what the verbs hand to an executor.
#[derive(Debug)]
pub(crate) struct Collect<T> {
    decoder: Decoder<T>,
    rows: Vec<T>,
}

impl<T: FromRow> Collect<T> {
    pub(crate) fn new(matching: Matching) -> Self {
        Self { decoder: Decoder::new(matching), rows: Vec::new() }
    }

    pub(crate) fn into_rows(self) -> Vec<T> {
        self.rows
    }
}

impl<T: FromRow> RowSink for Collect<T> {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        self.rows.push(self.decoder.decode(row)?);
        Ok(())
    }

    fn restart(&mut self) {
        self.rows.clear();
        self.decoder.positions = None;
    }
}
