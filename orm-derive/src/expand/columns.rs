//! `UserColumns`: the columns of a model, as closures see them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::plain;
use crate::ast::{FieldKind, Model};

/// The struct.
pub(super) fn definition(model: &Model, private: &TokenStream, marker: &Ident) -> TokenStream {
    let Model { vis, columns, .. } = model;
    let description = format!("The columns of `{}`, for closures.", plain(&model.ident));
    let mut number = 0_usize;
    let fields = model.fields.iter().filter_map(|field| {
        let (vis, ident, ty) = (&field.vis, &field.ident, &field.ty);
        let (description, ty) = match &field.kind {
            FieldKind::Skip => return None,
            FieldKind::Flatten => {
                (format!("The columns of `{}`.", plain(ident)), quote!(<#ty as #private::model::Flatten>::Columns<N>))
            }
            FieldKind::Column(column) => {
                let ty = quote!(N::Field<#marker, #number>);
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
        #[allow(private_interfaces)]
        #vis struct #columns<N: #private::expr::Mode = #private::expr::Present> {
            #(#fields)*
            #origin
        }
    }
}

/// Its traits.
pub(super) fn impls(model: &Model, private: &TokenStream, marker: &Ident) -> TokenStream {
    let Model { ident, columns, .. } = model;
    let name = plain(columns);
    let idents: Vec<_> =
        model.fields.iter().filter(|it| !matches!(it.kind, FieldKind::Skip)).map(|it| &it.ident).collect();
    let names = idents.iter().map(|it| plain(it));
    let mut number = 0_usize;
    let selects: Vec<_> = model
        .fields
        .iter()
        .map(|field| {
            let ident = &field.ident;
            match &field.kind {
                FieldKind::Skip => quote!(),
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
        impl<__OrmN: #private::expr::Mode> ::core::clone::Clone for #columns<__OrmN> {
            fn clone(&self) -> Self {
                *self
            }
        }

        #[automatically_derived]
        impl<__OrmN: #private::expr::Mode> ::core::marker::Copy for #columns<__OrmN> {}

        #[automatically_derived]
        impl<__OrmN: #private::expr::Mode> ::core::fmt::Debug for #columns<__OrmN> {
            fn fmt(&self, __orm_f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut __orm_f = ::core::fmt::Formatter::debug_struct(__orm_f, #name);
                #(::core::fmt::DebugStruct::<'_, '_>::field(&mut __orm_f, #names, &self.#idents);)*
                ::core::fmt::DebugStruct::<'_, '_>::finish(&mut __orm_f)
            }
        }

        #[automatically_derived]
        impl<__OrmN: #private::expr::Mode> #private::expr::Selection for #columns<__OrmN> {
            type Output = __OrmN::Row<#ident>;

            fn select(self, __orm_list: &mut #private::expr::SelectList) {
                #(#selects)*
                #push_marker
            }
        }
    }
}
