//! The rules across attributes: what contradicts, repeats or names nothing.
//!
//! A mistake is noted and then left out, so that the code is written as if it had not been made: uses of the struct
//! then give no messages of their own.

mod constraint;
mod field;

use quote::format_ident;
use syn::{DeriveInput, Path, ext::IdentExt, parse_quote, spanned::Spanned};

use crate::{
    ast::{self, Field, FieldKind, Model},
    attr,
    ctxt::Ctxt,
    name::{self, Rename},
};

/// Checks a model; nothing comes back when there is too little to write code for.
pub(crate) fn model(ctxt: &mut Ctxt, input: &DeriveInput) -> Option<Model> {
    check_struct(ctxt, input, false)
}

/// Checks a struct of columns that models share.
pub(crate) fn flatten(ctxt: &mut Ctxt, input: &DeriveInput) -> Option<Model> {
    check_struct(ctxt, input, true)
}

fn check_struct(ctxt: &mut Ctxt, input: &DeriveInput, shared: bool) -> Option<Model> {
    if !input.generics.params.is_empty() {
        let message = "a model cannot be generic: its table and columns are constants. Write one struct for each table";
        ctxt.error(input.generics.span(), message);
    }
    let attrs = attr::model(ctxt, &input.attrs);
    if shared {
        check_shared(ctxt, &attrs);
    }
    let rename = attrs.rename_all.as_ref().map_or(Rename::Snake, |it| it.value);
    let view = attrs.view.is_some();
    let mut fields: Vec<Field> = Vec::new();
    for field in ast::named_fields(ctxt, input, if shared { "Flatten" } else { "Model" })? {
        let Some(ident) = field.ident.clone() else { continue };
        let kind = attr::column(ctxt, field, rename);
        let mut field = Field { ident, vis: field.vis.clone(), ty: field.ty.clone(), kind };
        field::check(ctxt, &mut field, view);
        if shared {
            field::check_shared(ctxt, &mut field);
        }
        fields.push(field);
    }
    field::check_together(ctxt, &fields);
    if fields.iter().all(|it| matches!(it.kind, FieldKind::Skip)) {
        ctxt.error(input.ident.span(), "a model needs a field that is a column");
        return None;
    }
    let table = match &attrs.table {
        Some(table) => table.value.clone(),
        None => Rename::Snake.apply(&input.ident),
    };
    if let Some(reason) = name::refuse(&table) {
        ctxt.error(input.ident.span(), format!("{reason}, with `#[orm(table = \"..\")]`"));
    }
    if let (true, Some(insert)) = (view, &attrs.insert)
        && insert.value.is_some()
    {
        ctxt.error(insert.span, "a view is read only, so it has no struct to insert: remove `insert` or `view`");
    }
    if !input.generics.params.is_empty() {
        return None;
    }
    let ident = input.ident.unraw();
    let insert = match attrs.insert {
        _ if view => None,
        Some(insert) => insert.value,
        None => Some(format_ident!("New{ident}")),
    };
    for (index, relation) in attrs.relations.iter().enumerate() {
        if attrs.relations.iter().take(index).any(|it| it.name == relation.name) {
            ctxt.error(relation.name.span(), format!("there are two relations `{}`: rename one", relation.name));
        }
    }
    let constraints = constraint::all(
        ctxt,
        constraint::Declared {
            table: &table,
            view,
            fields: &mut fields,
            uniques: attrs.uniques,
            indexes: attrs.indexes,
            checks: attrs.checks,
            place: input.ident.span(),
        },
    );
    Some(Model {
        ident: input.ident.clone(),
        vis: input.vis.clone(),
        krate: krate(attrs.krate.map(|it| it.value)),
        table,
        schema: attrs.schema.map(|it| it.value),
        view,
        shared,
        columns: attrs.columns.map_or_else(|| format_ident!("{ident}Columns"), |it| it.value),
        insert,
        fields,
        constraints,
        relations: attrs.relations,
    })
}

/// Refuses what belongs on the model that takes the columns in.
fn check_shared(ctxt: &mut Ctxt, attrs: &attr::ModelAttrs) {
    let options = [
        attrs.table.as_ref().map(|it| it.span),
        attrs.schema.as_ref().map(|it| it.span),
        attrs.view.as_ref().map(|it| it.span),
        attrs.insert.as_ref().filter(|it| it.value.is_none()).map(|it| it.span),
    ];
    let spans = options.into_iter().flatten().chain(attrs.uniques.iter().map(|it| it.span));
    let spans = spans.chain(attrs.indexes.iter().map(|it| it.span)).chain(attrs.checks.iter().map(|it| it.span));
    for span in spans.chain(attrs.relations.iter().map(|it| it.name.span())) {
        ctxt.error(span, "this belongs on the models that take these columns in");
    }
}

/// The path of `orm_pg`.
pub(crate) fn krate(given: Option<Path>) -> Path {
    given.unwrap_or_else(|| parse_quote!(::orm_pg))
}

#[cfg(test)]
mod tests;
