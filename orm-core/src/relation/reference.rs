//! What foreign keys refer to where it is not the key: unique columns.

use std::{fmt, marker::PhantomData};

use crate::{model::Model, value::Bind};

/// The columns of `P` that a foreign key refers to, and how their values are read from a row.
#[doc(hidden)]
pub struct ReferencedColumns<P: 'static> {
    /// The columns.
    pub columns: &'static [&'static str],
    /// The value of each; nothing of NULL.
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
    pub(super) fn of(&self, row: &P) -> Option<Vec<Bind>> {
        self.values.iter().map(|it| it(row)).collect()
    }
}

/// The field of a model whose name has the number `FIELD`, where a unique constraint or the key has it.
#[doc(hidden)]
pub trait UniqueField<const FIELD: u64>: Model {
    /// Its column.
    const COLUMN: &'static str;

    /// Its value; nothing of NULL.
    fn value(&self) -> Option<Bind>;
}

/// That field, where there is one.
#[doc(hidden)]
#[derive(Debug)]
pub struct ProbeUnique<P, const FIELD: u64>(PhantomData<fn() -> P>);

impl<P: UniqueField<FIELD>, const FIELD: u64> ProbeUnique<P, FIELD> {
    /// Its column.
    pub const COLUMN: &'static str = P::COLUMN;
    /// How its value is read.
    pub const VALUE: ReadValue<P> = P::value;
}

/// What [`ProbeUnique`] says of other names, which is a mistake with a message of its own.
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
