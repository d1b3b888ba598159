//! `impl Model`, `Keyed` and `Writable`, and the table as constant data.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{parse_quote, spanned::Spanned};

use super::{
    const_check,
    constraint::{self, with_sets},
    generics::{ModelTokens, bounds_and},
    member,
    tokens::{respan, unraw},
};
use crate::ast::{self, Column, Field, FieldKind, Model, Numbering, TableProperties};

/// The table, and the traits that make the struct a model.
pub(super) fn impls(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> TokenStream {
    let ModelTokens { model: ty, columns, params, bounds, .. } = tokens;
    let columns_ident = &model.columns;
    let table = table(model, private, tokens);
    let fields = column_values(model, private, tokens);
    let origin = model.needs_marker().then(|| quote!(__orm_origin,));
    let writable = (!model.view).then(|| {
        quote! {
            #[automatically_derived]
            impl #params #private::model::Writable for #ty #bounds {}
        }
    });
    let columns_check = check_columns(model, private, tokens);
    let const_check::ConstChecks { items, statements } = const_check::of(model, private, tokens);
    let keyed = keyed(model, private, tokens);
    let marked = model.needs_marker().then(|| {
        quote!(
            const MARKED: ::core::primitive::bool = true;
        )
    });
    let members = member::member_names(model);
    quote! {
        #columns_check
        #items

        #[automatically_derived]
        impl #params #private::model::Model for #ty #bounds {
            type Columns<__OrmN: #private::expr::Mode> = #columns;

            const TABLE: &'static #private::schema::Table = &#table;

            #marked

            const MEMBERS: &'static [&'static str] = &[#(#members),*];

            fn columns<__OrmN: #private::expr::Mode>(__orm_origin: #private::expr::Origin) -> #columns {
                #statements
                #columns_ident { #(#fields,)* #origin }
            }
        }

        #writable

        #[automatically_derived]
        impl #params #private::query::RowsOf<#ty> for #ty #bounds {
            type Model = #ty;
        }

        #keyed
    }
}

