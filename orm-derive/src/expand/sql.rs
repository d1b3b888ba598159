//! `sql!`: a fragment of SQL with its binds.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::tokens::private;
use crate::ast::{Context, Sql, SqlPart};

/// Writes the `RawSql`.
pub(crate) fn sql(sql: &Sql) -> TokenStream {
    let private = private(&sql.krate);
    let variable = |index: usize| format_ident!("__orm_{index}", span = Span::mixed_site());
    let values = sql.values.iter().enumerate().map(|(index, value)| {
        let variable = variable(index);
        quote_spanned! {sql.span=> let #variable = #value.to_node(); }
    });
    let parts = sql.parts.iter().map(|part| match part {
        SqlPart::Text(text) => quote!(#private::ast::SqlPart::Text(#text)),
        SqlPart::Value(index, context) => {
            let variable = variable(*index);
            let node = quote!(::core::clone::Clone::clone(&#variable));
            let node = match context {
                Context::Compared { list, text } => quote!(#private::expr::compared(#node, #list, #text)),
                Context::Argument { function, text } => quote!(#private::expr::argument(#node, #function, #text)),
                Context::Untyped => node,
            };
            quote!(#private::ast::SqlPart::Node(#node))
        }
    });
    quote! {{
        #[allow(unused_imports)]
        use #private::expr::Fragment as _;
        #(#values)*
        #private::expr::RawSql::new(::std::vec![#(#parts),*])
    }}
}
