//! `#[derive(Scalar)]`: a newtype as a column of the type inside it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Member, parse_quote};

use super::{generics::infer_bounds, tokens::private};
use crate::ast::{Scalar, is_generic};

/// Writes the impls.
pub(crate) fn scalar(scalar: &Scalar) -> TokenStream {
    let Scalar { ident, generics, krate, member, ty, sql_type } = scalar;
    let private = private(krate);
    let build = match member {
        Member::Named(name) => quote!(Self { #name: __orm_inner }),
        Member::Unnamed(_) => quote!(Self(__orm_inner)),
    };
    let pg_type = match sql_type {
        Some(sql) => quote!(#private::value::PgType::sql(#sql)),
        None => quote!(<#ty as #private::value::Scalar>::TYPE),
    };
    let inside = if is_generic(generics, ty) { vec![parse_quote!(#ty: #private::value::Scalar)] } else { Vec::new() };
    let generics = infer_bounds(generics, inside);
    let bounds = generics.where_clause.as_ref().map(|it| &it.predicates).filter(|it| !it.is_empty());
    let bounds = bounds.map(|it| if it.trailing_punct() { quote!(#it) } else { quote!(#it,) });
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #private::value::Scalar for #ident #type_generics #where_clause {
                const TYPE: #private::value::PgType = #pg_type;

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

                fn decode_optional(
                    __orm_ty: &#private::postgres_types::Type,
                    __orm_raw: &[u8],
                ) -> ::core::result::Result<::core::option::Option<Self>, #private::value::CodecError> {
                    let __orm_inner = <#ty as #private::value::Scalar>::decode_optional(__orm_ty, __orm_raw)?;
                    ::core::result::Result::Ok(match __orm_inner {
                        ::core::option::Option::Some(__orm_inner) => ::core::option::Option::Some(#build),
                        ::core::option::Option::None => ::core::option::Option::None,
                    })
                }

                fn integer(&self) -> ::core::option::Option<#private::value::Integer> {
                    <#ty as #private::value::Scalar>::integer(&self.#member)
                }

                fn server_type() -> #private::postgres_types::Type {
                    <#ty as #private::value::Scalar>::server_type()
                }
            }

            #[automatically_derived]
            impl #impl_generics #private::value::Element for #ident #type_generics #where_clause {}

            // If the type inside has them: without the `for`, a bound that does not hold would be an error.
            #[automatically_derived]
            impl #impl_generics #private::expr::MinMax for #ident #type_generics
            where
                #bounds
                for<'__orm> #ty: #private::expr::MinMax,
            {
            }
        };
    }
}
