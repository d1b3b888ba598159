//! `#[derive(PgComposite)]`: a struct with named fields as a PostgreSQL composite type.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Fields, Ident, Type, Visibility, ext::IdentExt, spanned::Spanned};

use super::{plain, private, table::option};
use crate::{
    attr::{self, Item, Value},
    ctxt::Ctxt,
    name, valid,
};

/// Writes the impls.
pub(crate) fn pg_composite(input: &DeriveInput) -> TokenStream {
    let mut ctxt = Ctxt::default();
    let code = write(&mut ctxt, input);
    ctxt.with(code.unwrap_or_default())
}

/// A field as an attribute of the type.
struct Attribute<'a> {
    ident: &'a Ident,
    vis: &'a Visibility,
    ty: &'a Type,
    name: String,
}

fn write(ctxt: &mut Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let attrs = attr::pg_type(ctxt, input);
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => fields,
            _ => {
                let message = "`PgComposite` needs a struct with named fields: each is an attribute of the type; for a \
                    newtype `#[derive(Scalar)]`";
                ctxt.error(input.ident.span(), message);
                return None;
            }
        },
        _ => {
            let message = "`PgComposite` needs a struct; for an enum `#[derive(PgEnum)]`";
            ctxt.error(input.ident.span(), message);
            return None;
        }
    };
    if !input.generics.params.is_empty() {
        ctxt.error(input.generics.span(), "a PostgreSQL composite type cannot be generic");
        return None;
    }
    let mut attributes: Vec<Attribute<'_>> = Vec::new();
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        let (mut name, mut place) = (attrs.rename.column(ident), ident.span());
        for item in attr::items(ctxt, &field.attrs) {
            match &item {
                Item::Pair(key, Value::Text(text)) if key == "column" => (name, place) = (text.value(), text.span()),
                item => ctxt.error(item.span(), "expected `column = \"..\"`"),
            }
        }
        if let Some(message) = name::refuse(&name) {
            ctxt.error(place, message);
        }
        if let Some(first) = attributes.iter().find(|it| it.name == name) {
            ctxt.error(place, format!("the attribute \"{name}\" is already that of `{}`", first.ident));
        }
        attributes.push(Attribute { ident, vis: &field.vis, ty: &field.ty, name });
    }
    let name = attrs.name(input);
    Some(code(input, &private(&valid::krate(attrs.krate)), &name, attrs.schema.as_ref(), &attributes))
}

fn code(
    input: &DeriveInput,
    private: &TokenStream,
    name: &str,
    schema: Option<&String>,
    attributes: &[Attribute<'_>],
) -> TokenStream {
    let (ident, vis, schema, rust) = (&input.ident, &input.vis, option(schema), plain(&input.ident));
    let struct_of = format_ident!("{}Attributes", ident.unraw());
    let idents: Vec<_> = attributes.iter().map(|it| it.ident).collect();
    let names: Vec<_> = attributes.iter().map(|it| it.name.as_str()).collect();
    let (numbers, types): (Vec<_>, Vec<_>) = attributes.iter().map(|it| it.ty).enumerate().unzip();
    // Stands for the fields: only one impl names the type of a field, so a wrong one is one message.
    let marker = format_ident!("__Orm{}", ident.unraw());
    let marker_description = format!("Stands for the fields of `{rust}` in generated code.");
    let fields = attributes.iter().enumerate().map(|(number, Attribute { ident, vis, name, .. })| {
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
                        &[#(#private::value::attribute_def::<#marker, #numbers>(#names)),*]
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

                fn stand_in() -> #private::postgres_types::Type {
                    #private::value::composite_stand_in(
                        #name,
                        [#((#names, #private::value::attribute_stand_in::<#marker, #numbers>())),*],
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
