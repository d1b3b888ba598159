//! The type parameters of an input.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Generics, Ident, Type};

/// The name of a parameter.
pub(crate) fn param(param: &GenericParam) -> &Ident {
    match param {
        GenericParam::Type(it) => &it.ident,
        GenericParam::Const(it) => &it.ident,
        GenericParam::Lifetime(it) => &it.lifetime.ident,
    }
}

/// Whether `tokens` contain one of `names`.
pub(crate) fn mentions(tokens: &TokenStream, names: &[&Ident]) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&&ident),
        TokenTree::Group(group) => mentions(&group.stream(), names),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Whether the type depends on a parameter.
pub(crate) fn is_generic(generics: &Generics, ty: &Type) -> bool {
    let names: Vec<&Ident> = generics.params.iter().map(param).collect();
    mentions(&ty.to_token_stream(), &names)
}
