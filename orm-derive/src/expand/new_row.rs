//! `NewUser`: a row to insert, each insertable column a field.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Generics;

use super::{
    generics::{ModelTokens, used_by},
    tokens::{marker, to_json, unraw},
};
use crate::ast::{self, Column, Field, FieldKind, Model};

/// A field of the new row.
enum NewField<'a> {
    /// A column that an insert may write, with its number among all columns.
    Column(usize, &'a Column),
    /// The new row of a flattened struct, with its number among those.
    Flatten(usize),
}

impl NewField<'_> {
    /// Whether an insert must have a value for it.
    fn is_required(&self, field: &Field) -> bool {
        match self {
            Self::Column(_, column) => !column.has_default() && !ast::is_option(&field.ty),
            Self::Flatten(_) => true,
        }
    }

    fn has_default(&self) -> bool {
        matches!(self, Self::Column(_, column) if column.has_default())
    }
}

/// The fields of the new row.
fn new_fields(model: &Model) -> Vec<(&Field, NewField<'_>)> {
    let (mut number, mut part) = (0_usize, 0_usize);
    let parts = model.fields.iter().filter_map(|field| match &field.kind {
        FieldKind::Skip | FieldKind::Invalid => None,
        FieldKind::Flatten => {
            part += 1;
            Some((field, NewField::Flatten(part - 1)))
        }
        FieldKind::Column(column) => {
            number += 1;
            (!column.is_automatic()).then(|| (field, NewField::Column(number - 1, column)))
        }
    });
    parts.collect()
}

