//! `NewUser`: a row to insert, each insertable column a field.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Type};

use super::{plain, to_json};
use crate::ast::{self, Column, Field, FieldKind, Model};

/// What a field of the new row holds.
enum Part<'a> {
    /// A column that an insert may name, with its number among all columns.
    Column(usize, &'a Column),
    /// The new row of a flattened struct.
    Flatten,
}

impl Part<'_> {
    /// Whether an insert has to give it.
    fn is_required(&self, field: &Field) -> bool {
        match self {
            Self::Column(_, column) => !column.has_default() && !ast::is_option(&field.ty),
            Self::Flatten => true,
        }
    }

    fn has_default(&self) -> bool {
        matches!(self, Self::Column(_, column) if column.has_default())
    }
}

/// The fields of the new row.
fn parts(model: &Model) -> Vec<(&Field, Part<'_>)> {
    let mut number = 0_usize;
    let parts = model.fields.iter().filter_map(|field| match &field.kind {
        FieldKind::Skip => None,
        FieldKind::Flatten => Some((field, Part::Flatten)),
        FieldKind::Column(column) => {
            number += 1;
            (!column.is_automatic()).then(|| (field, Part::Column(number - 1, column)))
        }
    });
    parts.collect()
}

/// The struct, with `new`.
pub(super) fn definition(model: &Model, private: &TokenStream) -> Option<TokenStream> {
    let (new, vis) = (model.insert.as_ref()?, &model.vis);
    let parts = parts(model);
    let description = format!("A new row of `{}`, to insert.", plain(&model.ident));
    let fields = parts.iter().map(|(field, part)| {
        let (vis, ident) = (&field.vis, &field.ident);
        let ty = field_type(field, part, private);
        let description = match part {
            Part::Flatten => format!("The columns of `{}`.", plain(ident)),
            Part::Column(_, column) if column.has_default() => {
                format!("The column `{}`; `Auto` leaves it to its default.", column.name)
            }
            Part::Column(_, column) => format!("The column `{}`.", column.name),
        };
        quote! {
            #[doc = #description]
            #vis #ident: #ty,
        }
    });
    let parameters = parts.iter().filter(|(field, part)| part.is_required(field)).map(|(field, part)| {
        let (ident, ty) = (&field.ident, field_type(field, part, private));
        // Text comes as `&str` as well. For other types a conversion would only keep literals from finding theirs.
        if is_text(&field.ty) { quote!(#ident: impl ::core::convert::Into<#ty>) } else { quote!(#ident: #ty) }
    });
    let values = parts.iter().map(|(field, part)| {
        let ident = &field.ident;
        if part.has_default() {
            quote!(#ident: #private::model::Defaulted::Auto)
        } else if part.is_required(field) && is_text(&field.ty) {
            quote!(#ident: ::core::convert::Into::into(#ident))
        } else if part.is_required(field) {
            quote!(#ident)
        } else {
            quote!(#ident: ::core::option::Option::None)
        }
    });
    let about_new = "A row with the columns that need a value; the others are NULL or left to their defaults.";
    Some(quote! {
        #[doc = #description]
        #[derive(::core::fmt::Debug, ::core::clone::Clone)]
        #[allow(dead_code)]
        #vis struct #new {
            #(#fields)*
        }

        #[automatically_derived]
        #[allow(dead_code, clippy::too_many_arguments)]
        impl #new {
            #[doc = #about_new]
            #[must_use]
            #vis fn new(#(#parameters),*) -> Self {
                Self { #(#values),* }
            }
        }
    })
}

/// Whether a type is named `String`.
fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|it| it.ident == "String"))
}

fn field_type(field: &Field, part: &Part<'_>, private: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    match part {
        Part::Flatten => quote!(<#ty as #private::model::Flatten>::New),
        Part::Column(_, column) if column.has_default() => quote!(#private::model::Defaulted<#ty>),
        Part::Column(..) => quote!(#ty),
    }
}

/// Its traits.
pub(super) fn impls(model: &Model, private: &TokenStream, marker: &Ident) -> Option<TokenStream> {
    let (new, ident) = (model.insert.as_ref()?, &model.ident);
    let default = parts(model).iter().all(|(field, part)| !part.is_required(field)).then(|| {
        quote! {
            #[automatically_derived]
            impl ::core::default::Default for #new {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    let insertable = (!model.shared).then(|| {
        let writes = writes(model, private, marker, &quote!(self), &quote!(0));
        quote! {
            #[automatically_derived]
            impl #private::model::Insertable<#ident> for #new {
                fn write<__OrmS: #private::model::InsertSink>(self, __orm_sink: &mut __OrmS) {
                    let _ = &__orm_sink;
                    #(#writes)*
                }
            }
        }
    });
    Some(quote!(#default #insertable))
}

/// How many columns an insert may name, as a constant expression.
pub(super) fn count(model: &Model, private: &TokenStream) -> TokenStream {
    let parts = parts(model);
    place(&quote!(0), &parts, private)
}

/// The place behind `parts`, of which the first is at `first`.
fn place(first: &TokenStream, parts: &[(&Field, Part<'_>)], private: &TokenStream) -> TokenStream {
    let own = parts.iter().filter(|(_, part)| matches!(part, Part::Column(..))).count();
    let flattened = parts.iter().filter(|(_, part)| matches!(part, Part::Flatten)).map(|(field, _)| &field.ty);
    quote!(#first + #own #(+ <#flattened as #private::model::Flatten>::INSERTABLE)*)
}

/// The statements that hand the values of `row` to the sink, the first at the place `first`.
pub(super) fn writes(
    model: &Model,
    private: &TokenStream,
    marker: &Ident,
    row: &TokenStream,
    first: &TokenStream,
) -> Vec<TokenStream> {
    let parts = parts(model);
    let write = |(index, (field, part)): (usize, &(&Field, Part<'_>))| {
        let (ident, ty) = (&field.ident, &field.ty);
        let place = place(first, parts.get(..index).unwrap_or_default(), private);
        let value = quote!(#row.#ident);
        let Part::Column(number, column) = part else {
            return quote!(<#ty as #private::model::Flatten>::insert(#value, #place, __orm_sink););
        };
        let name = &column.name;
        let json = column.json.is_some();
        if !column.has_default() {
            let value = if json { to_json(private, ty, &value) } else { value };
            return quote! {
                #private::model::insert_value::<#marker, #number, __OrmS>(#value, #place, #name, __orm_sink);
            };
        }
        let value = if json {
            let inside = to_json(private, ty, &quote!(__orm_value));
            quote! {
                match #value {
                    #private::model::Defaulted::Auto => #private::model::Defaulted::Auto,
                    #private::model::Defaulted::Set(__orm_value) => #private::model::Defaulted::Set(#inside),
                }
            }
        } else {
            value
        };
        quote!(#private::model::insert_defaulted::<#marker, #number, __OrmS>(#value, #place, #name, __orm_sink);)
    };
    parts.iter().enumerate().map(write).collect()
}
