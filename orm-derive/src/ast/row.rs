//! Structs that are rows without being models: read from raw SQL, inserted, or written by an update.

use syn::{Generics, Ident, Member, Path, Type};

/// A struct with `#[derive(FromRow)]`, its rules checked.
pub(crate) struct FromRow {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    /// Whether columns are read in their order, not by name.
    pub(crate) by_position: bool,
    pub(crate) fields: Vec<RowField>,
}

/// A field to read.
pub(crate) struct RowField {
    pub(crate) member: Member,
    pub(crate) ty: Type,
    pub(crate) source: RowSource,
    pub(crate) json: bool,
}

/// Where the value of a field comes from.
#[derive(Clone)]
pub(crate) enum RowSource {
    /// The column of this name.
    Column(String),
    /// The next column.
    Next,
    /// The columns of another struct, which the field's type knows.
    Flatten,
    /// `Default::default()`, without a column.
    Default,
    /// Nothing: the field has a mistake that has been reported.
    Invalid,
}

/// A struct with `#[derive(Insert)]`, its rules checked.
pub(crate) struct Insert {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    /// The model that it is a row of.
    pub(crate) model: Path,
    pub(crate) fields: Vec<InsertField>,
}

/// A field to insert.
pub(crate) struct InsertField {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) json: bool,
    /// Whether it holds the columns of another struct.
    pub(crate) flatten: bool,
}

/// A struct with `#[derive(Changes)]`, its rules checked.
pub(crate) struct Changes {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    /// The model that it changes.
    pub(crate) model: Path,
    pub(crate) fields: Vec<ChangesField>,
}

/// A field that sets a column.
pub(crate) struct ChangesField {
    pub(crate) ident: Ident,
    /// The type inside of the `Option`.
    pub(crate) inner: Type,
    pub(crate) json: bool,
}
