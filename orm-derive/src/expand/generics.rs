//! The type parameters of a model, in the positions where generated code needs them.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{GenericParam, Generics, Ident, WherePredicate, parse_quote};

use crate::ast::{Model, mentions, param};

/// A model's names with its type parameters, ready to be put into code.
pub(super) struct Names {
    /// `Document<T>`.
    pub(super) model: TokenStream,
    /// `__OrmDocument<T>`, the type that stands for the fields.
    pub(super) marker: TokenStream,
    /// `DocumentColumns<T, __OrmN>`.
    pub(super) columns: TokenStream,
    /// `impl<T: Bounds>`, without the word.
    pub(super) params: TokenStream,
    /// `impl<T: Bounds, __OrmN: Mode>`, without the word.
    pub(super) params_and_mode: TokenStream,
    /// `where ..`, or nothing.
    pub(super) bounds: TokenStream,
}

impl Names {
    pub(super) fn new(model: &Model, private: &TokenStream, marker: &Ident) -> Self {
        let with_mode = with_mode(&model.generics, parse_quote!(__OrmN: #private::expr::Mode));
        let (ident, columns) = (&model.ident, &model.columns);
        let (params, arguments, bounds) = model.generics.split_for_impl();
        let (params_and_mode, with_mode, _) = with_mode.split_for_impl();
        Self {
            model: quote!(#ident #arguments),
            marker: quote!(#marker #arguments),
            columns: quote!(#columns #with_mode),
            params: quote!(#params),
            params_and_mode: quote!(#params_and_mode),
            bounds: quote!(#bounds),
        }
    }
}

/// The parameters of the struct of columns: those of the model, and the mode, called `N` unless that name is taken.
pub(super) fn of_columns(generics: &Generics, private: &TokenStream) -> (Ident, Generics) {
    let taken = generics.params.iter().any(|it| param(it) == "N");
    let mode = format_ident!("{}", if taken { "__OrmN" } else { "N" });
    let declared = with_mode(generics, parse_quote!(#mode: #private::expr::Mode = #private::expr::Present));
    (mode, declared)
}

fn with_mode(generics: &Generics, mode: GenericParam) -> Generics {
    let mut generics = generics.clone();
    generics.params.push(mode);
    generics
}

/// The parameters that `fields` use, with those of their bounds that name no others: a struct may not have parameters
/// that nothing in it uses.
pub(super) fn used_by(generics: &Generics, fields: &[TokenStream]) -> Generics {
    let used = |it: &GenericParam| fields.iter().any(|ty| mentions(ty, &[param(it)]));
    let (kept, unused): (Vec<_>, Vec<_>) = generics.params.iter().partition(|it| used(it));
    let unused: Vec<&Ident> = unused.into_iter().map(param).collect();
    let mut all = generics.clone();
    all.params = kept.into_iter().cloned().collect();
    for it in all.type_params_mut() {
        it.bounds = it.bounds.iter().filter(|it| !mentions(&it.to_token_stream(), &unused)).cloned().collect();
    }
    if let Some(clause) = &mut all.where_clause {
        let predicates = clause.predicates.iter().filter(|it| !mentions(&it.to_token_stream(), &unused));
        clause.predicates = predicates.cloned().collect();
    }
    all
}

/// The predicates of `generics` with `more` behind them.
pub(super) fn bounds_and(generics: &Generics, more: Vec<WherePredicate>) -> TokenStream {
    let mut generics = generics.clone();
    if !more.is_empty() {
        generics.make_where_clause().predicates.extend(more);
    }
    generics.where_clause.to_token_stream()
}
