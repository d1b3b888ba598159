//! A field of a derived struct: the type of its value, and who writes it.

use std::fmt;

use super::SqlType;

/// The field number `I` of a derived struct.
#[doc(hidden)]
pub trait Field<const I: usize>: Sized {
    /// The type of its column.
    type Type: SqlType;
    /// Who writes it.
    type Writer: Writer;
}

/// Who writes the values of a column: inserts and updates, or, for a generated column, only the server.
pub trait Writer: fmt::Debug + 'static {}

/// The values of a column that can be set: [`Column::set`](crate::expr::Column::set).
#[diagnostic::on_unimplemented(
    message = "a generated column cannot be set",
    label = "only PostgreSQL computes this column",
    note = "set the columns that it is computed from: the server then computes it again"
)]
pub trait Settable: Writer {}

/// Values that inserts and updates write: the default of a [`Column`](crate::expr::Column).
#[derive(Debug, Clone, Copy)]
pub enum Written {}

/// Values that the server computes: `#[orm(generated = "..")]`.
#[derive(Debug, Clone, Copy)]
pub enum Generated {}

impl Writer for Written {}
impl Settable for Written {}
impl Writer for Generated {}
