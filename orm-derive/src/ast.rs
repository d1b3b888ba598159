//! What a derive input is, once its attributes are read.

mod generics;
mod model;
mod ty;

pub(crate) use self::{
    generics::{infer_bounds, is_generic, mentions, param, refuse_lifetimes},
    model::{
        Check, Column, Constraint, ConstraintKind, Field, FieldKind, FieldName, ForeignKey, Index, Model, Named,
        OnDelete, Reference, References, Relation, Unique,
    },
    ty::{inner, is_named, is_option, json_type},
};

use syn::{Data, DeriveInput, Fields};

use crate::ctxt::Ctxt;

/// The named fields of a struct; anything else is a mistake that says what `derive` wants.
pub(crate) fn named_fields<'a>(
    ctxt: &mut Ctxt,
    input: &'a DeriveInput,
    derive: &str,
) -> Option<impl Iterator<Item = &'a syn::Field> + use<'a>> {
    let found = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Some(fields.named.iter()),
            Fields::Unnamed(_) => "this is a tuple struct",
            Fields::Unit => "this struct has no fields",
        },
        Data::Enum(_) => "this is an enum",
        Data::Union(_) => "this is a union",
    };
    ctxt.error(input.ident.span(), format!("`{derive}` needs a struct with named fields, and {found}"));
    None
}
