//! `#[derive(Scalar)]`: a newtype as the type inside it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Member, ext::IdentExt};

use super::private;
use crate::{
    attr::{self, Item, Value},
    ctxt::Ctxt,
    name::did_you_mean,
    valid,
};

/// Writes the impls.
pub(crate) fn scalar(input: &DeriveInput) -> TokenStream {
    let mut ctxt = Ctxt::default();
    let code = write(&mut ctxt, input);
    ctxt.with(code.unwrap_or_default())
}

fn write(ctxt: &mut Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let mut krate = None;
    for item in attr::items(ctxt, &input.attrs) {
        let name = item.key().map(|it| it.unraw().to_string()).unwrap_or_default();
        match item {
            Item::Path(_) if name == "transparent" => {}
            Item::Pair(_, Value::Path(path)) if name == "crate" => krate = Some(path),
            Item::Pair(_, Value::Text(text)) if name == "crate" => krate = ctxt.ok(text.parse()),
            item => {
                let near = did_you_mean(&name, ["transparent", "crate"]);
                ctxt.error(item.span(), format!("expected `transparent` or `crate = \"path\"`{near}"));
            }
        }
    }
    let private = private(&valid::krate(krate));
    let single = match &input.data {
        Data::Struct(data) if data.fields.len() == 1 => data.fields.members().next().zip(data.fields.iter().next()),
        _ => None,
    };
    let Some((member, field)) = single else {
        let kind = match &input.data {
            Data::Enum(_) => "an enum; `#[derive(PgEnum)]` is for enums",
            Data::Struct(_) => {
                "a struct with another number of fields; `#[orm(json)]` on a field stores any serde type"
            }
            Data::Union(_) => "a union",
        };
        let message = format!("`Scalar` needs a struct with one field, and this is {kind}");
        ctxt.error(input.ident.span(), message);
        return None;
    };
    let build = match &member {
        Member::Named(name) => quote!(Self { #name: __orm_inner }),
        Member::Unnamed(_) => quote!(Self(__orm_inner)),
    };
    let (ident, ty) = (&input.ident, &field.ty);
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    Some(quote! {
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #private::value::Scalar for #ident #type_generics #where_clause {
                const TYPE: #private::value::PgType = <#ty as #private::value::Scalar>::TYPE;

                fn accepts(__orm_ty: &#private::postgres_types::Type) -> bool {
                    <#ty as #private::value::Scalar>::accepts(__orm_ty)
                }

                fn encode(
                    &self,
                    __orm_ty: &#private::postgres_types::Type,
                    __orm_out: &mut #private::bytes::BytesMut,
                ) -> ::core::result::Result<(), #private::value::CodecError> {
                    <#ty as #private::value::Scalar>::encode(&self.#member, __orm_ty, __orm_out)
                }

                fn decode(
                    __orm_ty: &#private::postgres_types::Type,
                    __orm_raw: &[u8],
                ) -> ::core::result::Result<Self, #private::value::CodecError> {
                    let __orm_inner = <#ty as #private::value::Scalar>::decode(__orm_ty, __orm_raw)?;
                    ::core::result::Result::Ok(#build)
                }
            }

            #[automatically_derived]
            impl #impl_generics #private::value::Element for #ident #type_generics #where_clause {}
        };
    })
}
