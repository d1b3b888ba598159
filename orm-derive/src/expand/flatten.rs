//! `#[derive(Flatten)]`: columns that models share.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::{columns, field_impls, marker, marker_definition, new_row, private, row, table};
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
    let (ident, columns, new) = (&shared.ident, &shared.columns, shared.insert.as_ref()?);
    let definitions = [
        marker_definition(shared, &marker),
        columns::definition(shared, &private, &marker),
        new_row::definition(shared, &private)?,
    ];
    let impls = [
        field_impls(shared, &private, &marker),
        columns::impls(shared, &private, &marker),
        row::impl_from_row(shared, &private, &marker),
        new_row::impls(shared, &private, &marker)?,
    ];
    let defs = table::column_defs(shared, &private, &marker);
    let values = table::column_values(shared, &private, &marker);
    let writes = new_row::writes(shared, &private, &marker, &quote!(__orm_new), &quote!(__orm_first));
    let count = new_row::count(shared, &private);
    Some(quote! {
        #(#definitions)*

        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #(#impls)*

            #[automatically_derived]
            impl #private::model::Flatten for #ident {
                type Columns<__OrmN: #private::expr::Mode> = #columns<__OrmN>;
                type New = #new;

                const COLUMNS: &'static [#private::schema::ColumnDef] = const { #defs };
                const INSERTABLE: usize = #count;

                fn columns<__OrmN: #private::expr::Mode>(__orm_origin: #private::expr::Origin) -> #columns<__OrmN> {
                    #columns { #(#values),* }
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
