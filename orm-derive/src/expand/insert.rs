//! `#[derive(Insert)]`: a struct written by the user as a row of a model.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::tokens::{private, respan, to_json, unraw};
use crate::ast::{Insert, InsertField};

/// Writes the impl.
pub(crate) fn insert(insert: &Insert) -> TokenStream {
    let Insert { ident, generics, krate, model, fields } = insert;
    let (private, owner) = (private(krate), unraw(ident));
    let (mut names, mut parts, mut writes) = (Vec::new(), Vec::new(), Vec::new());
    for InsertField { ident: name, ty, json, flatten } in fields {
        let index = names.len();
        let index = quote!(#index #(+ <#parts as #private::model::Flatten>::INSERTABLE)*);
        if *flatten {
            // The value has the place of its type here, too.
            let value = respan(ty.span(), quote!({ self.#name }));
            writes.push(quote! {
                #private::model::insert_flattened(__orm_columns.#name, #value, #index, __orm_sink);
            });
            parts.push(quote!(<#ty as #private::model::FlattenNew>::Of));
            continue;
        }
        names.push(unraw(name));
        let value = quote!(self.#name);
        let value = if *json { to_json(&private, ty, &value) } else { value };
        // The value has the place of its type, where the message about a wrong type points.
        let value = quote_spanned!(ty.span()=> { #value });
        writes.push(quote! {
            #private::model::insert_field(__orm_columns.#name, #value, #index, __orm_sink);
        });
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    // The only place whose message says that `of` does not name a model.
    let columns = respan(model.span(), quote!(#private::model::columns_of::<#model>()));
    let check = respan(
        ident.span(),
        quote!(#private::model::check_insert(
            #private::model::ModelProbe::<#model>::TABLE,
            #owner,
            &[#(#names),*],
            &[#(<#parts as #private::model::Flatten>::COLUMNS),*],
        )),
    );
    // Outside of the impl the check runs in every build; but only inside can it name type parameters.
    let generic = generics.type_params().next().is_some() || generics.const_params().next().is_some();
    let (outside, inside) = if generic { (None, Some(quote!(const { #check };))) } else { (Some(check), None) };
    let outside = outside.map(|check| quote!(const _: () = #check;));
    quote! {
        #[allow(deprecated, unused_braces, clippy::all, clippy::pedantic)]
        const _: () = {
            #[allow(unused_imports)]
            use #private::model::NotAModel as _;

            #outside

            #[automatically_derived]
            impl #impl_generics #private::model::Insertable<#model> for #ident #type_generics #where_clause {
                fn write<__OrmS: #private::model::InsertSink>(self, __orm_sink: &mut __OrmS) {
                    #inside
                    let __orm_columns = #columns;
                    #(#writes)*
                }
            }
        };
    }
}
