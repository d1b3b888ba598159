//! Foreign keys.

use proc_macro2::Span;
use syn::{Ident, Path};

use super::constraint::{ConstraintColumn, Deferrable, FieldPath};
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
    /// Whether the struct declares it, and not a field.
    pub(crate) of_struct: bool,
    pub(crate) reference: Reference,
}

/// What a foreign key refers to, and how.
#[derive(Clone)]
pub(crate) struct Reference {
    pub(crate) target: Path,
    /// The fields of the target that it refers to; the target's primary key if empty.
    pub(crate) columns: Vec<Ident>,
    pub(crate) on_delete: Option<Located<Action>>,
    /// The fields that `set_null` or `set_default` sets after a delete; all if empty.
    pub(crate) set_columns: Vec<Ident>,
    pub(crate) on_update: Option<Located<Action>>,
    pub(crate) match_full: bool,
    /// Whether older rows may break it.
    pub(crate) not_valid: bool,
    pub(crate) deferrable: Option<Located<Deferrable>>,
    pub(crate) name: Option<Located<String>>,
    /// The name of its Rust constant, if that is not made of its name.
    pub(crate) constant: Option<Ident>,
    /// The name of the relation's function, unless the model declares `relation = none`.
    pub(crate) relation: Option<Ident>,
}

impl Reference {
    /// What a foreign key refers to, if it says nothing more.
    pub(crate) fn new(target: Path, relation: Option<Ident>) -> Self {
        Self {
            target,
            columns: Vec::new(),
            on_delete: None,
            set_columns: Vec::new(),
            on_update: None,
            match_full: false,
            not_valid: false,
            deferrable: None,
            name: None,
            constant: None,
            relation,
        }
    }

    /// The actions, with the options that they were given by.
    pub(crate) fn actions(&self) -> impl Iterator<Item = (&'static str, &Located<Action>)> {
        let actions = [("on_delete", &self.on_delete), ("on_update", &self.on_update)];
        actions.into_iter().filter_map(|(option, action)| Some((option, action.as_ref()?)))
    }
}

/// What deleting a referenced row does, or updating its key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Action {
    #[default]
    /// `NO ACTION`.
    Nothing,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

impl Action {
    /// The actions by the names that attributes use.
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("cascade", Self::Cascade),
        ("restrict", Self::Restrict),
        ("set_null", Self::SetNull),
        ("set_default", Self::SetDefault),
        ("no_action", Self::Nothing),
    ];
}

/// A foreign key of several fields, as the struct declares it.
pub(crate) struct StructReference {
    pub(crate) span: Span,
    pub(crate) fields: Vec<FieldPath>,
    pub(crate) reference: Reference,
}
