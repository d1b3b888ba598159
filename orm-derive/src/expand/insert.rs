//! `#[derive(Insert)]`: a struct of the user as a row of a model.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{DeriveInput, spanned::Spanned};

use super::{at, plain, private, to_json};
use crate::{ast, attr, ctxt::Ctxt, valid};

/// Writes the impl.
pub(crate) fn insert(input: &DeriveInput) -> TokenStream {
    let mut ctxt = Ctxt::default();
    let code = write(&mut ctxt, input);
    ctxt.with(code.unwrap_or_default())
}

fn write(ctxt: &mut Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let attrs = attr::struct_attrs(ctxt, &input.attrs);
    let fields = ast::named_fields(ctxt, input, "Insert")?;
    let private = private(&valid::krate(attrs.krate.map(|it| it.value)));
    let Some(model) = attrs.of else {
        ctxt.error(input.ident.span(), "which model is this a row of? add `#[orm(of = User)]`");
        return None;
    };
    let model = model.value;
    let (ident, owner) = (&input.ident, plain(&input.ident));
    let (mut names, mut parts, mut writes) = (Vec::new(), Vec::new(), Vec::new());
    for field in fields {
        let attrs = attr::field_attrs(ctxt, &field.attrs);
        let (None, Some(name)) = (attrs.skip, &field.ident) else { continue };
        let index = names.len();
        let index = quote!(#index #(+ <#parts as #private::model::Flatten>::INSERTABLE)*);
        if attrs.flatten.is_some() {
            let ty = &field.ty;
            // The value has the place of its type here, too.
            let value = at(ty.span(), quote!({ self.#name }));
            writes.push(quote! {
                #private::model::insert_flattened(__orm_columns.#name, #value, #index, __orm_sink);
            });
            parts.push(quote!(<#ty as #private::model::FlattenNew>::Of));
            continue;
        }
        names.push(plain(name));
        let value = quote!(self.#name);
        let value = if attrs.json.is_some() { to_json(&private, &field.ty, &value) } else { value };
        // The value has the place of its type, where a type that does not fit is shown.
        let value = quote_spanned!(field.ty.span()=> { #value });
        writes.push(quote! {
            #private::model::insert_field(__orm_columns.#name, #value, #index, __orm_sink);
        });
    }
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    // The one place that says so when `of` names no model.
    let columns = at(model.span(), quote!(#private::model::columns_of::<#model>()));
    let check = at(
        ident.span(),
        quote!(#private::model::check_insert(
            #private::model::Probe::<#model>::TABLE,
            #owner,
            &[#(#names),*],
            &[#(<#parts as #private::model::Flatten>::COLUMNS),*],
        )),
    );
    // Outside of the impl the check runs for every build; but only inside there are type parameters.
    let generic = input.generics.type_params().next().is_some() || input.generics.const_params().next().is_some();
    let (outside, inside) = if generic { (None, Some(quote!(const { #check };))) } else { (Some(check), None) };
    let outside = outside.map(|check| quote!(const _: () = #check;));
    Some(quote! {
        #[allow(deprecated, unused_braces, clippy::all, clippy::pedantic)]
        const _: () = {
            #[allow(unused_imports)]
            use #private::model::NoModel as _;

            #outside

            #[automatically_derived]
            impl #impl_generics #private::model::Insertable<#model> for #ident #type_generics #where_clause {
                fn write<__OrmS: #private::model::InsertSink>(self, __orm_sink: &mut __OrmS) {
                    #inside
                    let __orm_columns = #columns;
                    #(#writes)*
                }
            }
        };
    })
}
