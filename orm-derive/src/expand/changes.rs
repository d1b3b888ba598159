//! `#[derive(Changes)]`: a struct of `Option`s as a partial update of a model.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::tokens::{private, respan, to_json};
use crate::ast::{Changes, ChangesField};

/// Writes the impl.
pub(crate) fn changes(changes: &Changes) -> TokenStream {
    let Changes { ident, generics, krate, model, fields } = changes;
    let private = private(krate);
    let sets = fields.iter().map(|ChangesField { ident: name, inner, json }| {
        let value = quote!(__orm_value);
        let value = if *json { to_json(&private, inner, &value) } else { value };
        let value = quote_spanned!(inner.span()=> { #value });
        // The message about a column that cannot be set points here.
        let set = respan(name.span(), quote!(#private::expr::Column::set));
        quote! {
            if let ::core::option::Option::Some(__orm_value) = self.#name {
                __orm_set.push(#set(__orm_columns.#name, #value));
            }
        }
    });
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    // The only place whose message says that `of` does not name a model.
    let columns = respan(model.span(), quote!(#private::model::columns_of::<#model>()));
    quote! {
        #[allow(deprecated, unused_braces, clippy::all, clippy::pedantic)]
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #private::expr::IntoAssignments<#model> for #ident #type_generics #where_clause {
                fn assign(self, __orm_set: &mut ::std::vec::Vec<#private::ast::Assignment>) {
                    let __orm_columns = #columns;
                    let _ = (&__orm_set, &__orm_columns);
                    #(#sets)*
                }
            }
        };
    }
}
