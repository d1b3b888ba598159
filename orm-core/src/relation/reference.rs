//! Foreign keys that refer to unique columns instead of the primary key.

use std::{fmt, marker::PhantomData};

use crate::{model::Model, value::Bind};

/// The columns of `P` that a foreign key refers to, and how their values are read from a row.
#[doc(hidden)]
pub struct ReferencedColumns<P: 'static> {
    /// The columns.
    pub columns: &'static [&'static str],
    /// Reads the value of each; `None` for NULL.
    pub values: &'static [ReadValue<P>],
}

/// Reads the value of a column from a row.
#[doc(hidden)]
pub type ReadValue<P> = fn(&P) -> Option<Bind>;

impl<P> Clone for ReferencedColumns<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for ReferencedColumns<P> {}

impl<P> fmt::Debug for ReferencedColumns<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReferencedColumns").field(&self.columns).finish()
    }
}

impl<P> ReferencedColumns<P> {
    /// Returns the values of a row; `None` if one is NULL.
    pub(super) fn of(&self, row: &P) -> Option<Vec<Bind>> {
        self.values.iter().map(|it| it(row)).collect()
    }
}

/// The field whose name has the number `FIELD`, for fields that a unique constraint or the primary key covers.
#[doc(hidden)]
pub trait UniqueField<const FIELD: u64>: Model {
    /// Its column.
    const COLUMN: &'static str;

    /// Returns its value; `None` for NULL.
    fn value(&self) -> Option<Bind>;
}

/// Finds that field, if there is one.
#[doc(hidden)]
#[derive(Debug)]
pub struct ProbeUnique<P, const FIELD: u64>(PhantomData<fn() -> P>);

impl<P: UniqueField<FIELD>, const FIELD: u64> ProbeUnique<P, FIELD> {
    /// Its column.
    pub const COLUMN: &'static str = P::COLUMN;
    /// How its value is read.
    pub const VALUE: ReadValue<P> = P::value;
}

/// What [`ProbeUnique`] finds for other names. They are a mistake that another check reports.
#[doc(hidden)]
pub trait NoUnique {
    /// The model.
    type Of: 'static;
    /// No column.
    const COLUMN: &'static str = "";
    /// No value.
    const VALUE: ReadValue<Self::Of> = |_| None;
}

impl<P: 'static, const FIELD: u64> NoUnique for ProbeUnique<P, FIELD> {
    type Of = P;
}
