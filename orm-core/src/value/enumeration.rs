//! The functions that `#[derive(PgEnum)]` uses.

use postgres_types::{Kind, Type};

use super::{CodecError, scalar::base_type};

/// Returns whether `ty` is the enum type `name`, or a domain over it.
#[doc(hidden)]
#[must_use]
pub fn accepts_enum(ty: &Type, name: &str) -> bool {
    let ty = base_type(ty);
    matches!(ty.kind(), Kind::Enum(_)) && ty.name() == name
}

/// The error of a label that the Rust enum does not have.
#[doc(hidden)]
#[must_use]
pub fn unknown_label(name: &str, raw: &[u8]) -> CodecError {
    let label = String::from_utf8_lossy(raw);
    format!("the Rust enum has no variant for the label \"{label}\" of the type {name}").into()
}
