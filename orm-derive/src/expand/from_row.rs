//! `#[derive(FromRow)]`: a struct that raw SQL is read into.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse_quote;

use super::{
    generics::infer_bounds,
    row::{self, RowReader},
    tokens::{column_type, private, unraw},
};
use crate::ast::{FromRow, RowSource, is_generic};

/// Writes the impl.
pub(crate) fn from_row(from_row: &FromRow) -> TokenStream {
    let FromRow { ident, generics: declared, krate, by_position, fields } = from_row;
    let (private, marker) = (private(krate), format_ident!("__OrmFields"));
    let (mut types, mut bounds) = (Vec::new(), Vec::new());
    for field in fields.iter().filter(|it| !matches!(it.source, RowSource::Default)) {
        let column = column_type(&private, &field.ty, field.json);
        if is_generic(declared, &field.ty) {
            bounds.push(parse_quote!(#column: #private::value::SqlType));
        }
        types.push(column);
    }
    let generics = infer_bounds(declared, bounds);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let reader = RowReader {
        owner: unraw(ident),
        marker: quote!(#marker #type_generics),
        fields,
        with_marker: false,
        declares: false,
    };
    let by_position = by_position.then(|| quote!(#private::row::Layout::<'_>::by_position(__orm_layout);));
    let methods = row::methods(&reader, by_position.as_ref(), &private);
    let numbers = 0..types.len();
    quote! {
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #[allow(dead_code)]
            struct #marker #declared (::core::marker::PhantomData<fn() -> #ident #type_generics>) #where_clause;

            #(
                #[automatically_derived]
                impl #impl_generics #private::model::Field<#numbers> for #marker #type_generics #where_clause {
                    type Type = #types;
                    type Writer = #private::expr::Written;
                }
            )*

            #[automatically_derived]
            impl #impl_generics #private::row::FromRow for #ident #type_generics #where_clause {
                #methods
            }
        };
    }
}
