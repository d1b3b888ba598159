//! Stands in for the code of an input that is no model at all, so that its uses give no messages of their own.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DeriveInput, ext::IdentExt};

use crate::{attr, ctxt::Ctxt, valid};

/// A model without columns.
pub(crate) fn model(input: &DeriveInput) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (ident, vis) = (&input.ident, &input.vis);
    let columns = format_ident!("{}Columns", ident.unraw());
    let name = ident.unraw().to_string();
    // Whatever is wrong with the options has been said already.
    let given = attr::model(&mut Ctxt::default(), &input.attrs).krate.map(|it| it.value);
    let krate = valid::krate(given);
    let krate = quote!(#krate::__private);
    quote! {
        #[doc(hidden)]
        #[allow(dead_code)]
        #vis struct #columns<__OrmN = #krate::expr::Present>(::core::marker::PhantomData<__OrmN>);

        const _: () = {
            impl<__OrmN> ::core::clone::Clone for #columns<__OrmN> {
                fn clone(&self) -> Self { *self }
            }
            impl<__OrmN> ::core::marker::Copy for #columns<__OrmN> {}
            impl<__OrmN: #krate::expr::Mode> #krate::expr::Selection for #columns<__OrmN> {
                type Output = __OrmN::Row<#ident>;
                fn select(self, _: &mut #krate::expr::SelectList) {}
            }
            impl #krate::row::FromRow for #ident {
                fn layout(_: &mut #krate::row::Layout<'_>) -> #krate::error::Result<()> {
                    ::core::unreachable!()
                }
                fn from_row(_: &mut #krate::row::Cursor<'_>) -> #krate::error::Result<Self> {
                    ::core::unreachable!()
                }
                fn from_row_nullable(
                    _: &mut #krate::row::Cursor<'_>,
                ) -> #krate::error::Result<::core::option::Option<Self>> {
                    ::core::unreachable!()
                }
            }
            static __ORM_TABLE: #krate::schema::Table = #krate::schema::Table::new(#name, #name);
            impl #krate::model::Model for #ident {
                type Columns<__OrmN: #krate::expr::Mode> = #columns<__OrmN>;
                const TABLE: &'static #krate::schema::Table = &__ORM_TABLE;
                fn columns<__OrmN: #krate::expr::Mode>(_: #krate::expr::Origin) -> #columns<__OrmN> {
                    #columns(::core::marker::PhantomData)
                }
            }
            impl #krate::query::RowsOf<#ident> for #ident {
                type Model = #ident;
            }
            impl #krate::model::Writable for #ident {}
        };
    }
}
