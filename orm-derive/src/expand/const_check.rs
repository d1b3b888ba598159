//! The rules that need the types of fields, which only the compiler knows: each check is a constant at the place of the
//! mistake.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;

use super::{
    generics::ModelTokens,
    tokens::{respan, unraw},
};
use crate::ast::{Action, ConstraintColumn, Model};

/// The checks of a model: items, or statements if it has type parameters, which are evaluated for each use of the model.
pub(super) struct ConstChecks {
    pub(super) items: TokenStream,
    pub(super) statements: TokenStream,
}

/// Writes the checks.
pub(super) fn of(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> ConstChecks {
    let marker = &tokens.marker;
    let mut checks = Vec::new();
    for (number, (field, column)) in model.columns().enumerate() {
        let (name, ty) = (unraw(&field.ident), quote!(#private::model::field_type::<#marker, #number>()));
        let counted = column.identity.as_ref().map(|_| "an identity column");
        if let Some(what) = counted.or(column.version.as_ref().map(|_| "the version column")) {
            checks.push(respan(field.ty.span(), quote!(#private::model::check_integer(#ty, #what))));
        }
        for key in &model.foreign_keys {
            let Some(place) = key.fields.iter().position(|it| *it == field.ident) else { continue };
            let (target, count) = (&key.reference.target, key.fields.len());
            let columns = key.reference.columns.iter().map(unraw);
            let table = quote!(#private::model::ModelProbe::<#target>::TABLE);
            let check = quote!(check_reference(#name, #ty, #table, &[#(#columns),*], #place, #count));
            checks.push(respan(field.ty.span(), quote!(#private::model::#check)));
            let set = &key.reference.set_columns;
            for (option, action) in key.reference.actions().filter(|(_, it)| it.value == Action::SetNull) {
                if option == "on_delete" && !set.is_empty() && !set.contains(&field.ident) {
                    continue;
                }
                let nullable = quote!(#private::model::field_nullable::<#marker, #number>());
                let check = quote!(#private::model::check_set_null(#nullable, #name, #option));
                checks.push(respan(action.span, check));
            }
        }
    }
    let probe = (!model.foreign_keys.is_empty()).then(|| {
        quote! {
            #[allow(unused_imports)]
            use #private::model::NotAModel as _;
        }
    });
    for key in &model.foreign_keys {
        let Some(first) = key.reference.columns.first() else { continue };
        let (target, columns) = (&key.reference.target, key.reference.columns.iter().map(unraw));
        let table = quote!(#private::model::ModelProbe::<#target>::TABLE);
        checks.push(respan(first.span(), quote!(#private::model::check_referred(#table, &[#(#columns),*]))));
    }
    for column in model.constraints.iter().flat_map(|it| it.columns.iter().chain(it.kind.include())) {
        if let ConstraintColumn::Flattened { number, field, inner } = column {
            let (part, field) = (unraw(field), unraw(inner));
            let check = quote!(#private::model::check_flattened_column::<#marker, #number>(#part, #field));
            checks.push(respan(inner.span(), check));
        }
    }
    if model.generics.params.is_empty() {
        ConstChecks { items: quote!(#probe #(const _: () = #checks;)*), statements: TokenStream::new() }
    } else {
        ConstChecks { items: quote!(#probe), statements: quote!(#(const { #checks };)*) }
    }
}
