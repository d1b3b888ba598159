//! `#[derive(Flatten)]`: columns that models share.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::{columns, field_impls, generics::Names, marker, marker_definition, new_row, private, row, table};
use crate::{ast::Model, ctxt::Ctxt, valid};

/// Writes the impl.
pub(crate) fn flatten(input: &DeriveInput) -> TokenStream {
    let mut ctxt = Ctxt::default();
    let code = valid::flatten(&mut ctxt, input).and_then(|shared| write(&shared));
    ctxt.with(code.unwrap_or_default())
}

fn write(shared: &Model) -> Option<TokenStream> {
    let private = private(&shared.krate);
    let marker = marker(shared);
    let names = Names::new(shared, &private, &marker);
    let Names { model: ty, columns, params, bounds, .. } = &names;
    let columns_ident = &shared.columns;
    let new = new_row::name(shared, &private)?;
    let definitions = [
        marker_definition(shared, &marker),
        columns::definition(shared, &private, &names),
        new_row::definition(shared, &private)?,
    ];
    let impls = [
        field_impls(shared, &private, &names),
        columns::impls(shared, &private, &names),
        row::impl_from_row(shared, &private, &names),
        new_row::impls(shared, &private, &names)?,
    ];
    let defs = table::column_defs(shared, &private, &names);
    let values = table::column_values(shared, &private, &names);
    let writes = new_row::writes(shared, &private, &names.marker, &quote!(__orm_new), &quote!(__orm_first));
    let count = new_row::count(shared, &private, &names.marker);
    // A new row that does not have all parameters does not say which struct it is for.
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
