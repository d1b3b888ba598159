//! Foreign keys.

use proc_macro2::Span;
use syn::{Ident, Path};

use super::constraint::{ConstraintColumn, FieldPath};
use crate::ctxt::Located;

/// A foreign key of a model.
pub(crate) struct ForeignKey {
    /// Where it was declared.
    pub(crate) span: Span,
    /// The fields that refer.
    pub(crate) fields: Vec<Ident>,
    /// Their columns.
    pub(crate) columns: Vec<ConstraintColumn>,
    /// Whether one of them may be NULL.
    pub(crate) optional: bool,
    pub(crate) reference: Reference,
}

/// What a foreign key refers to, and how.
#[derive(Clone)]
pub(crate) struct Reference {
    pub(crate) target: Path,
    /// The fields of the target that it refers to; the target's primary key if empty.
    pub(crate) columns: Vec<Ident>,
    pub(crate) on_delete: Option<Located<OnDelete>>,
    pub(crate) name: Option<Located<String>>,
    /// The name of the relation's function, unless the model declares `relation = none`.
    pub(crate) relation: Option<Ident>,
}

/// What deleting a referenced row does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum OnDelete {
    #[default]
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

impl OnDelete {
    /// The actions by the names that attributes use.
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("cascade", Self::Cascade),
        ("restrict", Self::Restrict),
        ("set_null", Self::SetNull),
        ("set_default", Self::SetDefault),
        ("no_action", Self::NoAction),
    ];
}

/// A foreign key of several fields, as the struct declares it.
pub(crate) struct StructReference {
    pub(crate) span: Span,
    pub(crate) fields: Vec<FieldPath>,
    pub(crate) reference: Reference,
}