/// The struct, with `new`.
pub(super) fn definition(model: &Model, private: &TokenStream) -> Option<TokenStream> {
    let (new, vis) = (model.insert.as_ref()?, &model.vis);
    let parts = new_fields(model);
    let description = format!("A new row of `{}`, to insert.", unraw(&model.ident));
    let generics = generics(model, private);
    let (params, arguments, bounds) = generics.split_for_impl();
    let fields = parts.iter().map(|(field, part)| {
        let (vis, ident) = (&field.vis, &field.ident);
        let ty = field_type(model, field, part, private);
        let description = match part {
            NewField::Flatten(_) => format!("The columns of `{}`.", unraw(ident)),
            NewField::Column(_, column) if column.has_default() => {
                format!("The column `{}`; `Auto` leaves it to its default.", column.name)
            }
            NewField::Column(_, column) => format!("The column `{}`.", column.name),
        };
        quote! {
            #[doc = #description]
            #vis #ident: #ty,
        }
    });
    let parameters = parts.iter().filter(|(field, part)| part.is_required(field)).map(|(field, part)| {
        let (ident, ty) = (&field.ident, field_type(model, field, part, private));
        // A text may be a `&str`, too. For other types a conversion would only keep the compiler from inferring literals.
        if ast::is_named(&field.ty, "String") {
            quote!(#ident: impl ::core::convert::Into<#ty>)
        } else {
            quote!(#ident: #ty)
        }
    });
    let values = parts.iter().map(|(field, part)| {
        let ident = &field.ident;
        if part.has_default() {
            quote!(#ident: #private::model::Defaulted::Auto)
        } else if part.is_required(field) && ast::is_named(&field.ty, "String") {
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
        #vis struct #new #generics #bounds {
            #(#fields)*
        }

        #[automatically_derived]
        #[allow(dead_code, clippy::too_many_arguments)]
        impl #params #new #arguments #bounds {
            #[doc = #about_new]
            #[must_use]
            #vis fn new(#(#parameters),*) -> Self {
                Self { #(#values),* }
            }
        }
    })
}

/// The parameters of the struct: those that its fields use.
fn generics(model: &Model, private: &TokenStream) -> Generics {
    let types: Vec<_> = new_fields(model).iter().map(|(field, part)| field_type(model, field, part, private)).collect();
    used_by(&model.generics, &types)
}

/// Whether the struct has all parameters of its model.
pub(super) fn has_all_parameters(model: &Model, private: &TokenStream) -> bool {
    generics(model, private).params.len() == model.generics.params.len()
}

/// The type: `NewDocument<T>`.
pub(super) fn name(model: &Model, private: &TokenStream) -> Option<TokenStream> {
    let new = model.insert.as_ref()?;
    let generics = generics(model, private);
    let (_, arguments, _) = generics.split_for_impl();
    Some(quote!(#new #arguments))
}

fn field_type(model: &Model, field: &Field, part: &NewField<'_>, private: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    match part {
        // With type parameters by the type itself, because the marker has them all and the new row may not.
        NewField::Flatten(_) if !model.generics.params.is_empty() => quote!(<#ty as #private::model::Flatten>::New),
        NewField::Flatten(number) => {
            let marker = marker(model);
            quote!(<#marker as #private::model::NewFlattened<#number>>::New)
        }
        NewField::Column(_, column) if column.has_default() => quote!(#private::model::Defaulted<#ty>),
        NewField::Column(..) => quote!(#ty),
    }
}

/// Its traits.
pub(super) fn impls(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> Option<TokenStream> {
    let new = name(model, private)?;
    let ModelTokens { model: ty, marker, params, bounds, .. } = tokens;
    let default = new_fields(model).iter().all(|(field, part)| !part.is_required(field)).then(|| {
        let generics = generics(model, private);
        let (params, _, bounds) = generics.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #params ::core::default::Default for #new #bounds {
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
            impl #params #private::model::Insertable<#ty> for #new #bounds {
                fn write<__OrmS: #private::model::InsertSink>(self, __orm_sink: &mut __OrmS) {
                    let _ = &__orm_sink;
                    #(#writes)*
                }
            }
        }
    });
    Some(quote!(#default #insertable))
}

/// The number of columns that an insert may write, as a constant expression.
pub(super) fn count(model: &Model, private: &TokenStream, marker: &TokenStream) -> TokenStream {
    let parts = new_fields(model);
    position(&quote!(0), &parts, private, marker)
}

/// The position after `parts`, of which the first is at `first`.
fn position(
    first: &TokenStream,
    parts: &[(&Field, NewField<'_>)],
    private: &TokenStream,
    marker: &TokenStream,
) -> TokenStream {
    let own = parts.iter().filter(|(_, part)| matches!(part, NewField::Column(..))).count();
    let flattened = parts.iter().filter_map(|(_, part)| match part {
        NewField::Flatten(number) => Some(number),
        NewField::Column(..) => None,
    });
    quote!(#first + #own #(+ #private::model::flattened_insertable::<#marker, #flattened>())*)
}

/// The statements that hand the values of `row` to the sink, the first at the position `first`.
pub(super) fn writes(
    model: &Model,
    private: &TokenStream,
    marker: &TokenStream,
    row: &TokenStream,
    first: &TokenStream,
) -> Vec<TokenStream> {
    let parts = new_fields(model);
    let write = |(index, (field, part)): (usize, &(&Field, NewField<'_>))| {
        let (ident, ty) = (&field.ident, &field.ty);
        let position = position(first, parts.get(..index).unwrap_or_default(), private, marker);
        let value = quote!(#row.#ident);
        let (number, column) = match part {
            NewField::Column(number, column) => (number, column),
            NewField::Flatten(number) => {
                return quote!(#private::model::insert_flattened_new::<#marker, #number, __OrmS>(#value, #position, __orm_sink););
            }
        };
        let name = &column.name;
        let json = column.json.is_some();
        if !column.has_default() {
            let value = if json { to_json(private, ty, &value) } else { value };
            return quote! {
                #private::model::insert_value::<#marker, #number, __OrmS>(#value, #position, #name, __orm_sink);
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
        quote!(#private::model::insert_defaulted::<#marker, #number, __OrmS>(#value, #position, #name, __orm_sink);)
    };
    parts.iter().enumerate().map(write).collect()
}
