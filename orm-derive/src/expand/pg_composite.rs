//! `#[derive(PgComposite)]`: a struct with named fields as a PostgreSQL composite type.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::tokens::{option, private, unraw};
use crate::ast::{CompositeAttribute, PgComposite};

/// Writes the impls.
pub(crate) fn pg_composite(composite: &PgComposite) -> TokenStream {
    let PgComposite { ident, vis, krate, name, schema, attributes } = composite;
    let (private, schema, rust) = (private(krate), option(schema.as_ref()), unraw(ident));
    let struct_of = format_ident!("{}Attributes", ident.unraw());
    let idents: Vec<_> = attributes.iter().map(|it| &it.ident).collect();
    let names: Vec<_> = attributes.iter().map(|it| it.name.as_str()).collect();
    let sql_types = attributes.iter().map(|it| it.sql_type.as_ref().map(|sql| quote!(.of_sql_type(#sql))));
    let sql_types: Vec<_> = sql_types.map(Option::unwrap_or_default).collect();
    let (numbers, types): (Vec<_>, Vec<_>) = attributes.iter().map(|it| &it.ty).enumerate().unzip();
    // Stands for the fields: only one impl names the type of a field, so that a wrong type is one message.
    let marker = format_ident!("__Orm{}", ident.unraw());
    let marker_description = format!("Stands for the fields of `{rust}` in generated code.");
    let fields = attributes.iter().enumerate().map(|(number, CompositeAttribute { ident, vis, name, .. })| {
        let description = format!("The attribute `{name}`.");
        quote! {
            #[doc = #description]
            #vis #ident: #private::expr::Expr<N::Attribute<#marker, #number>>,
        }
    });
    let description = format!("The attributes of `{rust}`, for closures.");
    quote! {
        #[doc = #marker_description]
        #[doc(hidden)]
        #[allow(dead_code)]
        enum #marker {}

        #[doc = #description]
        #[allow(dead_code, private_interfaces)]
        #vis struct #struct_of<N: #private::value::Nullability = #private::value::NotNull> {
            #(#fields)*
        }

        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #(
                #[automatically_derived]
                impl #private::model::Field<#numbers> for #marker {
                    type Type = #types;
                    type Writer = #private::expr::Written;
                }
            )*

            #[automatically_derived]
            impl<N: #private::value::Nullability> ::core::fmt::Debug for #struct_of<N> {
                fn fmt(&self, __orm_f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Formatter::write_str(__orm_f, #rust)
                }
            }

            #[automatically_derived]
            impl #private::value::Scalar for #ident {
                const TYPE: #private::value::PgType =
                    #private::value::PgType::composite(#schema, #name, const {
                        &[#(#private::value::attribute_def::<#marker, #numbers>(#names)#sql_types),*]
                    });

                fn accepts(__orm_ty: &#private::postgres_types::Type) -> bool {
                    #private::value::accepts_composite(__orm_ty, #name)
                }

                fn encode(
                    &self,
                    __orm_ty: &#private::postgres_types::Type,
                    __orm_out: &mut #private::bytes::BytesMut,
                ) -> ::core::result::Result<(), #private::value::CodecError> {
                    #private::value::encode_composite(#rust, __orm_ty, &[#((#names, #private::value::attribute_value::<#marker, #numbers>(&self.#idents))),*], __orm_out)
                }

                fn decode(
                    __orm_ty: &#private::postgres_types::Type,
                    __orm_raw: &[u8],
                ) -> ::core::result::Result<Self, #private::value::CodecError> {
                    let __orm_values =
                        #private::value::CompositeReader::new(#rust, &[#(#names),*], __orm_ty, __orm_raw)?;
                    ::core::result::Result::Ok(Self {
                        #(#idents: #private::value::read_attribute::<#marker, #numbers>(&__orm_values, #names)?,)*
                    })
                }

                fn server_type() -> #private::postgres_types::Type {
                    #private::value::composite_server_type(
                        #name,
                        [#((#names, #private::value::attribute_server_type::<#marker, #numbers>())),*],
                    )
                }
            }

            #[automatically_derived]
            impl #private::value::Element for #ident {}

            #[automatically_derived]
            impl #private::expr::Composite for #ident {
                type Attributes<N: #private::value::Nullability> = #struct_of<N>;

                fn attributes<N: #private::value::Nullability>(__orm_node: #private::ast::Node) -> #struct_of<N> {
                    #struct_of { #(#idents: #private::expr::attribute::<N, #marker, #numbers>(&__orm_node, #names),)* }
                }
            }
        };
    }
}
