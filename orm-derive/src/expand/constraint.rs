//! Constraints: in the metadata of the table, and as constants of the struct.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Path;

use super::{generics::ModelTokens, index, tokens::unraw};
use crate::ast::{Action, ConstraintColumn, ConstraintKind, ForeignKey, Model};

/// The function that returns the table of another model; a message about a type that is not one points at its name.
pub(super) fn target(private: &TokenStream, path: &Path) -> TokenStream {
    quote!(#private::model::table_of::<#path>)
}

/// How the names of columns are written.
pub(super) struct Names<'a> {
    pub(super) private: &'a TokenStream,
    pub(super) marker: &'a TokenStream,
}

impl Names<'_> {
    /// The name of a column in the database, as a constant expression.
    pub(super) fn column(&self, column: &ConstraintColumn) -> TokenStream {
        match column {
            ConstraintColumn::Own(name) => quote!(#name),
            ConstraintColumn::Flattened { number, inner, .. } => {
                let Self { private, marker } = self;
                let field = unraw(inner);
                quote!(#private::model::flattened_column::<#marker, #number>(#field))
            }
        }
    }

    /// The names of columns with commas between them.
    pub(super) fn columns(&self, columns: &[ConstraintColumn]) -> TokenStream {
        let columns = columns.iter().map(|it| self.column(it));
        quote!(#(#columns),*)
    }
}

/// The value `new` with some of its members set.
pub(super) fn with_sets(new: &TokenStream, sets: &[TokenStream]) -> TokenStream {
    if sets.is_empty() {
        return new.clone();
    }
    quote! {{
        let mut __orm_it = #new;
        #(__orm_it.#sets;)*
        __orm_it
    }}
}

/// The assignments that fill in the constraints of a table.
pub(super) fn table(model: &Model, private: &TokenStream, marker: &TokenStream) -> TokenStream {
    let (mut uniques, mut foreign_keys, mut indexes) = (vec![], vec![], vec![]);
    let (mut checks, mut exclusions) = (vec![], vec![]);
    let mut primary_key = model.has_key().then(|| quote!(__orm_table.primary_key.absent = true;));
    let names = Names { private, marker };
    for constraint in &model.constraints {
        let name = &constraint.name;
        let columns = names.columns(&constraint.columns);
        match &constraint.kind {
            ConstraintKind::PrimaryKey { named, options } => {
                let mut sets = index::options(&names, options);
                if *named {
                    sets.push(quote!(name = ::core::option::Option::Some(#name)));
                }
                if !model.has_key_order(&constraint.columns) {
                    sets.push(quote!(columns = const { &[#columns] }));
                }
                primary_key = Some(quote!(#(__orm_table.primary_key.#sets;)*));
            }
            ConstraintKind::Unique(options) => {
                let new = quote!(#private::schema::Unique::new(#name, const { &[#columns] }));
                uniques.push(with_sets(&new, &index::options(&names, options)));
            }
            ConstraintKind::ForeignKey(number) => {
                let Some(key) = model.foreign_keys.get(*number) else { continue };
                foreign_keys.push(foreign_key(model, private, key, name, &columns));
            }
            ConstraintKind::Check { condition, not_valid } => {
                let new = quote!(#private::schema::Check::new(#name, #condition));
                let sets = not_valid.then(|| quote!(not_valid = true));
                checks.push(with_sets(&new, sets.as_slice()));
            }
            ConstraintKind::Index { unique, keys, options } => {
                let keys = index::keys(&names, keys);
                let new = quote!(#private::schema::Index::new(#name, const { &[#keys] }));
                let mut sets = index::options(&names, options);
                if *unique {
                    sets.push(quote!(unique = true));
                }
                indexes.push(with_sets(&new, &sets));
            }
            ConstraintKind::Exclusion { keys, options } => {
                let operators = keys.iter().filter_map(|it| it.operator.as_ref()).map(|it| &it.value);
                let keys = index::keys(&names, keys);
                let new = quote! {
                    #private::schema::Exclusion::new(#name, const { &[#keys] }, &[#(#operators),*])
                };
                exclusions.push(with_sets(&new, &index::options(&names, options)));
            }
        }
    }
    let lists = [
        (quote!(uniques), uniques),
        (quote!(foreign_keys), foreign_keys),
        (quote!(indexes), indexes),
        (quote!(checks), checks),
        (quote!(exclusions), exclusions),
    ];
    let lists = lists.iter().filter(|(_, list)| !list.is_empty());
    let lists = lists.map(|(member, list)| quote!(__orm_table.#member = const { &[#(#list),*] };));
    quote!(#primary_key #(#lists)*)
}

fn foreign_key(
    model: &Model,
    private: &TokenStream,
    key: &ForeignKey,
    name: &str,
    columns: &TokenStream,
) -> TokenStream {
    let ForeignKey { fields, reference, .. } = key;
    let target = target(private, &reference.target);
    let action = self::action(private, reference.on_delete.as_ref().map(|it| it.value).unwrap_or_default());
    let field = fields.iter().map(unraw).collect::<Vec<_>>().join(", ");
    let new = quote! {
        #private::schema::ForeignKey::new(
            #name,
            const { &[#columns] },
            #target,
            #action,
            #field,
        )
    };
    let mut sets = Vec::new();
    if !reference.columns.is_empty() {
        let referred = reference.columns.iter().map(unraw);
        sets.push(quote!(target_fields = &[#(#referred),*]));
    }
    if let Some(it) = &reference.on_update {
        let action = self::action(private, it.value);
        sets.push(quote!(on_update = #action));
    }
    if !reference.set_columns.is_empty() {
        let columns = model.columns().filter(|(field, _)| reference.set_columns.contains(&field.ident));
        let columns = columns.map(|(_, column)| &column.name);
        sets.push(quote!(set_columns = &[#(#columns),*]));
    }
    if reference.match_full {
        sets.push(quote!(match_full = true));
    }
    if reference.not_valid {
        sets.push(quote!(not_valid = true));
    }
    if let Some(it) = &reference.deferrable {
        let value = index::deferrable(private, it.value);
        sets.push(quote!(deferrable = #value));
    }
    with_sets(&new, &sets)
}

fn action(private: &TokenStream, action: Action) -> TokenStream {
    match action {
        Action::Nothing => quote!(#private::schema::Action::NoAction),
        Action::Restrict => quote!(#private::schema::Action::Restrict),
        Action::Cascade => quote!(#private::schema::Action::Cascade),
        Action::SetNull => quote!(#private::schema::Action::SetNull),
        Action::SetDefault => quote!(#private::schema::Action::SetDefault),
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
            ConstraintKind::PrimaryKey { .. } => "primary key",
            ConstraintKind::Unique(_) => "unique constraint",
            ConstraintKind::ForeignKey(_) => "foreign key",
            ConstraintKind::Check { .. } => "check constraint",
            ConstraintKind::Exclusion { .. } => "exclusion constraint",
            // Only a unique index has a constant.
            ConstraintKind::Index { .. } => "unique index",
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
