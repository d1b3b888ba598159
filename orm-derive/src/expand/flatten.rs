//! `#[derive(Flatten)]`: columns that models share.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    columns,
    generics::ModelTokens,
    model::{field_impls, marker_definition},
    new_row, row, table,
    tokens::private,
};
use crate::ast::Model;

/// Writes the impls. Nothing without a struct to insert, which `valid` always gives it.
pub(crate) fn flatten(shared: &Model) -> TokenStream {
    write(shared).unwrap_or_default()
}

fn write(shared: &Model) -> Option<TokenStream> {
    let private = private(&shared.krate);
    let tokens = ModelTokens::new(shared, &private);
    let ModelTokens { model: ty, columns, params, bounds, .. } = &tokens;
    let columns_ident = &shared.columns;
    let new = new_row::name(shared, &private)?;
    let definitions = [
        marker_definition(shared, &tokens),
        columns::definition(shared, &private, &tokens),
        new_row::definition(shared, &private)?,
    ];
    let impls = [
        field_impls(shared, &private, &tokens),
        columns::impls(shared, &private, &tokens),
        row::impl_from_row(shared, &private, &tokens),
        new_row::impls(shared, &private, &tokens)?,
    ];
    let defs = table::column_defs(shared, &private, &tokens);
    let values = table::column_values(shared, &private, &tokens);
    let writes = new_row::writes(shared, &private, &tokens.marker, &quote!(__orm_new), &quote!(__orm_first));
    let count = new_row::count(shared, &private, &tokens.marker);
    // A new row that lacks a parameter does not determine the struct that it is for.
    let row = new_row::has_all_parameters(shared, &private).then(|| {
        quote! {
            #[automatically_derived]
            impl #params #private::model::FlattenNew for #new #bounds {
                type Of = #ty;
            }
        }
    });
    Some(quote! {
        #(#definitions)*

        #[allow(deprecated, unreachable_code, clippy::all, clippy::pedantic)]
        const _: () = {
            #(#impls)*
            #row

            #[automatically_derived]
            impl #params #private::model::Flatten for #ty #bounds {
                type Columns<__OrmN: #private::expr::Mode> = #columns;
                type New = #new;

                const COLUMNS: &'static [#private::schema::ColumnDef] = const { #defs };
                const INSERTABLE: usize = #count;

                fn columns<__OrmN: #private::expr::Mode>(__orm_origin: #private::expr::Origin) -> #columns {
                    #columns_ident { #(#values),* }
                }

                fn insert<__OrmS: #private::model::InsertSink>(
                    __orm_new: #new,
                    __orm_first: usize,
                    __orm_sink: &mut __OrmS,
                ) {
                    let _ = (&__orm_new, __orm_first, &__orm_sink);
                    #(#writes)*
                }
            }
        };
    })
}
