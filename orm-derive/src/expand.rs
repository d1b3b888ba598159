//! Writes the code. Each file writes one kind of item; this one puts them together.
//!
//! Generated code names absolute paths only, so that nothing in the user's scope can change its meaning, and stands in
//! `const _` but for what users name.

mod changes;
mod columns;
mod constraint;
mod flatten;
mod from_row;
mod insert;
mod new_row;
mod pg_enum;
mod row;
mod scalar;
mod table;

pub(crate) use self::{
    changes::changes, flatten::flatten, from_row::from_row, insert::insert, pg_enum::pg_enum, scalar::scalar,
};

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::{DeriveInput, Ident, Path, Type, ext::IdentExt};

use crate::{
    ast::{self, Column, Field, Model},
    ctxt::Ctxt,
    fallback, valid,
};

/// `#[derive(Model)]`.
pub(crate) fn model(input: &DeriveInput) -> TokenStream {
    let mut ctxt = Ctxt::default();
    match valid::model(&mut ctxt, input) {
        Some(model) => ctxt.with(write_model(&model)),
        None => ctxt.with(fallback::model(input)),
    }
}

fn write_model(model: &Model) -> TokenStream {
    let private = private(&model.krate);
    let marker = marker(model);
    let marker_definition = marker_definition(model, &marker);
    let columns = columns::definition(model, &private, &marker);
    let new_row = new_row::definition(model, &private);
    let constants = constraint::constants(model, &private);
    let inner = [
        field_impls(model, &private, &marker),
        columns::impls(model, &private, &marker),
        row::impl_from_row(model, &private, &marker),
        table::impls(model, &private, &marker),
        new_row::impls(model, &private, &marker).unwrap_or_default(),
    ];
    quote! {
        #marker_definition
        #columns
        #new_row
        #constants

        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #(#inner)*
        };
    }
}

/// The type that stands for the fields.
fn marker_definition(model: &Model, marker: &Ident) -> TokenStream {
    let description = format!("Stands for the fields of `{}` in generated code.", plain(&model.ident));
    quote! {
        #[doc = #description]
        #[doc(hidden)]
        #[allow(dead_code)]
        enum #marker {}
    }
}

/// The types of the fields: the only place that names them.
fn field_impls(model: &Model, private: &TokenStream, marker: &Ident) -> TokenStream {
    let fields = model.columns().enumerate().map(|(number, (field, column))| {
        let ty = sql_type(private, field, column);
        quote! {
            #[automatically_derived]
            impl #private::model::Field<#number> for #marker { type Type = #ty; }
        }
    });
    fields.collect()
}

/// The module that generated code leans on.
fn private(krate: &Path) -> TokenStream {
    quote!(#krate::__private)
}

/// The type that stands for the fields of the model, private like the fields themselves.
fn marker(model: &Model) -> Ident {
    format_ident!("__Orm{}", model.ident.unraw())
}

/// The type that the column of a field has in expressions.
fn sql_type(private: &TokenStream, field: &Field, column: &Column) -> TokenStream {
    if column.json.is_some() { json_type(private, &field.ty) } else { bare(&field.ty) }
}

/// `Json<T>`, or `Option<Json<T>>` for an `Option<T>`.
fn json_type(private: &TokenStream, ty: &Type) -> TokenStream {
    match ast::inner(ty) {
        Some(inner) => quote!(::core::option::Option<#private::value::Json<#inner>>),
        None => quote!(#private::value::Json<#ty>),
    }
}

/// Turns the value of a JSON column, an expression, into that of its field.
fn from_json(private: &TokenStream, ty: &Type, value: &TokenStream) -> TokenStream {
    if ast::is_option(ty) {
        quote!(::core::option::Option::map(#value, |#private::value::Json(__orm_json)| __orm_json))
    } else {
        quote!(#value.0)
    }
}

/// Turns the value of a field, an expression, into that of its JSON column.
fn to_json(private: &TokenStream, ty: &Type, value: &TokenStream) -> TokenStream {
    if ast::is_option(ty) {
        quote!(::core::option::Option::map(#value, #private::value::Json))
    } else {
        quote!(#private::value::Json(#value))
    }
}

/// The type as it was written.
fn bare(ty: &Type) -> TokenStream {
    quote!(#ty)
}

/// The same tokens at another place, where messages about them are to point.
fn at(span: Span, tokens: TokenStream) -> TokenStream {
    let span = Span::call_site().located_at(span);
    let moved = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            let mut inner = Group::new(group.delimiter(), at(span, group.stream()));
            inner.set_span(span);
            return TokenTree::Group(inner);
        }
        token.set_span(span);
        token
    });
    moved.collect()
}

/// The name of a field as the user would say it.
fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}
