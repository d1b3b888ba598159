//! Types as the server would describe them, as far as Rust knows them: enough to write a value's binary form without a
//! connection, to compare it with another or to write it as a constant. The identifiers of users' types are zero.

use postgres_types::{Field, Kind, Type};

use crate::schema::{Attribute, PgType};

/// The description of `ty`, without facts that only the server knows, such as the type under a domain.
pub(super) fn describe(ty: PgType) -> Type {
    if let Some(builtin) = Type::from_oid(ty.oid) {
        return builtin;
    }
    if ty.array {
        return array(describe(PgType { array: false, ..ty }));
    }
    let field = |it: &Attribute| Field::new(it.name.to_owned(), describe(it.ty));
    let kind = match (ty.labels, ty.attributes) {
        ([], []) => Kind::Simple,
        ([], attributes) => Kind::Composite(attributes.iter().map(field).collect()),
        (labels, _) => Kind::Enum(labels.iter().map(|it| (*it).to_owned()).collect()),
    };
    // A name given as SQL may have its schema before it.
    let name = if ty.verbatim { ty.name.rsplit('.').next().unwrap_or(ty.name) } else { ty.name };
    of_kind(name, kind)
}

/// An array over `item`.
pub(super) fn array(item: Type) -> Type {
    let name = format!("_{}", item.name());
    of_kind(&name, Kind::Array(item))
}

/// A user-defined type of this kind.
pub(super) fn of_kind(name: &str, kind: Kind) -> Type {
    Type::new(name.to_owned(), 0, kind, String::new())
}

/// The description of a composite type with these attributes.
#[doc(hidden)]
#[must_use]
pub fn composite_server_type<const N: usize>(name: &str, attributes: [(&str, Type); N]) -> Type {
    let fields = attributes.map(|(name, ty)| Field::new(name.to_owned(), ty));
    of_kind(name, Kind::Composite(fields.into()))
}
