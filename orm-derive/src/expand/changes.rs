//! `#[derive(Changes)]`: a struct of `Option`s as a partial update of a model.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{DeriveInput, spanned::Spanned};

use super::{at, private, to_json};
use crate::{ast, attr, ctxt::Ctxt, valid};

/// Writes the impl.
pub(crate) fn changes(input: &DeriveInput) -> TokenStream {
    let mut ctxt = Ctxt::default();
    let code = write(&mut ctxt, input);
    ctxt.with(code.unwrap_or_default())
}

fn write(ctxt: &mut Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let attrs = attr::struct_attrs(ctxt, &input.attrs);
    let fields = ast::named_fields(ctxt, input, "Changes")?;
    let private = private(&valid::krate(attrs.krate.map(|it| it.value)));
    let Some(model) = attrs.of else {
        ctxt.error(input.ident.span(), "which model does this change? add `#[orm(of = User)]`");
        return None;
    };
    let model = model.value;
    let ident = &input.ident;
    let mut sets = Vec::new();
    for field in fields {
        let attrs = attr::field_attrs(ctxt, &field.attrs);
        attr::refuse_flatten(ctxt, &attrs);
        let (None, Some(name)) = (attrs.skip, &field.ident) else { continue };
        let Some(inner) = ast::inner(&field.ty) else {
            let ty = &field.ty;
            let message = format!(
                "a field of `Changes` is an `Option`, where `None` leaves the column as it is: write `Option<{}>`",
                quote!(#ty).to_string().replace(' ', "")
            );
            ctxt.error(field.ty.span(), message);
            continue;
        };
        let value = quote!(__orm_value);
        let value = if attrs.json.is_some() { to_json(&private, inner, &value) } else { value };
        let value = quote_spanned!(inner.span()=> { #value });
        // Where a column that cannot be set is told.
        let set = at(name.span(), quote!(#private::expr::Column::set));
        sets.push(quote! {
            if let ::core::option::Option::Some(__orm_value) = self.#name {
                __orm_set.push(#set(__orm_columns.#name, #value));
            }
        });
    }
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    // The one place that says so when `of` names no model.
    let columns = at(model.span(), quote!(#private::model::columns_of::<#model>()));
    Some(quote! {
        #[allow(deprecated, unused_braces, clippy::all, clippy::pedantic)]
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #private::expr::IntoAssignments<#model> for #ident #type_generics #where_clause {
                fn assign(self, __orm_set: &mut ::std::vec::Vec<#private::ast::Assignment>) {
                    let __orm_columns = #columns;
                    let _ = (&__orm_set, &__orm_columns);
                    #(#sets)*
                }
            }
        };
    })
}
