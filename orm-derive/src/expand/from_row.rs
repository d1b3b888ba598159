//! `#[derive(FromRow)]`: a struct that raw SQL is read into.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Data, DeriveInput, Fields, Index, parse_quote, spanned::Spanned};

use super::{
    private,
    row::{self, Source},
};
use crate::{ast, attr, ctxt::Ctxt, name::Rename, valid};

/// Writes the impl.
pub(crate) fn from_row(input: &DeriveInput) -> TokenStream {
    let mut ctxt = Ctxt::default();
    let code = write(&mut ctxt, input);
    ctxt.with(code.unwrap_or_default())
}

fn write(ctxt: &mut Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let attrs = attr::struct_attrs(ctxt, &input.attrs);
    let rename = attrs.rename_all.map_or(Rename::Snake, |it| it.value);
    let private = private(&valid::krate(attrs.krate.map(|it| it.value)));
    let found = match &input.data {
        Data::Struct(data) if !matches!(data.fields, Fields::Unit) => Ok(&data.fields),
        Data::Struct(_) => Err("a struct without fields"),
        Data::Enum(_) => Err("an enum"),
        Data::Union(_) => Err("a union"),
    };
    if !ast::refuse_lifetimes(ctxt, &input.generics) {
        return None;
    }
    let fields = match found {
        Ok(fields) => fields,
        Err(found) => {
            ctxt.error(input.ident.span(), format!("`FromRow` needs a struct with fields, and this is {found}"));
            return None;
        }
    };
    let marker = format_ident!("__OrmFields");
    let ident = &input.ident;
    let declared = &input.generics;
    let mut members: Vec<Box<dyn ToTokens>> = Vec::new();
    let mut sources = Vec::new();
    let mut types = Vec::new();
    let mut bounds = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let attrs = attr::field_attrs(ctxt, &field.attrs);
        attr::refuse_flatten(ctxt, &attrs);
        members.push(match &field.ident {
            Some(ident) => Box::new(ident.clone()),
            None => Box::new(Index { index: u32::try_from(index).ok()?, span: field.span() }),
        });
        if attrs.skip.is_none() {
            let ty = &field.ty;
            let column = if attrs.json.is_some() { ast::json_type(&private, ty) } else { quote!(#ty) };
            if ast::is_generic(declared, ty) {
                bounds.push(parse_quote!(#column: #private::value::SqlType));
            }
            types.push(column);
        }
        let source = match (&field.ident, attrs.column) {
            _ if attrs.skip.is_some() => Source::Default,
            (None, Some(column)) => {
                ctxt.error(column.span, "the fields of a tuple struct are read by position, not by name");
                Source::Next
            }
            (Some(_), Some(column)) => Source::Column(column.value),
            (Some(ident), None) => Source::Column(rename.column(ident)),
            (None, None) => Source::Next,
        };
        sources.push((source, attrs.json.is_some()));
    }
    if types.is_empty() {
        ctxt.error(input.ident.span(), "`FromRow` needs a field that is a column");
        return None;
    }
    let generics = ast::infer_bounds(declared, bounds);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let reads = members.iter().zip(sources).zip(fields).map(|((member, (source, json)), field)| row::Read {
        member,
        ty: &field.ty,
        source,
        json,
    });
    let body = row::Body {
        owner: super::plain(ident),
        marker: quote!(#marker #type_generics),
        fields: reads.collect(),
        with_marker: false,
        declares: false,
    };
    let by_position =
        matches!(fields, Fields::Unnamed(_)).then(|| quote!(#private::row::Layout::<'_>::by_position(__orm_layout);));
    let methods = row::methods(&body, by_position.as_ref(), &private);
    let numbers = 0..types.len();
    Some(quote! {
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #[allow(dead_code)]
            struct #marker #declared (::core::marker::PhantomData<fn() -> #ident #type_generics>) #where_clause;

            #(
                #[automatically_derived]
                impl #impl_generics #private::model::Field<#numbers> for #marker #type_generics #where_clause {
                    type Type = #types;
                    type Writer = #private::expr::Written;
                }
            )*

            #[automatically_derived]
            impl #impl_generics #private::row::FromRow for #ident #type_generics #where_clause {
                #methods
            }
        };
    })
}
