//! The columns and relations of a model by their names, by which the fields of projections find them.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Path, Type, spanned::Spanned};

use super::{
    generics::ModelTokens,
    relation::{name_hash, relation_kind},
    tokens::{respan, unraw},
};
use crate::ast::{self, ProjectedField, ProjectionSource};

/// The number of the column or relation that a field reads, as the constant `member`; its evaluation is the error if there
/// is none. If a column and a relation have the same name, the field's type chooses.
pub(super) fn number_of_member(
    member: &Ident,
    projected: &ProjectedField,
    model: &Path,
    private: &TokenStream,
) -> Option<TokenStream> {
    let ProjectionSource::Member { name, traversal, .. } = &projected.source else { return None };
    let ty = &projected.ty;
    let (field, text, shown) = (unraw(&projected.ident), unraw(name), shown(ty));
    let (number, relation) = (name_hash(name), relation_hash(name));
    let probe = |number: u64| quote!(#private::relation::ProbeMember::<#model, #number>);
    let (own, other) = (probe(number), probe(relation));
    let reads = |number: u64| quote!(#private::relation::ProbeReads::<#model, #ty, #number>::READS);
    let (reads, other_reads) = (reads(number), reads(relation));
    let table = quote!(#private::model::ModelProbe::<#model>);
    let there = quote! {
        #private::relation::check_member(#table::TABLE, #table::MEMBERS, #own::THERE || #other::THERE, #text)
    };
    let there = respan(name.span(), there);
    let probes = quote! {
        #[allow(unused_imports)]
        use #private::{
            model::NotAModel as _,
            relation::{NoMember as _, NoReading as _, NoType as _},
        };
    };
    if traversal.is_some() {
        return Some(quote! {
            const #member: ::core::primitive::u64 = {
                #probes
                #there;
                if #other::THERE { #relation } else { #number }
            };
        });
    }
    let fits = quote! {
        #private::relation::check_column(#own::COLUMN, #reads, #field, #shown);
        #private::relation::check_relation(#table::TABLE, #own::GIVES, #reads, #field, #shown);
    };
    let fits = respan(ty.span(), fits);
    // Apart from the number, because the field can be read, though as another type than the column has.
    let same = respan(
        ty.span(),
        quote! {
            #private::relation::check_part(#own::COLUMN, #private::relation::ProbeType::<#ty>::TYPE, #field)
        },
    );
    Some(quote! {
        const #member: ::core::primitive::u64 = {
            #probes
            #there;
            if #other_reads {
                #relation
            } else {
                #fits
                #number
            }
        };
        const _: () = {
            #probes
            if #reads {
                #same
            }
        };
    })
}

/// A type as a person would write it.
fn shown(ty: &Type) -> String {
    let mut text = quote!(#ty).to_string();
    for (spaced, close) in [(" <", "<"), ("< ", "<"), (" >", ">"), (" ::", "::"), (":: ", "::"), (" ,", ",")] {
        text = text.replace(spaced, close);
    }
    text
}

/// The hash for a relation that has the name of a column.
fn relation_hash(name: &Ident) -> u64 {
    name_hash(&format_ident!("{}__relation", unraw(name)))
}

/// An impl for each column and relation, so that projections find them by name.
pub(super) fn members(model: &ast::Model, private: &TokenStream, tokens: &ModelTokens) -> TokenStream {
    let ModelTokens { model: ty, params, bounds, .. } = tokens;
    let columns = model.columns().map(|(field, column)| {
        let (name, number) = (&column.name, name_hash(&field.ident));
        let (kind, compared) = match (&column.json, ast::is_option(&field.ty)) {
            (None, _) => (quote!(ColumnOf), quote!(::core::option::Option::Some(#name))),
            (Some(_), false) => (quote!(JsonOf), quote!(::core::option::Option::None)),
            (Some(_), true) => (quote!(MaybeJsonOf), quote!(::core::option::Option::None)),
        };
        quote! {
            #[automatically_derived]
            impl #params #private::relation::Member<#number> for #ty #bounds {
                type Is = #private::relation::#kind;

                const COLUMN: ::core::option::Option<&'static str> = #compared;

                fn member() -> Self::Is {
                    <Self::Is>::new(#name)
                }
            }
        }
    });
    let of_keys = model.foreign_keys.iter().filter_map(|it| {
        let kind = if it.optional { quote!(MaybeOne) } else { quote!(One) };
        Some((it.reference.relation.as_ref()?, &it.reference.target, kind))
    });
    let declared = model.relations.iter().map(|it| (&it.name, &it.target, relation_kind(it)));
    let is_column = |name: &Ident| model.columns().any(|(field, _)| unraw(&field.ident) == unraw(name));
    let relations = of_keys.chain(declared).map(|(name, target, kind)| {
        let number = if is_column(name) { relation_hash(name) } else { name_hash(name) };
        let shown = quote!(#target).to_string().replace(' ', "");
        let of_it = format!("of a projection of it (`#[orm(of = {shown})]`)");
        let gives = match kind.to_string().as_str() {
            "One" => format!("a `{shown}`, or a projection of it (`#[orm(of = {shown})]`) that is `Clone`"),
            "MaybeOne" => format!("an `Option` of `{shown}`, or {of_it} that is `Clone`"),
            "AtMostOne" => format!("an `Option` of `{shown}`, or {of_it}"),
            _ => format!("a `Vec` of `{shown}`, or {of_it}"),
        };
        quote! {
            #[automatically_derived]
            impl #params #private::relation::Member<#number> for #ty #bounds {
                type Is = #private::relation::Related<Self, #target, #private::relation::#kind>;

                const COLUMN: ::core::option::Option<&'static str> = ::core::option::Option::None;
                const GIVES: &'static str = #gives;

                fn member() -> Self::Is {
                    Self::#name()
                }
            }
        }
    });
    columns.chain(relations).collect()
}

/// The names of the columns and relations of a model.
pub(super) fn member_names(model: &ast::Model) -> Vec<String> {
    let columns = model.columns().map(|(field, _)| unraw(&field.ident));
    let of_keys = model.foreign_keys.iter().filter_map(|it| it.reference.relation.as_ref());
    let relations = of_keys.chain(model.relations.iter().map(|it| &it.name)).map(unraw);
    let mut names: Vec<String> = Vec::new();
    for name in columns.chain(relations) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
