//! Writes the code. Each file writes one kind of item; this one puts them together.
//!
//! Generated code names absolute paths only, so that nothing in the user's scope can change its meaning, and stands in
//! `const _` but for what users name.

mod changes;
mod columns;
mod const_check;
mod constraint;
mod flatten;
mod from_row;
mod generics;
mod insert;
mod member;
mod new_row;
mod pg_composite;
mod pg_enum;
mod projection;
mod relation;
mod row;
mod scalar;
mod table;
pub(crate) mod test;

pub(crate) use self::{
    changes::changes, flatten::flatten, from_row::from_row, insert::insert, pg_composite::pg_composite,
    pg_enum::pg_enum, projection::projection, scalar::scalar,
};

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::{DeriveInput, Ident, Path, Type, ext::IdentExt};

use self::generics::Names;
use crate::{
    ast::{self, Model},
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
    let names = Names::new(model, &private, &marker);
    let columns = columns::definition(model, &private, &names);
    let new_row = new_row::definition(model, &private);
    let constants = constraint::constants(model, &private, &names);
    let relations = relation::functions(model, &private, &names);
    let inner = [
        field_impls(model, &private, &names),
        columns::impls(model, &private, &names),
        row::impl_from_row(model, &private, &names),
        table::impls(model, &private, &names),
        new_row::impls(model, &private, &names).unwrap_or_default(),
        relation::impls(model, &private, &names),
        member::members(model, &private, &names),
    ];
    quote! {
        #marker_definition
        #columns
        #new_row
        #constants
        #relations

        #[allow(deprecated, unreachable_code, clippy::all, clippy::pedantic)]
        const _: () = {
            #(#inner)*
        };
    }
}

/// The type that stands for the fields.
fn marker_definition(model: &Model, marker: &Ident) -> TokenStream {
    let description = format!("Stands for the fields of `{}` in generated code.", plain(&model.ident));
    let definition = if model.generics.params.is_empty() {
        quote!(enum #marker {})
    } else {
        let (declared, ident) = (&model.generics, &model.ident);
        let (_, arguments, bounds) = model.generics.split_for_impl();
        quote!(struct #marker #declared (::core::marker::PhantomData<fn() -> #ident #arguments>) #bounds;)
    };
    quote! {
        #[doc = #description]
        #[doc(hidden)]
        #[allow(dead_code)]
        #definition
    }
}

/// The types of the fields: the only place that names them.
fn field_impls(model: &Model, private: &TokenStream, names: &Names) -> TokenStream {
    let Names { marker, params, bounds, .. } = names;
    let fields = model.columns().enumerate().map(|(number, (field, column))| {
        let ty = column.sql_type(private, &field.ty);
        let writer = if column.generated.is_some() { quote!(Generated) } else { quote!(Written) };
        quote! {
            #[automatically_derived]
            impl #params #private::model::Field<#number> for #marker #bounds {
                type Type = #ty;
                type Writer = #private::expr::#writer;
            }
        }
    });
    let parts = model.flattened().enumerate().map(|(number, field)| {
        let ty = &field.ty;
        quote! {
            #[automatically_derived]
            impl #params #private::model::Part<#number> for #marker #bounds { type Type = #ty; }
        }
    });
    fields.chain(parts).collect()
}

/// The module that generated code leans on.
fn private(krate: &Path) -> TokenStream {
    quote!(#krate::__private)
}

/// The type that stands for the fields of the model, private like the fields themselves.
fn marker(model: &Model) -> Ident {
    format_ident!("__Orm{}", model.ident.unraw())
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
