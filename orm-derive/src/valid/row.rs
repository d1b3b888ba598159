//! Structs that are read from raw SQL, inserted, or written by an update.

use quote::ToTokens;
use syn::{DeriveInput, Fields, Index, Member, spanned::Spanned};

use super::shape::{refuse_lifetimes, require_column, require_model, require_named_fields};
use crate::{
    ast::{self, Changes, ChangesField, FromRow, Insert, InsertField, RowField, RowSource, Stub},
    attr::{RowFieldInput, RowInput},
    ctxt::Ctxt,
    name::Rename,
};

/// Checks a struct with `#[derive(FromRow)]`.
pub(crate) fn from_row(ctxt: &mut Ctxt, input: &DeriveInput, read: RowInput) -> Result<FromRow, Stub> {
    check_from_row(ctxt, input, read).ok_or(Stub::Empty)
}

fn check_from_row(ctxt: &mut Ctxt, input: &DeriveInput, read: RowInput) -> Option<FromRow> {
    refuse_lifetimes(ctxt, input)?;
    let by_position = match ast::shape(input) {
        Ok(Fields::Named(_)) => Ok(false),
        Ok(Fields::Unnamed(_)) => Ok(true),
        Ok(Fields::Unit) => Err("a struct without fields"),
        Err(found) => Err(found),
    };
    if let Err(found) = by_position {
        ctxt.error(input.ident.span(), format!("`FromRow` needs a struct with fields, and this is {found}"));
    }
    let by_position = by_position.ok()?;
    let mut fields = Vec::new();
    for (field, index) in read.fields.into_iter().zip(0..) {
        refuse_flatten(ctxt, &field);
        fields.push(row_field(ctxt, field, index, read.rename_all));
    }
    let is_column = fields.iter().any(|it| !matches!(it.source, RowSource::Default));
    require_column(ctxt, input, "FromRow", is_column)?;
    let (ident, generics) = (input.ident.clone(), input.generics.clone());
    Some(FromRow { ident, generics, krate: read.krate, by_position, fields })
}

fn row_field(ctxt: &mut Ctxt, field: RowFieldInput, index: u32, rename: Rename) -> RowField {
    let RowFieldInput { ident, ty, column, json, skip, .. } = field;
    let source = match (&ident, column) {
        _ if skip.is_some() => RowSource::Default,
        (None, Some(column)) => {
            let message = "the fields of a tuple struct are read by position, not by name: remove `column`";
            ctxt.error(column.span, message);
            RowSource::Next
        }
        (Some(_), Some(column)) => RowSource::Column(column.value),
        (Some(ident), None) => RowSource::Column(rename.column(ident)),
        (None, None) => RowSource::Next,
    };
    let member = match ident {
        Some(ident) => Member::Named(ident),
        None => Member::Unnamed(Index { index, span: ty.span() }),
    };
    RowField { member, ty, source, json: json.is_some() }
}

/// Checks a struct with `#[derive(Insert)]`.
pub(crate) fn insert(ctxt: &mut Ctxt, input: &DeriveInput, read: RowInput) -> Result<Insert, Stub> {
    check_insert(ctxt, input, read).ok_or(Stub::Empty)
}

fn check_insert(ctxt: &mut Ctxt, input: &DeriveInput, read: RowInput) -> Option<Insert> {
    require_named_fields(ctxt, input, "Insert")?;
    let model = require_model(ctxt, input, "Insert", read.of)?;
    let fields = read.fields.into_iter().filter(|it| it.skip.is_none()).filter_map(|it| {
        let (json, flatten) = (it.json.is_some(), it.flatten.is_some());
        Some(InsertField { ident: it.ident?, ty: it.ty, json, flatten })
    });
    let (ident, generics) = (input.ident.clone(), input.generics.clone());
    Some(Insert { ident, generics, krate: read.krate, model, fields: fields.collect() })
}

/// Checks a struct with `#[derive(Changes)]`.
pub(crate) fn changes(ctxt: &mut Ctxt, input: &DeriveInput, read: RowInput) -> Result<Changes, Stub> {
    check_changes(ctxt, input, read).ok_or(Stub::Empty)
}

fn check_changes(ctxt: &mut Ctxt, input: &DeriveInput, read: RowInput) -> Option<Changes> {
    require_named_fields(ctxt, input, "Changes")?;
    let model = require_model(ctxt, input, "Changes", read.of)?;
    let mut fields = Vec::new();
    for field in read.fields {
        refuse_flatten(ctxt, &field);
        let RowFieldInput { ident: Some(ident), ty, json, skip: None, .. } = field else { continue };
        let Some(inner) = ast::inner(&ty) else {
            let message = format!(
                "a field of `Changes` is an `Option`, where `None` leaves the column unchanged: write `Option<{}>`",
                ty.to_token_stream().to_string().replace(' ', "")
            );
            ctxt.error(ty.span(), message);
            continue;
        };
        fields.push(ChangesField { ident, inner: inner.clone(), json: json.is_some() });
    }
    let (ident, generics) = (input.ident.clone(), input.generics.clone());
    Some(Changes { ident, generics, krate: read.krate, model, fields })
}

/// Refuses `flatten` on a field of `FromRow` or `Changes`.
fn refuse_flatten(ctxt: &mut Ctxt, field: &RowFieldInput) {
    if let Some(flatten) = &field.flatten {
        ctxt.error(flatten.span, "`flatten` is for the fields of models and of structs with `#[derive(Insert)]`");
    }
}
