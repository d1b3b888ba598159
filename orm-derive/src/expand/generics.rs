//! The type parameters of a model, as the different places of generated code need them.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{GenericParam, Generics, Ident, WherePredicate, parse_quote};

use super::tokens::{column_type, marker};
use crate::ast::{Model, is_generic, mentions, param};

/// A model's types with their parameters, ready to be put into code.
pub(super) struct ModelTokens {
    /// The parameters with the bounds that the columns need.
    pub(super) generics: Generics,
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

impl ModelTokens {
    pub(super) fn new(model: &Model, private: &TokenStream) -> Self {
        let columns = model.columns().filter(|(field, _)| is_generic(&model.generics, &field.ty));
        let bounds = columns.map(|(field, column)| {
            let ty = column_type(private, &field.ty, column.json.is_some());
            parse_quote!(#ty: #private::value::SqlType)
        });
        let generics = infer_bounds(&model.generics, bounds.collect());
        let with_mode = with_mode(&generics, parse_quote!(__OrmN: #private::expr::Mode));
        let (ident, marker, columns) = (&model.ident, marker(model), &model.columns);
        let (params, arguments, bounds) = generics.split_for_impl();
        let (params_and_mode, with_mode, _) = with_mode.split_for_impl();
        Self {
            model: quote!(#ident #arguments),
            marker: quote!(#marker #arguments),
            columns: quote!(#columns #with_mode),
            params: quote!(#params),
            params_and_mode: quote!(#params_and_mode),
            bounds: quote!(#bounds),
            generics,
        }
    }
}

/// Adds the bounds that the library needs, so that users need not write them: the row travels between threads, and a
/// column that depends on a parameter can be stored.
pub(super) fn infer_bounds(generics: &Generics, columns: Vec<WherePredicate>) -> Generics {
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

/// The parameters that `fields` use, with the bounds that name only those: a struct may not have parameters that nothing
/// in it uses.
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
