//! `#[derive(PgEnum)]`: an enum without fields as a PostgreSQL enum type.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::LitByteStr;

use super::tokens::{option, private};
use crate::ast::PgEnum;

/// Writes the impls.
pub(crate) fn pg_enum(pg_enum: &PgEnum) -> TokenStream {
    let PgEnum { ident, krate, name, schema, variants, renamed } = pg_enum;
    let private = private(krate);
    let schema = option(schema.as_ref());
    let (idents, labels): (Vec<_>, Vec<_>) = variants.iter().map(|(ident, label)| (ident, label)).unzip();
    let renaming = (!renamed.is_empty()).then(|| {
        let pairs = renamed.iter().map(|(before, label)| quote!((#before, #label)));
        quote!(.renaming(&[#(#pairs),*]))
    });
    let bytes: Vec<_> = labels.iter().map(|it| LitByteStr::new(it.as_bytes(), Span::call_site())).collect();
    quote! {
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #[automatically_derived]
            impl #private::value::Scalar for #ident {
                const TYPE: #private::value::PgType =
                    #private::value::PgType::enumeration(#schema, #name, &[#(#labels),*])#renaming;

                fn accepts(__orm_ty: &#private::postgres_types::Type) -> bool {
                    #private::value::accepts_enum(__orm_ty, #name)
                }

                fn encode(
                    &self,
                    _: &#private::postgres_types::Type,
                    __orm_out: &mut #private::bytes::BytesMut,
                ) -> ::core::result::Result<(), #private::value::CodecError> {
                    let __orm_label: &'static [u8] = match self {
                        #(Self::#idents => #bytes,)*
                        // Only where a variant has a mistake, which was reported.
                        #[allow(unreachable_patterns)]
                        _ => b"",
                    };
                    #private::bytes::BytesMut::extend_from_slice(__orm_out, __orm_label);
                    ::core::result::Result::Ok(())
                }

                fn decode(
                    _: &#private::postgres_types::Type,
                    __orm_raw: &[u8],
                ) -> ::core::result::Result<Self, #private::value::CodecError> {
                    #(
                        if __orm_raw == #bytes {
                            return ::core::result::Result::Ok(Self::#idents);
                        }
                    )*
                    ::core::result::Result::Err(#private::value::unknown_label(#name, __orm_raw))
                }
            }

            #[automatically_derived]
            impl #private::value::Element for #ident {}

            #[automatically_derived]
            impl #private::expr::MinMax for #ident {}
        };
    }
}
