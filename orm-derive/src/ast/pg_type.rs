//! Structs and enums that are types of PostgreSQL.

use syn::{Generics, Ident, Member, Path, Type, Visibility};

/// An enum with `#[derive(PgEnum)]`, its rules checked.
pub(crate) struct PgEnum {
    pub(crate) ident: Ident,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) name: String,
    pub(crate) schema: Option<String>,
    /// The variants with their labels.
    pub(crate) variants: Vec<(Ident, String)>,
    /// The labels that had another name before: that name, and the label.
    pub(crate) renamed: Vec<(String, String)>,
}

/// A struct with `#[derive(PgComposite)]`, its rules checked.
pub(crate) struct PgComposite {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) name: String,
    pub(crate) schema: Option<String>,
    pub(crate) attributes: Vec<CompositeAttribute>,
}

/// A field as an attribute of the composite type.
pub(crate) struct CompositeAttribute {
    /// Its SQL type, if it differs from that of the Rust type.
    pub(crate) sql_type: Option<String>,
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    pub(crate) name: String,
}

/// A struct with `#[derive(Scalar)]`, its rules checked.
pub(crate) struct Scalar {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    /// The only field.
    pub(crate) member: Member,
    pub(crate) ty: Type,
    /// The type in the database, where it is not that of the field.
    pub(crate) sql_type: Option<String>,
}
