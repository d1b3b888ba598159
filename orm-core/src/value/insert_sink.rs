//! Where the values of a row to insert go.

use super::SqlType;

/// Takes the values of a row to insert, column by column.
#[doc(hidden)]
pub trait InsertSink {
    /// Takes the value of the column at place `index` of the insert.
    fn value<T: SqlType>(&mut self, index: usize, column: &'static str, value: T);

    /// Leaves the column to its default. `T` is the type that its value would have.
    fn default<T: SqlType>(&mut self, index: usize, column: &'static str);
}
