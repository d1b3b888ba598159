//! `#[derive(Scalar)]`: a newtype as the type inside it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Member, ext::IdentExt, parse_quote};

use super::private;
use crate::{
    ast,
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

/// Whether the name alone says a length of one, by which a cast would cut: `char`, `bit`.
fn is_of_length_one(sql: &str) -> bool {
    let words: Vec<_> = sql.split_whitespace().map(str::to_ascii_lowercase).collect();
    ["char", "character", "nchar", "national char", "national character", "bit"].contains(&words.join(" ").as_str())
}

fn write(ctxt: &mut Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let (mut krate, mut sql_type) = (None, None);
    for item in attr::items(ctxt, &input.attrs) {
        let name = item.key().map(|it| it.unraw().to_string()).unwrap_or_default();
        match item {
            Item::Path(_) if name == "transparent" => {}
            Item::Pair(_, Value::Path(path)) if name == "crate" => krate = Some(path),
            Item::Pair(_, Value::Text(text)) if name == "crate" => krate = ctxt.ok(text.parse()),
            Item::Pair(_, Value::Text(text)) if name == "sql_type" => {
                let (sql, span) = (text.value(), text.span());
                if sql.trim().is_empty() || sql.contains('\0') {
                    ctxt.error(span, "`sql_type` needs the name of a type: `sql_type = \"app.email\"`");
                } else if sql.contains(['(', '[']) || is_of_length_one(&sql) {
                    let message = "a length or a dimension belongs on the field of the model: values are cast to this \
                        type, and a cast cuts what is too long";
                    ctxt.error(span, message);
                } else {
                    sql_type = Some(sql);
                }
            }
            item => {
                let near = did_you_mean(&name, ["transparent", "sql_type", "crate"]);
                let expected = "expected `transparent`, `sql_type = \"..\"` or `crate = \"path\"`";
                ctxt.error(item.span(), format!("{expected}{near}"));
            }
        }
    }
    let private = private(&valid::krate(krate));
    if !ast::refuse_lifetimes(ctxt, &input.generics) {
        return None;
    }
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
    let pg_type = match &sql_type {
        Some(sql) => quote!(#private::value::PgType::sql(#sql)),
        None => quote!(<#ty as #private::value::Scalar>::TYPE),
    };
    let inside = if ast::is_generic(&input.generics, ty) {
        vec![parse_quote!(#ty: #private::value::Scalar)]
    } else {
        Vec::new()
    };
    let generics = ast::infer_bounds(&input.generics, inside);
    let bounds = generics.where_clause.as_ref().map(|it| &it.predicates).filter(|it| !it.is_empty());
    let bounds = bounds.map(|it| if it.trailing_punct() { quote!(#it) } else { quote!(#it,) });
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    Some(quote! {
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

                fn stand_in() -> #private::postgres_types::Type {
                    <#ty as #private::value::Scalar>::stand_in()
                }
            }

            #[automatically_derived]
            impl #impl_generics #private::value::Element for #ident #type_generics #where_clause {}

            // As the type inside: the `for` makes it a bound that may fail.
            #[automatically_derived]
            impl #impl_generics #private::expr::Extremes for #ident #type_generics
            where
                #bounds
                for<'__orm> #ty: #private::expr::Extremes,
            {
            }
        };
    })
}

#[cfg(test)]
mod tests {
    use super::is_of_length_one;

    #[test]
    fn types_that_are_of_length_one_without_saying_so_are_known() {
        for sql in ["char", " Character ", "nchar", "NATIONAL  character", "bit"] {
            assert!(is_of_length_one(sql), "{sql}");
        }
        for sql in ["\"char\"", "varchar", "bit varying", "bpchar", "app.char", "citext"] {
            assert!(!is_of_length_one(sql), "{sql}");
        }
    }
}
