//! The type parameters of an input.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Generics, Ident, Type, WherePredicate, parse_quote, spanned::Spanned};

use crate::ctxt::Ctxt;

/// The name of a parameter.
pub(crate) fn param(param: &GenericParam) -> &Ident {
    match param {
        GenericParam::Type(it) => &it.ident,
        GenericParam::Const(it) => &it.ident,
        GenericParam::Lifetime(it) => &it.lifetime.ident,
    }
}

/// Whether one of `names` stands in `tokens`.
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

/// Adds what the library asks of the parameters, so that users need not write it: the row travels between threads, and
/// a column that depends on a parameter can be stored.
pub(crate) fn infer_bounds(generics: &Generics, columns: Vec<WherePredicate>) -> Generics {
    let mut all = generics.clone();
    let travels = generics.type_params().map(|it| {
        let ident = &it.ident;
        parse_quote!(#ident: ::core::marker::Send + ::core::marker::Sync + 'static)
    });
    let more: Vec<WherePredicate> = travels.chain(columns).collect();
    if !more.is_empty() {
        all.make_where_clause().predicates.extend(more);
    }
    all
}

/// Refuses lifetimes: what is read from the database owns itself.
pub(crate) fn refuse_lifetimes(ctxt: &mut Ctxt, generics: &Generics) -> bool {
    for it in generics.lifetimes() {
        let name = &it.lifetime;
        let message = format!(
            "a value that is read from the database borrows nothing: remove `{name}` and write owned types, such as \
             `String` for `&{name} str`. What is only inserted may borrow, with `#[derive(Insert)]`"
        );
        ctxt.error(it.span(), message);
    }
    generics.lifetimes().next().is_none()
}
