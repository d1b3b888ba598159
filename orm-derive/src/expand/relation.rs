//! Relations: `User::posts()` and `Post::author()`, and the foreign keys that they follow.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{generics::ModelTokens, tokens::unraw};
use crate::ast::{self, ConstraintColumn, ForeignKey, Model, Relation};

/// Impls for the foreign keys of the model, by which types find them, and for the fields that foreign keys may refer to.
pub(super) fn impls(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> TokenStream {
    let ModelTokens { model: ty, params, bounds, .. } = tokens;
    // Of several with the same fields and model the first one stands for all.
    let repeats = |key: &ForeignKey| {
        let before = model.foreign_keys.iter().take_while(|it| !std::ptr::eq(*it, key));
        let mut same = before.filter(|it| it.fields == key.fields);
        same.any(|it| target_name(it) == target_name(key))
    };
    let keys = model.foreign_keys.iter().filter(|it| !repeats(it)).map(|it| {
        let (target, number) = (&it.reference.target, foreign_key_hash(&it.fields));
        let columns = it.columns.iter().map(ConstraintColumn::text);
        let values = it.fields.iter().filter_map(|field| value(model, private, tokens, field));
        let referred = referred(it, private);
        let only = is_only(model, it).then(|| {
            quote! {
                #[automatically_derived]
                impl #params #private::relation::RefersTo<#target, #ONLY_KEY> for #ty #bounds {
                    const COLUMNS: &'static [&'static str] =
                        <Self as #private::relation::RefersTo<#target, #number>>::COLUMNS;
                    const REFERRED: ::core::option::Option<#private::relation::ReferencedColumns<#target>> =
                        <Self as #private::relation::RefersTo<#target, #number>>::REFERRED;

                    fn reference(&self) -> ::core::option::Option<::std::vec::Vec<#private::value::Bind>> {
                        <Self as #private::relation::RefersTo<#target, #number>>::reference(self)
                    }
                }
            }
        });
        quote! {
            #only

            #[automatically_derived]
            impl #params #private::relation::RefersTo<#target, #number> for #ty #bounds {
                const COLUMNS: &'static [&'static str] = &[#(#columns),*];
                #referred

                fn reference(&self) -> ::core::option::Option<::std::vec::Vec<#private::value::Bind>> {
                    ::core::option::Option::Some(::std::vec![#(#values?),*])
                }
            }
        }
    });
    keys.chain(unique_fields(model, private, tokens)).collect()
}

