//! Stands in for the code of an input with a mistake, so that uses of the input give no further messages.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Path, Visibility, ext::IdentExt};

use crate::ast::Stub;

/// Writes what takes the place of the code.
pub(crate) fn write(stub: &Stub) -> TokenStream {
    match stub {
        Stub::Empty => TokenStream::new(),
        Stub::Model { ident, vis, krate } => model(ident, vis, &quote!(#krate::__private)),
        Stub::Projection { ident, krate, model } => projection(ident, model, &quote!(#krate::__private)),
        Stub::Sql { krate } => quote!(#krate::__private::expr::RawSql::new(::std::vec::Vec::new())),
        Stub::Migrations { krate } => quote!(#krate::__private::Migrations::embedded(&[])),
        Stub::Unchanged(tokens) => tokens.clone(),
    }
}

/// A model without columns.
fn model(ident: &Ident, vis: &Visibility, private: &TokenStream) -> TokenStream {
    let columns = format_ident!("{}Columns", ident.unraw());
    let name = ident.unraw().to_string();
    quote! {
        #[doc(hidden)]
        #[allow(dead_code)]
        #vis struct #columns<__OrmN = #private::expr::Present>(::core::marker::PhantomData<__OrmN>);

        const _: () = {
            impl<__OrmN> ::core::clone::Clone for #columns<__OrmN> {
                fn clone(&self) -> Self { *self }
            }
            impl<__OrmN> ::core::marker::Copy for #columns<__OrmN> {}
            impl<__OrmN: #private::expr::Mode> #private::expr::Selection for #columns<__OrmN> {
                type Output = __OrmN::Row<#ident>;
                fn select(self, _: &mut #private::expr::SelectList) {}
            }
            impl #private::row::FromRow for #ident {
                fn layout(_: &mut #private::row::Layout<'_>) -> #private::error::Result<()> {
                    ::core::unreachable!()
                }
                fn from_row(_: &mut #private::row::Cursor<'_>) -> #private::error::Result<Self> {
                    ::core::unreachable!()
                }
                fn from_row_nullable(
                    _: &mut #private::row::Cursor<'_>,
                ) -> #private::error::Result<::core::option::Option<Self>> {
                    ::core::unreachable!()
                }
            }
            static __ORM_TABLE: #private::schema::Table = #private::schema::Table::new(#name, #name);
            impl #private::model::Model for #ident {
                type Columns<__OrmN: #private::expr::Mode> = #columns<__OrmN>;
                const TABLE: &'static #private::schema::Table = &__ORM_TABLE;
                fn columns<__OrmN: #private::expr::Mode>(_: #private::expr::Origin) -> #columns<__OrmN> {
                    #columns(::core::marker::PhantomData)
                }
            }
            impl #private::query::RowsOf<#ident> for #ident {
                type Model = #ident;
            }
            impl #private::model::Writable for #ident {}
        };
    }
}

/// A projection that reads nothing.
fn projection(ident: &Ident, model: &Path, private: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #private::relation::Projected for #ident {
            type Of = #model;
            type Row = #model;

            fn select(
                _: <#model as #private::model::Model>::Columns<#private::expr::Present>,
                _: &mut #private::expr::SelectList,
            ) {
            }

            async fn load<__OrmE: #private::executor::Executor>(
                _: ::std::vec::Vec<#model>,
                _: &__OrmE,
            ) -> #private::error::Result<::std::vec::Vec<Self>> {
                ::core::result::Result::Ok(::std::vec::Vec::new())
            }
        }

        #[automatically_derived]
        impl #private::relation::Projection for #ident {}
    }
}
