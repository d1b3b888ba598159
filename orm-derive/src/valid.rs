//! The rules across attributes: what contradicts, repeats or names nothing.
//!
//! A mistake is noted and then left out, so that the code is written as if it had not been made: uses of the struct
//! then give no messages of their own.

mod constraint;
mod field;
mod reference;
mod relation;

use quote::{format_ident, quote};
use syn::{DeriveInput, Generics, Path, ext::IdentExt, parse_quote};

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
    let owned = ast::refuse_lifetimes(ctxt, &input.generics);
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
        field::check_generic(ctxt, &mut field, &input.generics);
        if shared {
            field::check_shared(ctxt, &mut field);
        }
        fields.push(field);
    }
    field::check_together(ctxt, &fields);
    if fields.iter().all(|it| matches!(it.kind, FieldKind::Skip | FieldKind::Wrong)) {
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
    if !owned {
        return None;
    }
    let ident = input.ident.unraw();
    let insert = match attrs.insert {
        _ if view => None,
        Some(insert) => insert.value,
        None => Some(format_ident!("New{ident}")),
    };
    let mut foreign_keys = reference::all(ctxt, &mut fields, attrs.references);
    let mut relations = attrs.relations;
    let krate = krate(attrs.krate.map(|it| it.value));
    let generics = bounds(&krate, &input.generics, &fields);
    let constraints = constraint::all(
        ctxt,
        constraint::Declared {
            table: &table,
            view,
            fields: &mut fields,
            foreign_keys: &foreign_keys,
            uniques: attrs.uniques,
            indexes: attrs.indexes,
            checks: attrs.checks,
            place: input.ident.span(),
        },
    );
    relation::names(ctxt, &mut foreign_keys, &mut relations, &constraints);
    Some(Model {
        ident: input.ident.clone(),
        vis: input.vis.clone(),
        declared: input.generics.clone(),
        generics,
        krate,
        table,
        schema: attrs.schema.map(|it| it.value),
        view,
        shared,
        columns: attrs.columns.map_or_else(|| format_ident!("{ident}Columns"), |it| it.value),
        insert,
        fields,
        constraints,
        foreign_keys,
        relations,
    })
}

/// The parameters with what the columns ask of them.
fn bounds(krate: &Path, generics: &Generics, fields: &[Field]) -> Generics {
    let private = quote!(#krate::__private);
    let columns = fields.iter().filter(|it| ast::is_generic(generics, &it.ty)).filter_map(|field| {
        let ty = field.column()?.sql_type(&private, &field.ty);
        Some(parse_quote!(#ty: #private::value::SqlType))
    });
    ast::infer_bounds(generics, columns.collect())
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
    let spans = spans.chain(attrs.references.iter().map(|it| it.span));
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
