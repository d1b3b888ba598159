//! `impl Model`, `Keyed` and `Writable`, and the table as constant data.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Ident, Type, spanned::Spanned};

use super::{at, constraint, plain};
use crate::ast::{self, Column, Field, FieldKind, Model};

/// The table, and the traits that make the struct a model.
pub(super) fn impls(model: &Model, private: &TokenStream, marker: &Ident) -> TokenStream {
    let Model { ident, columns, .. } = model;
    let table = table(model, private, marker);
    let fields = column_values(model, private, marker);
    let origin = model.needs_marker().then(|| quote!(__orm_origin,));
    let writable = (!model.view).then(|| {
        quote! {
            #[automatically_derived]
            impl #private::model::Writable for #ident {}
        }
    });
    let check = model.has_flattened().then(|| {
        let check = at(ident.span(), quote!(#private::model::check_columns(&__ORM_TABLE)));
        quote!(const _: () = #check;)
    });
    let keyed = keyed(model, private, marker);
    quote! {
        #check

        static __ORM_TABLE: #private::schema::Table = #table;

        #[automatically_derived]
        impl #private::model::Model for #ident {
            type Columns<__OrmN: #private::expr::Mode> = #columns<__OrmN>;

            const TABLE: &'static #private::schema::Table = &__ORM_TABLE;

            fn columns<__OrmN: #private::expr::Mode>(__orm_origin: #private::expr::Origin) -> #columns<__OrmN> {
                #columns { #(#fields,)* #origin }
            }
        }

        #writable
        #keyed
    }
}

/// The values of the fields of the struct of columns.
pub(super) fn column_values(model: &Model, private: &TokenStream, marker: &Ident) -> Vec<TokenStream> {
    let mut number = 0_usize;
    let mut flattened: Vec<&Type> = Vec::new();
    let values = model.fields.iter().filter_map(|field| {
        let (ident, ty) = (&field.ident, &field.ty);
        let own = Literal::usize_unsuffixed(number);
        let index = if flattened.is_empty() {
            quote!(#own)
        } else {
            let before = quote!(&[#(<#flattened as #private::model::Flatten>::COLUMNS),*]);
            quote!(const { #private::model::columns_before(#own, #before) })
        };
        let value = match &field.kind {
            FieldKind::Skip => return None,
            FieldKind::Flatten => {
                flattened.push(ty);
                let origin = quote!(#private::expr::Origin::offset(__orm_origin, #index));
                quote!(<#ty as #private::model::Flatten>::columns::<__OrmN>(#origin))
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

fn keyed(model: &Model, private: &TokenStream, marker: &Ident) -> Option<TokenStream> {
    if !model.has_key() {
        return None;
    }
    let ident = &model.ident;
    let all: Vec<(usize, &Field, &Column)> =
        model.columns().enumerate().map(|(number, (field, column))| (number, field, column)).collect();
    let keys = || all.iter().filter(|(_, _, column)| column.key.is_some());
    // An `Option` here has had its message: what is written is what it should have been.
    let types: Vec<_> = keys().map(|(_, field, _)| ast::inner(&field.ty).unwrap_or(&field.ty)).collect();
    let key = if let [single] = types.as_slice() { quote!(#single) } else { quote!((#(#types,)*)) };
    let bind = |number: &usize, field: &Field| {
        let ident = &field.ident;
        quote_spanned!(field.ty.span()=> #private::model::bind_field::<#marker, #number>(&self.#ident))
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
    Some(quote! {
        #[automatically_derived]
        impl #private::model::Keyed for #ident {
            type Key = #key;

            fn key(&self) -> ::std::vec::Vec<#private::value::Bind> {
                ::std::vec![#(#binds),*]
            }

            #version
        }
    })
}

/// The table, as an expression of a static.
fn table(model: &Model, private: &TokenStream, marker: &Ident) -> TokenStream {
    let (ident, table, view) = (plain(&model.ident), &model.table, model.view);
    let schema = option(model.schema.as_ref());
    let columns = column_defs(model, private, marker);
    let key = model.columns().filter(|(_, it)| it.key.is_some()).map(|(_, it)| &it.name);
    let constraints = constraint::table(model, private);
    let relations = model.relations.iter().map(|it| {
        let (name, many) = (plain(&it.name), it.many);
        let target = constraint::target(private, &it.target);
        let key = option(it.key.as_ref().map(plain).as_ref());
        let through = match &it.through {
            Some(through) => {
                let through = constraint::target(private, through);
                quote!(::core::option::Option::Some(#through))
            }
            None => quote!(::core::option::Option::None),
        };
        quote! {{
            let mut __orm_relation = #private::schema::RelationDef::new(#name, #many, #target);
            __orm_relation.key = #key;
            __orm_relation.through = #through;
            __orm_relation
        }}
    });
    quote! {{
        let mut __orm_table = #private::schema::Table::new(#ident, #table);
        __orm_table.schema = #schema;
        __orm_table.view = #view;
        __orm_table.columns = const { #columns };
        __orm_table.key = &[#(#key),*];
        #constraints
        __orm_table.relations = const { &[#(#relations),*] };
        __orm_table
    }}
}

/// The slice of all columns, as a constant expression.
pub(super) fn column_defs(model: &Model, private: &TokenStream, marker: &Ident) -> TokenStream {
    let mut number = 0_usize;
    let own = model.fields.iter().filter_map(|field| match &field.kind {
        FieldKind::Skip => None,
        FieldKind::Flatten => {
            let ty = &field.ty;
            Some((true, quote!(<#ty as #private::model::Flatten>::COLUMNS)))
        }
        FieldKind::Column(it) => {
            let def = column(private, marker, number, field, it);
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
    quote! {{
        const __ORM_PARTS: &[&[#private::schema::ColumnDef]] = &[#(#parts),*];
        const __ORM_LEN: usize = #private::model::columns_before(0, __ORM_PARTS) as usize;
        const __ORM_ALL: [#private::schema::ColumnDef; __ORM_LEN] = #private::model::join_columns(__ORM_PARTS);
        &__ORM_ALL
    }}
}

fn column(private: &TokenStream, marker: &Ident, number: usize, field: &Field, column: &Column) -> TokenStream {
    let (name, ident) = (&column.name, plain(&field.ident));
    let def = quote!(#private::model::field_def::<#marker, #number>(#name, #ident));
    let mut sets = Vec::new();
    if column.identity.is_some() {
        sets.push(quote!(identity = true));
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

/// A text that may be absent, as an expression.
pub(super) fn option(text: Option<&String>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}
