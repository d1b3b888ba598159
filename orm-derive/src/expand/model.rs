//! `#[derive(Model)]`: puts the items of a model together.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    columns, constraint,
    generics::ModelTokens,
    member, new_row, relation, row, table,
    tokens::{column_type, marker, private, unraw},
};
use crate::ast::Model;

/// Writes the code of `#[derive(Model)]`.
pub(crate) fn model(model: &Model) -> TokenStream {
    let private = private(&model.krate);
    let tokens = ModelTokens::new(model, &private);
    let marker_definition = marker_definition(model, &tokens);
    let columns = columns::definition(model, &private, &tokens);
    let new_row = new_row::definition(model, &private);
    let constants = constraint::constants(model, &private, &tokens);
    let relations = relation::functions(model, &private, &tokens);
    let inner = [
        field_impls(model, &private, &tokens),
        columns::impls(model, &private, &tokens),
        row::impl_from_row(model, &private, &tokens),
        table::impls(model, &private, &tokens),
        new_row::impls(model, &private, &tokens).unwrap_or_default(),
        relation::impls(model, &private, &tokens),
        member::members(model, &private, &tokens),
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
pub(super) fn marker_definition(model: &Model, tokens: &ModelTokens) -> TokenStream {
    let marker = marker(model);
    let description = format!("Stands for the fields of `{}` in generated code.", unraw(&model.ident));
    let definition = if model.generics.params.is_empty() {
        quote!(enum #marker {})
    } else {
        let ModelTokens { model: ty, generics, bounds, .. } = tokens;
        quote!(struct #marker #generics (::core::marker::PhantomData<fn() -> #ty>) #bounds;)
    };
    quote! {
        #[doc = #description]
        #[doc(hidden)]
        #[allow(dead_code)]
        #definition
    }
}

/// The types of the fields. Only these impls name them, so that a wrong type is one message.
pub(super) fn field_impls(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> TokenStream {
    let ModelTokens { marker, params, bounds, .. } = tokens;
    let fields = model.columns().enumerate().map(|(number, (field, column))| {
        let ty = column_type(private, &field.ty, column.json.is_some());
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
            impl #params #private::model::FlattenedField<#number> for #marker #bounds { type Type = #ty; }
        }
    });
    fields.chain(parts).collect()
}
