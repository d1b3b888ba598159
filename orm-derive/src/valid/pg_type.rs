//! Enums and structs that are types of PostgreSQL.

use syn::{Data, DeriveInput, Fields};

use super::shape::{refuse_lifetimes, refuse_parameters};
use crate::{
    ast::{self, CompositeAttribute, PgComposite, PgEnum, Scalar, Stub},
    attr::{AttributeInput, CompositeInput, EnumInput, ScalarOptions, VariantInput},
    ctxt::Ctxt,
    name,
};

/// Checks an enum with `#[derive(PgEnum)]`.
pub(crate) fn pg_enum(ctxt: &mut Ctxt, input: &DeriveInput, read: EnumInput) -> Result<PgEnum, Stub> {
    check_enum(ctxt, input, read).ok_or(Stub::Empty)
}

fn check_enum(ctxt: &mut Ctxt, input: &DeriveInput, read: EnumInput) -> Option<PgEnum> {
    let EnumInput { krate, name, schema, variants: written } = read;
    if !matches!(input.data, Data::Enum(_)) {
        let message =
            "`PgEnum` needs an enum; use `#[derive(Scalar)]` for a newtype, `#[orm(json)]` for any serde type";
        ctxt.error(input.ident.span(), message);
        return None;
    }
    if written.is_empty() {
        ctxt.error(input.ident.span(), "`PgEnum` needs an enum with variants: each is a label of the type");
        return None;
    }
    refuse_parameters(ctxt, input, "a PostgreSQL enum type")?;
    let labels: Vec<String> = written.iter().map(|it| it.label.value.clone()).collect();
    let (mut variants, mut renamed) = (Vec::new(), Vec::new());
    for VariantInput { ident, label, renamed_from, fields } in written {
        match renamed_from {
            Some(before) if labels.contains(&before.value) => {
                let message =
                    format!("the type has the label \"{}\" now: write a label that it had before", before.value);
                ctxt.error(before.span, message);
            }
            Some(before) => renamed.push((before.value, label.value.clone())),
            None => {}
        }
        if let Some(span) = fields {
            let message = "a label of a PostgreSQL enum has no fields: to store this enum use `#[orm(json)]`";
            ctxt.error(span, message);
        }
        if let Some(message) = name::mistake(&label.value) {
            ctxt.error(label.span, message);
        }
        match variants.iter().find(|(_, it)| *it == label.value) {
            Some((first, _)) => ctxt.error(label.span, format!("`{first}` already has the label \"{}\"", label.value)),
            None if fields.is_none() => variants.push((ident, label.value)),
            None => {}
        }
    }
    Some(PgEnum { ident: input.ident.clone(), krate, name, schema, variants, renamed })
}

/// Checks a struct with `#[derive(PgComposite)]`.
pub(crate) fn pg_composite(ctxt: &mut Ctxt, input: &DeriveInput, read: CompositeInput) -> Result<PgComposite, Stub> {
    check_composite(ctxt, input, read).ok_or(Stub::Empty)
}

fn check_composite(ctxt: &mut Ctxt, input: &DeriveInput, read: CompositeInput) -> Option<PgComposite> {
    let CompositeInput { krate, name, schema, attributes: written } = read;
    let refused = match ast::shape(input) {
        Ok(Fields::Named(fields)) if !fields.named.is_empty() => None,
        Ok(_) => Some(
            "`PgComposite` needs a struct with named fields: each is an attribute of the type; use `#[derive(Scalar)]` \
             for a newtype",
        ),
        Err(_) => Some("`PgComposite` needs a struct; use `#[derive(PgEnum)]` for an enum"),
    };
    if let Some(message) = refused {
        ctxt.error(input.ident.span(), message);
        return None;
    }
    refuse_parameters(ctxt, input, "a PostgreSQL composite type")?;
    let mut attributes: Vec<CompositeAttribute> = Vec::new();
    for AttributeInput { ident, vis, ty, name, sql_type } in written {
        if let Some(message) = name::mistake(&name.value) {
            ctxt.error(name.span, message);
        }
        if let Some(first) = attributes.iter().find(|it| it.name == name.value) {
            let (first, attribute) = (&first.ident, &name.value);
            ctxt.error(name.span, format!("the field `{first}` already has the attribute \"{attribute}\""));
        }
        attributes.push(CompositeAttribute { ident, vis, ty, name: name.value, sql_type });
    }
    let (ident, vis) = (input.ident.clone(), input.vis.clone());
    Some(PgComposite { ident, vis, krate, name, schema, attributes })
}

/// Checks a newtype with `#[derive(Scalar)]`.
pub(crate) fn scalar(ctxt: &mut Ctxt, input: &DeriveInput, read: ScalarOptions) -> Result<Scalar, Stub> {
    check_scalar(ctxt, input, read).ok_or(Stub::Empty)
}

fn check_scalar(ctxt: &mut Ctxt, input: &DeriveInput, read: ScalarOptions) -> Option<Scalar> {
    refuse_lifetimes(ctxt, input)?;
    let found = match ast::shape(input) {
        Ok(fields) => match (fields.members().next(), fields.iter().next(), fields.len()) {
            (Some(member), Some(field), 1) => {
                let ScalarOptions { krate, sql_type } = read;
                let (ident, generics, ty) = (input.ident.clone(), input.generics.clone(), field.ty.clone());
                return Some(Scalar { ident, generics, krate, member, ty, sql_type });
            }
            (.., count) => {
                format!("a struct with {count} fields; `#[orm(json)]` on a field of a model stores any serde type")
            }
        },
        Err(found) => format!("{found}; use `#[derive(PgEnum)]` for enums"),
    };
    ctxt.error(input.ident.span(), format!("`Scalar` needs a struct with one field, and this is {found}"));
    None
}