/// For a model with flattened fields: the number of all columns, and the check that no two have the same name. Outside of
/// the impl, because these constants may not depend on type parameters.
fn check_columns(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> Option<TokenStream> {
    if !model.has_flattened() {
        return None;
    }
    let own = model.columns().map(|(_, column)| &column.name);
    let count = model.columns().count();
    let (ident, name) = (&model.ident, unraw(&model.ident));
    // By the types themselves if the model has parameters; otherwise by the marker, so that a type without columns gets no
    // second message.
    let parts = model.flattened().enumerate().map(|(number, field)| {
        let (ty, marker) = (&field.ty, &tokens.marker);
        if model.generics.params.is_empty() {
            quote!(#private::model::flattened_columns::<#marker, #number>())
        } else {
            quote!(<#ty as #private::model::Flatten>::COLUMNS)
        }
    });
    let parts = quote!(&[#(#parts),*]);
    let check = quote!(#private::model::check_columns(#name, &[#(#own),*], __ORM_FLATTENED));
    let check = respan(ident.span(), check);
    let count = Literal::usize_unsuffixed(count);
    Some(quote! {
        const __ORM_FLATTENED: &[&[#private::schema::ColumnDef]] = #parts;
        const __ORM_LEN: usize = #private::model::columns_before(#count, __ORM_FLATTENED) as usize;
        const _: () = #check;
    })
}

/// The fields of the struct of columns, with their values.
pub(super) fn column_values(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> Vec<TokenStream> {
    let marker = &tokens.marker;
    let mut number = 0_usize;
    let mut flattened: Vec<usize> = Vec::new();
    let values = model.fields.iter().filter_map(|field| {
        let ident = &field.ident;
        let own = Literal::usize_unsuffixed(number);
        let index = if flattened.is_empty() {
            quote!(#own)
        } else {
            let before = quote!(&[#(#private::model::flattened_columns::<#marker, #flattened>()),*]);
            quote!(const { #private::model::columns_before(#own, #before) })
        };
        let value = match &field.kind {
            FieldKind::Skip | FieldKind::Invalid => return None,
            FieldKind::Flatten => {
                let part = flattened.len();
                flattened.push(part);
                let origin = quote!(#private::expr::Origin::offset(__orm_origin, #index));
                quote!(<__OrmN as #private::expr::Mode>::flattened::<#marker, #part>(#origin))
            }
            FieldKind::Column(column) => {
                let (name, this) = (&column.name, number);
                number += 1;
                quote!(<__OrmN as #private::expr::Mode>::field::<#marker, #this>(__orm_origin, #index, #name))
            }
        };
        Some(quote!(#ident: #value))
    });
    values.collect()
}

fn keyed(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> Option<TokenStream> {
    if !model.has_key() {
        return None;
    }
    let ModelTokens { model: ty, marker, params, .. } = tokens;
    let all: Vec<(usize, &Field, &Column)> =
        model.columns().enumerate().map(|(number, (field, column))| (number, field, column)).collect();
    let keys = || all.iter().filter(|(_, _, column)| column.key.is_some());
    // An `Option` was refused: the code is written for the type inside.
    let types: Vec<_> = keys().map(|(_, field, _)| ast::inner(&field.ty).unwrap_or(&field.ty)).collect();
    let key = if let [single] = types.as_slice() { quote!(#single) } else { quote!((#(#types,)*)) };
    let bind = |number: &usize, field: &Field| {
        let ident = &field.ident;
        respan(field.ty.span(), quote!(#private::model::bind_field::<#marker, #number>(&self.#ident)))
    };
    let binds = keys().map(|(number, field, _)| bind(number, field));
    let version = all.iter().find(|(_, _, column)| column.version.is_some()).map(|(number, field, _)| {
        let bind = bind(number, field);
        quote! {
            fn version(&self) -> ::core::option::Option<#private::value::Bind> {
                ::core::option::Option::Some(#bind)
            }
        }
    });
    // The binds of the key and the version are clones, so a type parameter needs `Clone`.
    let cloned =
        all.iter().filter(|(_, _, it)| it.key.is_some() || it.version.is_some()).map(|(_, field, _)| &field.ty);
    let cloned = cloned.filter(|ty| ast::is_generic(&model.generics, ty));
    let bounds = bounds_and(&tokens.generics, cloned.map(|ty| parse_quote!(#ty: ::core::clone::Clone)).collect());
    Some(quote! {
        #[automatically_derived]
        impl #params #private::model::Keyed for #ty #bounds {
            type Key = #key;

            fn key(&self) -> ::std::vec::Vec<#private::value::Bind> {
                ::std::vec![#(#binds),*]
            }

            #version
        }
    })
}

/// The table, as an expression of a static.
fn table(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> TokenStream {
    let (ident, table) = (unraw(&model.ident), &model.table);
    let view = model.view.then(|| quote!(__orm_table.view = true;));
    let schema = model.schema.as_ref().map(|it| quote!(__orm_table.schema = ::core::option::Option::Some(#it);));
    let properties = properties(model);
    let columns = column_defs(model, private, tokens);
    let key = model.columns().filter(|(_, it)| it.key.is_some()).map(|(_, it)| &it.name);
    let constraints = constraint::table(model, private, &tokens.marker);
    let relations = model.relations.iter().map(|it| {
        let (name, many) = (unraw(&it.name), it.many);
        let target = constraint::target(private, &it.target);
        let key = it.key.iter().map(unraw);
        let through = match &it.through {
            Some(through) => {
                let through = constraint::target(private, through);
                quote!(::core::option::Option::Some(#through))
            }
            None => quote!(::core::option::Option::None),
        };
        quote! {{
            let mut __orm_relation = #private::schema::RelationDef::new(#name, #many, #target);
            __orm_relation.key = &[#(#key),*];
            __orm_relation.through = #through;
            __orm_relation
        }}
    });
    let relations: Vec<TokenStream> = relations.collect();
    let relations = (!relations.is_empty()).then(|| quote!(__orm_table.relations = const { &[#(#relations),*] };));
    quote! {{
        let mut __orm_table = #private::schema::Table::new(#ident, #table);
        #schema
        #view
        #properties
        __orm_table.columns = const { #columns };
        __orm_table.key = &[#(#key),*];
        #constraints
        #relations
        __orm_table
    }}
}

/// The assignments of what a table has besides its columns and constraints.
fn properties(model: &Model) -> TokenStream {
    let TableProperties { comment, unlogged, storage, partition_by, renamed_from } = &model.properties;
    let texts = [
        (quote!(comment), comment),
        (quote!(storage), storage),
        (quote!(partition_by), partition_by),
        (quote!(renamed_from), renamed_from),
    ];
    let texts = texts.into_iter().filter_map(|(member, text)| {
        let text = &text.as_ref()?.value;
        Some(quote!(__orm_table.#member = ::core::option::Option::Some(#text);))
    });
    let unlogged = unlogged.as_ref().map(|_| quote!(__orm_table.unlogged = true;));
    quote!(#(#texts)* #unlogged)
}

/// How an identity column is numbered, if not by default.
fn numbering(private: &TokenStream, numbering: &Numbering) -> Option<TokenStream> {
    let Numbering { always, start, increment, min, max, cache, cycle } = numbering;
    let numbers = [
        (quote!(start), start),
        (quote!(increment), increment),
        (quote!(min), min),
        (quote!(max), max),
        (quote!(cache), cache),
    ];
    let numbers = numbers.into_iter().filter_map(|(member, number)| {
        let number = number.as_ref()?.value;
        Some(quote!(#member = ::core::option::Option::Some(#number)))
    });
    let flags = [(quote!(always), always), (quote!(cycle), cycle)];
    let flags = flags.into_iter().filter_map(|(member, flag)| flag.as_ref().map(|_| quote!(#member = true)));
    let sets: Vec<TokenStream> = numbers.chain(flags).collect();
    (!sets.is_empty()).then(|| {
        let value = with_sets(&quote!(#private::schema::Numbering::new()), &sets);
        quote!(numbering = ::core::option::Option::Some(const { &#value }))
    })
}

/// The slice of all columns, as a constant expression.
pub(super) fn column_defs(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> TokenStream {
    let (mut number, mut part) = (0_usize, 0_usize);
    let own = model.fields.iter().filter_map(|field| match &field.kind {
        FieldKind::Skip | FieldKind::Invalid => None,
        FieldKind::Flatten => {
            part += 1;
            let (marker, part) = (&tokens.marker, part - 1);
            Some((true, quote!(#private::model::flattened_columns::<#marker, #part>())))
        }
        FieldKind::Column(it) => {
            let def = column(private, &tokens.marker, number, field, it);
            number += 1;
            Some((false, def))
        }
    });
    let all: Vec<(bool, TokenStream)> = own.collect();
    if !model.has_flattened() {
        let defs = all.iter().map(|(_, def)| def);
        return quote!(&[#(#defs),*]);
    }
    let parts = all.iter().map(|(many, it)| if *many { quote!(#it) } else { quote!(&[#it]) });
    quote!(&#private::model::join_columns::<__ORM_LEN>(&[#(#parts),*]))
}

fn column(private: &TokenStream, marker: &TokenStream, number: usize, field: &Field, column: &Column) -> TokenStream {
    let (name, ident) = (&column.name, unraw(&field.ident));
    let def = quote!(#private::model::field_def::<#marker, #number>(#name, #ident));
    let mut sets = Vec::new();
    if let Some(identity) = &column.identity {
        sets.push(quote!(identity = true));
        sets.extend(numbering(private, &identity.value));
    }
    if column.virtual_generated && column.generated.is_some() {
        sets.push(quote!(virtual_generated = true));
    }
    if column.version.is_some() {
        sets.push(quote!(version = true));
        if column.default.is_none() {
            sets.push(quote!(default = ::core::option::Option::Some("0")));
        }
    }
    let texts = [
        (quote!(default), &column.default),
        (quote!(generated), &column.generated),
        (quote!(on_update), &column.on_update),
        (quote!(renamed_from), &column.renamed_from),
        (quote!(sql_type), &column.sql_type),
        (quote!(collation), &column.collation),
        (quote!(comment), &column.comment),
    ];
    for (member, text) in texts {
        if let Some(text) = text {
            let text = &text.value;
            sets.push(quote!(#member = ::core::option::Option::Some(#text)));
        }
    }
    if sets.is_empty() {
        return def;
    }
    quote! {{
        let mut __orm_column = #def;
        #(__orm_column.#sets;)*
        __orm_column
    }}
}
