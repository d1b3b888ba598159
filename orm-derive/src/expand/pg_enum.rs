//! `#[derive(PgEnum)]`: an enum without fields as a PostgreSQL enum type.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Fields, Ident, LitByteStr, spanned::Spanned};

use super::{private, table::option};
use crate::{
    attr::{self, Item, Value},
    ctxt::Ctxt,
    name::{self, Rename},
    valid,
};

/// Writes the impls.
pub(crate) fn pg_enum(input: &DeriveInput) -> TokenStream {
    let mut ctxt = Ctxt::default();
    let code = write(&mut ctxt, input);
    ctxt.with(code.unwrap_or_default())
}

fn write(ctxt: &mut Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let attrs = attr::pg_type(ctxt, input);
    let Data::Enum(data) = &input.data else {
        let message = "`PgEnum` needs an enum; for a newtype `#[derive(Scalar)]`, for any serde type `#[orm(json)]`";
        ctxt.error(input.ident.span(), message);
        return None;
    };
    if data.variants.is_empty() {
        ctxt.error(input.ident.span(), "`PgEnum` needs an enum with variants: each is a label of the type");
        return None;
    }
    if !input.generics.params.is_empty() {
        ctxt.error(input.generics.span(), "a PostgreSQL enum type cannot be generic");
        return None;
    }
    let variants = variants(ctxt, data, attrs.rename);
    let name = attrs.name(input);
    Some(code(&input.ident, &private(&valid::krate(attrs.krate)), &name, attrs.schema.as_ref(), &variants))
}

/// The variants with their labels.
fn variants(ctxt: &mut Ctxt, data: &DataEnum, rename: Rename) -> Vec<(Ident, String)> {
    let mut variants: Vec<(Ident, String)> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            let message = "a label of a PostgreSQL enum carries no fields: for such an enum use `#[orm(json)]`";
            ctxt.error(variant.fields.span(), message);
        }
        let (mut label, mut place) = (rename.apply(&variant.ident), variant.ident.span());
        for item in attr::items(ctxt, &variant.attrs) {
            match &item {
                Item::Pair(key, Value::Text(text)) if key == "rename" => {
                    (label, place) = (text.value(), text.span());
                }
                item => ctxt.error(item.span(), "expected `rename = \"..\"`"),
            }
        }
        if let Some(message) = name::refuse(&label) {
            ctxt.error(place, message);
        }
        match variants.iter().find(|(_, it)| *it == label) {
            Some((first, _)) => ctxt.error(place, format!("the label \"{label}\" is already that of `{first}`")),
            None if matches!(variant.fields, Fields::Unit) => variants.push((variant.ident.clone(), label)),
            None => {}
        }
    }
    variants
}

fn code(
    ident: &Ident,
    private: &TokenStream,
    name: &str,
    schema: Option<&String>,
    variants: &[(Ident, String)],
) -> TokenStream {
    let schema = option(schema);
    let (idents, labels): (Vec<_>, Vec<_>) = variants.iter().map(|(ident, label)| (ident, label)).unzip();
    let bytes: Vec<_> = labels.iter().map(|it| LitByteStr::new(it.as_bytes(), Span::call_site())).collect();
    quote! {
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #[automatically_derived]
            impl #private::value::Scalar for #ident {
                const TYPE: #private::value::PgType =
                    #private::value::PgType::enumeration(#schema, #name, &[#(#labels),*]);

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
                        // Only where a variant was refused, with a message of its own.
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
            impl #private::expr::Extremes for #ident {}
        };
    }
}
