//! `#[derive(Projection)]`: a struct that selects columns, relations and computed values of a model.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Path, Type, spanned::Spanned};

use super::{
    member::number_of_member,
    tokens::{private, respan},
};
use crate::ast::{Clause, ProjectedField, Projection, ProjectionSource, Traversal};

/// Writes the impls.
pub(crate) fn projection(projection: &Projection) -> TokenStream {
    let Projection { ident, krate, model, fields } = projection;
    let private = &private(krate);
    let cells: Vec<Ident> = (0..fields.len()).map(|it| format_ident!("__orm_{it}")).collect();
    let numbers: Vec<usize> = (0..fields.len()).collect();
    let (idents, types): (Vec<&Ident>, Vec<&Type>) = fields.iter().map(|it| (&it.ident, &it.ty)).unzip();
    let parts = fields.iter().enumerate().map(|(index, field)| part(index, field, model, private));
    let selects = fields.iter().enumerate().map(|(index, field)| select(index, field, model, private));
    let loads = numbers.iter().zip(&cells);
    let loads = loads.map(
        |(number, cell)| quote!(#private::relation::field_finish::<__OrmFields, #number, __OrmE>(#cell, __orm_db)),
    );
    let loads = await_all(&loads.collect::<Vec<_>>(), private);
    let loaded = nested_pattern(&cells);
    quote! {
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #[doc(hidden)]
            pub struct __OrmRow {
                #(#cells: #private::relation::FieldCell<#types>,)*
            }

            enum __OrmFields {}

            #(#parts)*

            #[automatically_derived]
            impl #private::row::FromRow for __OrmRow {
                fn layout(__orm_layout: &mut #private::row::Layout<'_>) -> #private::error::Result<()> {
                    #private::row::Layout::<'_>::by_position(__orm_layout);
                    #(#private::relation::field_layout::<__OrmFields, #numbers>(__orm_layout)?;)*
                    ::core::result::Result::Ok(())
                }

                fn from_row(__orm_row: &mut #private::row::Cursor<'_>) -> #private::error::Result<Self> {
                    ::core::result::Result::Ok(Self {
                        #(#cells: #private::relation::field_read::<__OrmFields, #numbers>(__orm_row)?,)*
                    })
                }

                fn from_row_nullable(
                    __orm_row: &mut #private::row::Cursor<'_>,
                ) -> #private::error::Result<::core::option::Option<Self>> {
                    ::core::result::Result::map(
                        <Self as #private::row::FromRow>::from_row(__orm_row),
                        ::core::option::Option::Some,
                    )
                }
            }

            #[automatically_derived]
            impl #private::relation::Projected for #ident {
                type Of = #model;
                type Row = __OrmRow;

                fn select(
                    __orm_columns: <#model as #private::model::Model>::Columns<#private::expr::Present>,
                    __orm_list: &mut #private::expr::SelectList,
                ) {
                    #(#selects)*
                }

                async fn load<__OrmE: #private::executor::Executor>(
                    mut __orm_all: ::std::vec::Vec<__OrmRow>,
                    __orm_db: &__OrmE,
                ) -> #private::error::Result<::std::vec::Vec<Self>> {
                    #(let #cells = #private::relation::field_take::<__OrmFields, #numbers, __OrmRow>(
                        &mut __orm_all,
                        |__orm_row| &mut __orm_row.#cells,
                    );)*
                    let #loaded = #loads?;
                    #(let mut #cells = ::core::iter::IntoIterator::into_iter(#cells);)*
                    // In place: `collect` reuses the allocation of the rows where the sizes fit.
                    let __orm_made = ::core::iter::Iterator::map(
                        ::core::iter::IntoIterator::into_iter(__orm_all),
                        |__orm_row| {
                            ::core::result::Result::Ok(Self {
                                #(
                                    #idents: #private::relation::field_made(__orm_row.#cells, &mut #cells)?,
                                )*
                            })
                        },
                    );
                    ::core::iter::Iterator::collect(__orm_made)
                }
            }

            #[automatically_derived]
            impl #private::relation::Projection for #ident {}
        };
    }
}

/// The source of a field. Only this impl names it, so that a field that does not fit is one message.
fn part(index: usize, field: &ProjectedField, model: &Path, private: &TokenStream) -> TokenStream {
    let (ty, span) = (&field.ty, field.ident.span());
    let member = format_ident!("__ORM_MEMBER_{index}");
    let (source, clauses) = match &field.source {
        ProjectionSource::Member { traversal, clauses, .. } => {
            let source = match traversal {
                None => quote_spanned!(span=> #private::relation::MemberField<#model, { #member }>),
                Some(traversal) => {
                    let traversal = traversal_type(*traversal, private);
                    quote_spanned!(span=> #private::relation::TreeField<#model, #traversal, { #member }>)
                }
            };
            (source, clauses.as_slice())
        }
        ProjectionSource::Computed(_) => (quote_spanned!(span=> #private::relation::Computed), &[][..]),
        ProjectionSource::Flatten => (quote_spanned!(span=> #private::relation::Flattened<#model>), &[][..]),
    };
    let number = number_of_member(&member, field, model, private);
    let with_clauses = (!clauses.is_empty()).then(|| {
        let source = quote!(<#source as #private::relation::FieldSource<#ty>>::Reader);
        let clauses = clauses.iter().map(|Clause { method, value }| {
            let method = format_ident!("{method}");
            quote_spanned!(value.span()=> .#method(#value))
        });
        quote! {
            fn with_clauses(__orm_source: #source) -> #source {
                __orm_source #(#clauses)*
            }
        }
    });
    let source = respan(span, quote!(type Source = #source;));
    quote! {
        #number

        #[automatically_derived]
        impl #private::relation::ProjectionField<#index> for __OrmFields {
            type Field = #ty;
            #source

            #with_clauses
        }
    }
}

/// The type that stands for a traversal: `Ancestors`, `CountDepth<Descendants>`.
fn traversal_type(traversal: Traversal, private: &TokenStream) -> TokenStream {
    let direction = if traversal.ancestors { quote!(Ancestors) } else { quote!(Descendants) };
    let direction = quote!(#private::relation::#direction);
    if traversal.with_depth { quote!(#private::relation::CountDepth<#direction>) } else { direction }
}

/// Adds the columns of a field to the select list.
fn select(index: usize, field: &ProjectedField, model: &Path, private: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    match &field.source {
        ProjectionSource::Computed(expr) => quote_spanned! {expr.span()=>
            #private::relation::select_computed::<#model, #ty, _>(__orm_columns, #expr, __orm_list);
        },
        ProjectionSource::Member { .. } | ProjectionSource::Flatten => quote! {
            #private::relation::field_select::<__OrmFields, #index>(__orm_columns, __orm_list);
        },
    }
}

/// The pattern `(a, (b, c))`, as `await_all` returns the values.
fn nested_pattern(items: &[Ident]) -> TokenStream {
    match items {
        [] => quote!(()),
        [item] => quote!(#item),
        [item, rest @ ..] => {
            let rest = nested_pattern(rest);
            quote!((#item, #rest))
        }
    }
}

/// Waits for all futures at the same time.
fn await_all(futures: &[TokenStream], private: &TokenStream) -> TokenStream {
    match futures {
        [] => quote!(::core::result::Result::Ok(())),
        [future] => quote!(#future.await),
        [future, rest @ ..] => {
            let rest = await_all(rest, private);
            quote!(#private::relation::both(#future, async { #rest }).await)
        }
    }
}
