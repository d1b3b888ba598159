//! Constraints: in the metadata of the table, and as constants of the struct.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Path;

use super::{
    generics::ModelTokens,
    tokens::{option, unraw},
};
use crate::ast::{ConstraintColumn, ConstraintKind, ForeignKey, Model, OnDelete};

/// The function that returns the table of another model; a message about a type that is not one points at its name.
pub(super) fn target(private: &TokenStream, path: &Path) -> TokenStream {
    quote!(#private::model::table_of::<#path>)
}

/// The name of a column in the database, as a constant expression.
fn column(private: &TokenStream, marker: &TokenStream, column: &ConstraintColumn) -> TokenStream {
    match column {
        ConstraintColumn::Own(name) => quote!(#name),
        ConstraintColumn::Flattened { number, inner, .. } => {
            let field = unraw(inner);
            quote!(#private::model::flattened_column::<#marker, #number>(#field))
        }
    }
}

/// The assignments that fill in the constraints of a table.
pub(super) fn table(model: &Model, private: &TokenStream, marker: &TokenStream) -> TokenStream {
    let (mut uniques, mut foreign_keys, mut indexes, mut checks) = (vec![], vec![], vec![], vec![]);
    for constraint in &model.constraints {
        let name = &constraint.name;
        let columns: Vec<_> = constraint.columns.iter().map(|it| column(private, marker, it)).collect();
        match &constraint.kind {
            ConstraintKind::PrimaryKey => {}
            ConstraintKind::Unique => {
                uniques.push(quote!(#private::schema::Unique::new(#name, const { &[#(#columns),*] })));
            }
            ConstraintKind::ForeignKey(number) => {
                let Some(ForeignKey { fields, reference, .. }) = model.foreign_keys.get(*number) else { continue };
                let target = self::target(private, &reference.target);
                let action = match reference.on_delete.as_ref().map(|it| it.value).unwrap_or_default() {
                    OnDelete::NoAction => quote!(NoAction),
                    OnDelete::Restrict => quote!(Restrict),
                    OnDelete::Cascade => quote!(Cascade),
                    OnDelete::SetNull => quote!(SetNull),
                    OnDelete::SetDefault => quote!(SetDefault),
                };
                let field = fields.iter().map(unraw).collect::<Vec<_>>().join(", ");
                let referred = reference.columns.iter().map(unraw);
                foreign_keys.push(quote! {{
                    let mut __orm_key = #private::schema::ForeignKey::new(
                        #name,
                        const { &[#(#columns),*] },
                        #target,
                        #private::schema::OnDelete::#action,
                        #field,
                    );
                    __orm_key.target_fields = &[#(#referred),*];
                    __orm_key
                }});
            }
            ConstraintKind::Check { condition } => {
                checks.push(quote!(#private::schema::Check::new(#name, #condition)));
            }
            ConstraintKind::Index { method, condition } => {
                let (method, condition) = (option(method.as_ref()), option(condition.as_ref()));
                indexes.push(quote! {{
                    let mut __orm_index = #private::schema::Index::new(#name, const { &[#(#columns),*] });
                    __orm_index.method = #method;
                    __orm_index.condition = #condition;
                    __orm_index
                }});
            }
        }
    }
    quote! {
        __orm_table.uniques = const { &[#(#uniques),*] };
        __orm_table.foreign_keys = const { &[#(#foreign_keys),*] };
        __orm_table.indexes = const { &[#(#indexes),*] };
        __orm_table.checks = const { &[#(#checks),*] };
    }
}

/// `impl User { pub const EMAIL_KEY: Constraint = …; }`.
pub(super) fn constants(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> Option<TokenStream> {
    let (vis, table) = (&model.vis, &model.table);
    let schema = model.schema.as_ref().map(|it| quote!(.in_schema(#it)));
    let ModelTokens { model: ty, params, bounds, .. } = tokens;
    let constants = model.constraints.iter().filter_map(|it| {
        let (constant, name) = (it.constant.as_ref()?, &it.name);
        let what = match &it.kind {
            ConstraintKind::PrimaryKey => "primary key",
            ConstraintKind::Unique => "unique constraint",
            ConstraintKind::ForeignKey(_) => "foreign key",
            ConstraintKind::Check { .. } => "check constraint",
            ConstraintKind::Index { .. } => return None,
        };
        let description = format!("The {what} `{name}`, for `Error::violates`.");
        Some(quote_spanned! {it.span=>
            #[doc = #description]
            #vis const #constant: #private::schema::Constraint = #private::schema::Constraint::new(#table, #name)#schema;
        })
    });
    let constants: Vec<_> = constants.collect();
    (!constants.is_empty()).then(|| {
        quote! {
            #[automatically_derived]
            #[allow(dead_code, private_bounds)]
            impl #params #ty #bounds {
                #(#constants)*
            }
        }
    })
}
