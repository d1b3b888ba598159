//! Decoding all rows of a result.

use super::{Cursor, FromRow, Layout, ResultColumn, Row, RowSink};
use crate::error::{Error, ErrorKind, Result};

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
    places: Option<Vec<ResultColumn>>,
    _type: std::marker::PhantomData<fn() -> T>,
}

impl<T: FromRow> Decoder<T> {
    /// A decoder that has not seen its result yet.
    #[must_use]
    pub fn new(matching: Matching) -> Self {
        Self { matching, places: None, _type: std::marker::PhantomData }
    }

    /// Reads one row; the first one also finds the columns and checks their types.
    ///
    /// # Errors
    /// When the result does not fit the type, or a value cannot be decoded.
    pub fn decode(&mut self, row: &dyn Row) -> Result<T> {
        let places = match &mut self.places {
            Some(places) => places,
            none => none.insert(places(row, self.matching, T::layout)?),
        };
        T::from_row(&mut Cursor { row, places, next: 0 })
    }
}

/// Checks that a type can be read from rows like this one, by what `read` declares.
///
/// # Errors
/// When a column is missing, has another type, or is not read.
#[doc(hidden)]
pub fn fits(row: &dyn Row, matching: Matching, read: impl FnOnce(&mut Layout<'_>) -> Result<()>) -> Result<()> {
    places(row, matching, read).map(drop)
}

/// Which columns a type reads: all of the result's, where they are read by position.
fn places(
    row: &dyn Row,
    matching: Matching,
    read: impl FnOnce(&mut Layout<'_>) -> Result<()>,
) -> Result<Vec<ResultColumn>> {
    let mut layout = Layout::new(row, matching == Matching::Name);
    read(&mut layout)?;
    if layout.next < row.width() && !matches!(matching, Matching::Name if layout.by_name) {
        let (read, width) = (layout.next, row.width());
        let text = format!("the result has {width} columns, of which the type reads only {read}");
        return Err(Error::new(ErrorKind::Decode, text));
    }
    Ok(layout.places)
}

/// Collects decoded rows: the sink that verbs pass to an executor.
#[derive(Debug)]
pub(crate) struct RowCollector<T> {
    decoder: Decoder<T>,
    rows: Vec<T>,
}

impl<T: FromRow> RowCollector<T> {
    pub(crate) fn new(matching: Matching) -> Self {
        Self { decoder: Decoder::new(matching), rows: Vec::new() }
    }

    pub(crate) fn into_rows(self) -> Vec<T> {
        self.rows
    }
}

impl<T: FromRow> RowSink for RowCollector<T> {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        self.rows.push(self.decoder.decode(row)?);
        Ok(())
    }

    fn restart(&mut self) {
        self.rows.clear();
        self.decoder.places = None;
    }
}
