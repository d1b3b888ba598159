//! Tokens that several kinds of code need.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::{Ident, Path, Type, ext::IdentExt};

use crate::ast::{self, Model};

/// The only module that generated code names.
pub(super) fn private(krate: &Path) -> TokenStream {
    quote!(#krate::__private)
}

/// The type that stands for the fields of the model, private like the fields themselves.
pub(super) fn marker(model: &Model) -> Ident {
    format_ident!("__Orm{}", model.ident.unraw())
}

/// The type of a column in expressions: `Json<T>` for a JSON column, or `Option<Json<T>>` for an `Option<T>`.
pub(super) fn column_type(private: &TokenStream, ty: &Type, json: bool) -> TokenStream {
    match ast::inner(ty) {
        _ if !json => quote!(#ty),
        Some(inner) => quote!(::core::option::Option<#private::value::Json<#inner>>),
        None => quote!(#private::value::Json<#ty>),
    }
}

/// Turns the value of a JSON column, an expression, into that of its field.
pub(super) fn from_json(private: &TokenStream, ty: &Type, value: &TokenStream) -> TokenStream {
    if ast::is_option(ty) {
        quote!(::core::option::Option::map(#value, |#private::value::Json(__orm_json)| __orm_json))
    } else {
        quote!(#value.0)
    }
}

/// Turns the value of a field, an expression, into that of its JSON column.
pub(super) fn to_json(private: &TokenStream, ty: &Type, value: &TokenStream) -> TokenStream {
    if ast::is_option(ty) {
        quote!(::core::option::Option::map(#value, #private::value::Json))
    } else {
        quote!(#private::value::Json(#value))
    }
}

/// Moves tokens to `span`, where messages about them should point.
pub(super) fn respan(span: Span, tokens: TokenStream) -> TokenStream {
    let span = Span::call_site().located_at(span);
    let moved = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            let mut inner = Group::new(group.delimiter(), respan(span, group.stream()));
            inner.set_span(span);
            return TokenTree::Group(inner);
        }
        token.set_span(span);
        token
    });
    moved.collect()
}

/// A name without `r#`, as messages and docs show it.
pub(super) fn unraw(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// An `Option` of a string, as an expression.
pub(super) fn option(text: Option<&String>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}
