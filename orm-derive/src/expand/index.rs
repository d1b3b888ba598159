//! Keys and options of indexes, in the metadata of the table.

use proc_macro2::TokenStream;
use quote::quote;

use super::constraint::{Names, with_sets};
use crate::ast::{ConstraintColumn, Deferrable, IndexKey, IndexOptions, KeyPart};

/// The keys with commas between them.
pub(super) fn keys(names: &Names<'_>, keys: &[IndexKey<ConstraintColumn>]) -> TokenStream {
    let keys = keys.iter().map(|it| key(names, it));
    quote!(#(#keys),*)
}

fn key(names: &Names<'_>, key: &IndexKey<ConstraintColumn>) -> TokenStream {
    let private = names.private;
    let new = match &key.part {
        KeyPart::Column(column) => {
            let column = names.column(column);
            quote!(#private::schema::IndexKey::column(#column))
        }
        KeyPart::Expression(sql) => quote!(#private::schema::IndexKey::expression(#sql)),
    };
    let mut sets = texts([
        (quote!(collation), key.collation.as_ref().map(|it| &it.value)),
        (quote!(operator_class), key.operator_class.as_ref().map(|it| &it.value)),
    ]);
    let descending = key.descending.as_ref().is_some_and(|it| it.value);
    if descending {
        sets.push(quote!(descending = true));
    }
    if key.nulls_first.as_ref().map_or(descending, |it| it.value) {
        sets.push(quote!(nulls_first = true));
    }
    with_sets(&new, &sets)
}

/// The assignments of options; their members have the same names in all kinds of indexes.
pub(super) fn options(names: &Names<'_>, options: &IndexOptions<ConstraintColumn>) -> Vec<TokenStream> {
    let IndexOptions { method, condition, storage, nulls_not_distinct, deferrable, include } = options;
    let mut sets = texts([
        (quote!(method), method.as_ref().map(|it| &it.value)),
        (quote!(condition), condition.as_ref().map(|it| &it.value)),
        (quote!(storage), storage.as_ref().map(|it| &it.value)),
    ]);
    if nulls_not_distinct.is_some() {
        sets.push(quote!(nulls_not_distinct = true));
    }
    if let Some(it) = deferrable {
        let value = self::deferrable(names.private, it.value);
        sets.push(quote!(deferrable = #value));
    }
    if !include.is_empty() {
        let include = names.columns(include);
        sets.push(quote!(include = const { &[#include] }));
    }
    sets
}

/// When a constraint is checked.
pub(super) fn deferrable(private: &TokenStream, deferrable: Deferrable) -> TokenStream {
    match deferrable {
        Deferrable::InitiallyImmediate => quote!(#private::schema::Deferrable::InitiallyImmediate),
        Deferrable::InitiallyDeferred => quote!(#private::schema::Deferrable::InitiallyDeferred),
    }
}

/// The assignments of the texts that were given.
fn texts<const N: usize>(texts: [(TokenStream, Option<&String>); N]) -> Vec<TokenStream> {
    let given = texts.into_iter().filter_map(|(member, text)| {
        let text = text?;
        Some(quote!(#member = ::core::option::Option::Some(#text)))
    });
    given.collect()
}