/// The value of a field as a bind; `None` for NULL.
fn value(model: &Model, private: &TokenStream, tokens: &ModelTokens, field: &Ident) -> Option<TokenStream> {
    let place = model.columns().position(|(it, _)| it.ident == *field)?;
    let marker = &tokens.marker;
    Some(quote!(#private::model::reference_field::<#marker, #place>(&self.#field)))
}

/// The columns that a foreign key refers to, if they are not the primary key.
fn referred(key: &ForeignKey, private: &TokenStream) -> Option<TokenStream> {
    if key.reference.columns.is_empty() {
        return None;
    }
    let target = &key.reference.target;
    let probe = |it: &Ident| {
        let number = name_hash(it);
        quote!(#private::relation::ProbeUnique::<#target, #number>)
    };
    let probes: Vec<TokenStream> = key.reference.columns.iter().map(probe).collect();
    Some(quote! {
        const REFERRED: ::core::option::Option<#private::relation::ReferencedColumns<#target>> = {
            #[allow(unused_imports)]
            use #private::relation::NoUnique as _;
            ::core::option::Option::Some(#private::relation::ReferencedColumns {
                columns: &[#(#probes::COLUMN),*],
                values: &[#(#probes::VALUE),*],
            })
        };
    })
}

/// The fields that a foreign key of another model can refer to.
fn unique_fields(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> Vec<TokenStream> {
    let ModelTokens { model: ty, params, bounds, .. } = tokens;
    let unique = |name: &str| {
        let mut constraints = model.constraints.iter().filter(|it| it.kind.can_be_referred_to());
        constraints.any(|it| it.columns.iter().any(|it| matches!(it, ConstraintColumn::Own(own) if own == name)))
    };
    let fields = model.columns().filter(|(field, column)| {
        column.json.is_none() && unique(&column.name) && !ast::is_generic(&model.generics, &field.ty)
    });
    let impls = fields.filter_map(|(field, column)| {
        let (name, number) = (&column.name, name_hash(&field.ident));
        let value = value(model, private, tokens, &field.ident)?;
        Some(quote! {
            #[automatically_derived]
            impl #params #private::relation::UniqueField<#number> for #ty #bounds {
                const COLUMN: &'static str = #name;

                fn value(&self) -> ::core::option::Option<#private::value::Bind> {
                    #value
                }
            }
        })
    });
    impls.collect()
}

/// The functions that users call.
pub(super) fn functions(model: &Model, private: &TokenStream, tokens: &ModelTokens) -> Option<TokenStream> {
    let ModelTokens { model: ty, params, bounds, .. } = tokens;
    let parents = parents(model, private);
    let children = model.relations.iter().map(|relation| children(model, relation, private));
    let functions: Vec<TokenStream> = parents.into_iter().chain(children).collect();
    (!functions.is_empty()).then(|| {
        quote! {
            #[automatically_derived]
            #[allow(dead_code, private_bounds)]
            impl #params #ty #bounds {
                #(#functions)*
            }
        }
    })
}

/// A function for each foreign key.
fn parents(model: &Model, private: &TokenStream) -> Vec<TokenStream> {
    let (ident, vis) = (&model.ident, &model.vis);
    let functions = model.foreign_keys.iter().filter_map(|it| {
        let name = it.reference.relation.as_ref()?;
        let (target, number) = (&it.reference.target, foreign_key_hash(&it.fields));
        let kind = if it.optional { quote!(MaybeOne) } else { quote!(One) };
        let (model, target_name) = (unraw(ident), quote!(#target).to_string());
        let fields = it.fields.iter().map(|it| format!("`{}`", unraw(it))).collect::<Vec<_>>().join(" and ");
        let description = format!("The `{target_name}` that a `{model}` refers to by {fields}.");
        Some(quote_spanned! {target.span()=>
            #[doc = #description]
            #[allow(clippy::self_named_constructors)]
            #vis fn #name() -> #private::relation::Related<Self, #target, #private::relation::#kind> {
                #[allow(unused_imports)]
                use #private::model::NotAModel as _;
                #private::relation::belongs_to::<Self, #target, #private::relation::#kind, #number>(
                    #private::model::ModelProbe::<#target>::TABLE,
                )
            }
        })
    });
    functions.collect()
}

/// The function of a `has_many` or `has_one`.
fn children(model: &Model, relation: &Relation, private: &TokenStream) -> TokenStream {
    let (ident, vis) = (&model.ident, &model.vis);
    let Relation { name, target, .. } = relation;
    let key = foreign_key_tokens(&relation.key);
    let kind = relation_kind(relation);
    let body = match &relation.through {
        Some(through) => {
            let other = foreign_key_tokens(&relation.other_key);
            quote_spanned!(through.span()=> #private::relation::through::<Self, #target, #through, #key, #other>())
        }
        None => {
            let function = if relation.many { quote!(has_many) } else { quote!(has_one) };
            quote_spanned!(target.span()=> #private::relation::#function::<Self, #target, #key>())
        }
    };
    let (model, target_name) = (unraw(ident), quote!(#target).to_string());
    let description = match (&relation.through, relation.many) {
        (Some(through), _) => {
            format!("The `{target_name}`s that belong to a `{model}` through `{}`.", quote!(#through))
        }
        (None, true) => format!("The `{target_name}`s that refer to a `{model}`."),
        (None, false) => format!("The `{target_name}` that refers to a `{model}`."),
    };
    quote! {
        #[doc = #description]
        #[allow(clippy::self_named_constructors)]
        #vis fn #name() -> #private::relation::Related<Self, #target, #private::relation::#kind> {
            #body
        }
    }
}

/// The type that says how many rows a `has_many` or `has_one` leads to.
pub(super) fn relation_kind(relation: &Relation) -> TokenStream {
    match &relation.through {
        Some(through) => quote!(Many<#through>),
        None if relation.many => quote!(Many),
        None => quote!(AtMostOne),
    }
}

/// Stands for the only foreign key of a model to another one, besides its hash.
const ONLY_KEY: u64 = 0;

/// Whether the model has no other foreign key to the same model, going by the names of paths: of several a relation must
/// name one.
fn is_only(model: &Model, key: &ForeignKey) -> bool {
    let mut same = model.foreign_keys.iter().filter(|it| target_name(it) == target_name(key));
    same.all(|it| it.fields == key.fields)
}

/// The name of the model that a foreign key refers to.
fn target_name(key: &ForeignKey) -> Option<String> {
    key.reference.target.segments.last().map(|it| unraw(&it.ident))
}

/// The number that identifies a foreign key among those of a model.
fn foreign_key_tokens(fields: &[Ident]) -> TokenStream {
    match fields {
        [first, ..] => {
            let number = foreign_key_hash(fields);
            quote_spanned!(first.span()=> #number)
        }
        [] => quote!(#ONLY_KEY),
    }
}

/// The hash of the names of the fields of a foreign key.
fn foreign_key_hash(fields: &[Ident]) -> u64 {
    hash(&fields.iter().map(unraw).collect::<Vec<_>>().join(","))
}

/// The hash of the name of a field (FNV-1a): a const generic cannot be a string, and both sides of a relation can compute
/// this one.
pub(super) fn name_hash(field: &Ident) -> u64 {
    hash(&unraw(field))
}

fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
