//! `UserColumns`: the columns of a model, as the argument of closures.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    generics::{self, ModelTokens},
    tokens::unraw,
};
use crate::ast::{FieldKind, Model};

/// The struct.
pub(super) fn definition(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> TokenStream {
    let Model { vis, columns, .. } = model;
    let marker = &tokens.marker;
    let (mode, declared) = generics::of_columns(&tokens.generics, private);
    let bounds = &tokens.bounds;
    let description = format!("The columns of `{}`, for closures.", unraw(&model.ident));
    let (mut number, mut part) = (0_usize, 0_usize);
    let fields = model.fields.iter().filter_map(|field| {
        let (vis, ident) = (&field.vis, &field.ident);
        let (description, ty) = match &field.kind {
            FieldKind::Skip | FieldKind::Invalid => return None,
            FieldKind::Flatten => {
                part += 1;
                let part = part - 1;
                (format!("The columns of `{}`.", unraw(ident)), quote!(#mode::Flattened<#marker, #part>))
            }
            FieldKind::Column(column) => {
                let ty = quote!(#mode::Field<#marker, #number>);
                number += 1;
                (format!("The column `{}`.", column.name), ty)
            }
        };
        Some(quote! {
            #[doc = #description]
            #vis #ident: #ty,
        })
    });
    let fields: Vec<_> = fields.collect();
    let origin = model.needs_marker().then(|| {
        quote! {
            #[doc(hidden)]
            __orm_origin: #private::expr::Origin,
        }
    });
    quote! {
        #[doc = #description]
        #[allow(private_interfaces, private_bounds)]
        #vis struct #columns #declared #bounds {
            #(#fields)*
            #origin
        }
    }
}

/// Its traits.
pub(super) fn impls(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> TokenStream {
    let ModelTokens { model: row, marker, columns, params_and_mode, bounds, .. } = tokens;
    let name = unraw(&model.columns);
    let idents: Vec<_> = model
        .fields
        .iter()
        .filter(|it| !matches!(it.kind, FieldKind::Skip | FieldKind::Invalid))
        .map(|it| &it.ident)
        .collect();
    let names = idents.iter().map(|it| unraw(it));
    let mut number = 0_usize;
    let selects: Vec<_> = model
        .fields
        .iter()
        .map(|field| {
            let ident = &field.ident;
            match &field.kind {
                FieldKind::Skip | FieldKind::Invalid => quote!(),
                FieldKind::Flatten => quote!(#private::expr::Selection::select(self.#ident, __orm_list);),
                FieldKind::Column(_) => {
                    let node = quote!(<__OrmN as #private::expr::Mode>::field_node::<#marker, #number>(self.#ident));
                    number += 1;
                    quote!(#private::expr::SelectList::push(__orm_list, #node);)
                }
            }
        })
        .collect();
    let push_marker =
        model.needs_marker().then(|| quote!(#private::expr::SelectList::push_marker(__orm_list, self.__orm_origin);));
    quote! {
        #[automatically_derived]
        impl #params_and_mode ::core::clone::Clone for #columns #bounds {
            fn clone(&self) -> Self {
                *self
            }
        }

        #[automatically_derived]
        impl #params_and_mode ::core::marker::Copy for #columns #bounds {}

        #[automatically_derived]
        impl #params_and_mode ::core::fmt::Debug for #columns #bounds {
            fn fmt(&self, __orm_f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut __orm_f = ::core::fmt::Formatter::debug_struct(__orm_f, #name);
                #(::core::fmt::DebugStruct::<'_, '_>::field(&mut __orm_f, #names, &self.#idents);)*
                ::core::fmt::DebugStruct::<'_, '_>::finish(&mut __orm_f)
            }
        }

        #[automatically_derived]
        impl #params_and_mode #private::expr::Selection for #columns #bounds {
            type Output = __OrmN::Row<#row>;

            fn select(self, __orm_list: &mut #private::expr::SelectList) {
                #(#selects)*
                #push_marker
            }
        }
    }
}
