//! `#[derive(Projection)]`: a struct that says what is read of a model, and what is loaded along with it.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{DeriveInput, Expr, Path, Type, spanned::Spanned};

use super::{member, private};
use crate::{ast, attr, ctxt::Ctxt, name::did_you_mean, valid};

/// Writes the impls.
pub(crate) fn projection(input: &DeriveInput) -> TokenStream {
    let mut ctxt = Ctxt::default();
    let code = write(&mut ctxt, input);
    ctxt.with(code.unwrap_or_default())
}

/// A field, and where it comes from.
pub(super) struct Part<'a> {
    pub(super) ident: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) from: From,
}

pub(super) enum From {
    /// The column or relation of that name, how it is followed, and the clauses that a relation was given.
    Member { name: Ident, way: Option<Way>, clauses: Vec<TokenStream> },
    /// What a function makes of the columns.
    Computed(Expr),
    /// Another projection of the same row.
    Flatten,
}

/// How a relation of a model to itself is followed to the end.
#[derive(Clone, Copy)]
pub(super) struct Way {
    up: bool,
    counting: bool,
}

impl Way {
    fn tokens(self, private: &TokenStream) -> TokenStream {
        let way = if self.up { quote!(Ancestors) } else { quote!(Descendants) };
        let way = quote!(#private::relation::#way);
        if self.counting { quote!(#private::relation::CountDepth<#way>) } else { way }
    }
}

fn write(ctxt: &mut Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let attrs = attr::struct_attrs(ctxt, &input.attrs);
    let fields = ast::named_fields(ctxt, input, "Projection")?;
    if let Some(parameter) = input.generics.params.first() {
        ctxt.error(parameter.span(), "a projection has no type parameters: it reads the columns of one model");
        return None;
    }
    let private = private(&valid::krate(attrs.krate.map(|it| it.value)));
    let Some(model) = attrs.of else {
        ctxt.error(input.ident.span(), "of which model is this a projection? add `#[orm(of = User)]`");
        return None;
    };
    let fields: Vec<&syn::Field> = fields.collect();
    let parts: Vec<Part<'_>> = fields.iter().filter_map(|field| part(ctxt, field)).collect();
    if fields.is_empty() {
        ctxt.error(input.ident.span(), "a projection needs a field");
    }
    if fields.is_empty() || parts.len() < fields.len() {
        return Some(fallback(&input.ident, &model.value, &private));
    }
    Some(code(&input.ident, &model.value, &parts, &private))
}

/// What stands for a projection with a mistake, so that its uses are none.
fn fallback(ident: &Ident, model: &Path, private: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #private::relation::Projected for #ident {
            type Of = #model;
            type Row = #model;

            fn select(
                _: <#model as #private::model::Model>::Columns<#private::expr::Present>,
                _: &mut #private::expr::SelectList,
            ) {
            }

            async fn load<__OrmE: #private::executor::Executor>(
                _: ::std::vec::Vec<#model>,
                _: &__OrmE,
            ) -> #private::error::Result<::std::vec::Vec<Self>> {
                ::core::result::Result::Ok(::std::vec::Vec::new())
            }
        }

        #[automatically_derived]
        impl #private::relation::Projection for #ident {}
    }
}

/// The options of a field.
const KEYS: [&str; 11] = [
    "from",
    "expr",
    "flatten",
    "filter",
    "order_by",
    "limit",
    "offset",
    "ancestors",
    "descendants",
    "max_depth",
    "with_depth",
];

/// Reads the options of a field.
fn part<'a>(ctxt: &mut Ctxt, field: &'a syn::Field) -> Option<Part<'a>> {
    let ident = field.ident.as_ref()?;
    let (mut name, mut computed, mut flatten) = (ident.clone(), None, false);
    let mut clauses = Vec::new();
    let (mut up, mut counting, mut bounded) = (None, None, None);
    for attr in field.attrs.iter().filter(|it| it.path().is_ident("orm")) {
        let read = attr.parse_nested_meta(|meta| {
            let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            match key.as_str() {
                "from" => name = meta.value()?.parse()?,
                "expr" => computed = Some(meta.value()?.parse::<Expr>()?),
                "flatten" => flatten = true,
                "ancestors" | "descendants" if up.is_some() => {
                    return Err(meta.error("a relation is followed one way: `ancestors` or `descendants`"));
                }
                "ancestors" | "descendants" => up = Some(key == "ancestors"),
                "with_depth" => counting = Some(meta.path.span()),
                "filter" | "order_by" | "limit" | "offset" | "max_depth" => {
                    if key == "max_depth" {
                        bounded = Some(meta.path.span());
                    }
                    let (method, value): (_, Expr) = (format_ident!("{key}"), meta.value()?.parse()?);
                    clauses.push(quote_spanned!(value.span()=> .#method(#value)));
                }
                key => {
                    let near = did_you_mean(key, KEYS);
                    return Err(meta.error(format!(
                        "a field of a projection takes `from = name`, `expr = function`, `flatten`, of relations `filter`, \
                         `order_by`, `limit`, `offset`, of those to itself `ancestors`, `descendants`, `max_depth`, \
                         `with_depth`{near}"
                    )));
                }
            }
            Ok(())
        });
        ctxt.ok(read)?;
    }
    if let (None, Some(span)) = (up, counting.or(bounded)) {
        ctxt.error(span, "only `ancestors` and `descendants` have a depth: say which of them this is");
        return None;
    }
    let way = up.map(|up| Way { up, counting: counting.is_some() });
    let from = match (computed, flatten) {
        (Some(expr), false) => From::Computed(expr),
        (None, true) => From::Flatten,
        (Some(_), true) => {
            ctxt.error(ident.span(), "a field is computed or flattened, not both");
            return None;
        }
        (None, false) => From::Member { name, way, clauses },
    };
    Some(Part { ident, ty: &field.ty, from })
}

fn code(ident: &Ident, model: &Path, parts: &[Part<'_>], private: &TokenStream) -> TokenStream {
    let cells: Vec<Ident> = (0..parts.len()).map(|it| format_ident!("__orm_{it}")).collect();
    let numbers: Vec<usize> = (0..parts.len()).collect();
    let (idents, types): (Vec<&Ident>, Vec<&Type>) = parts.iter().map(|it| (it.ident, it.ty)).unzip();
    let fields = parts.iter().enumerate().map(|(index, part)| field(index, part, model, private));
    let selects = parts.iter().enumerate().map(|(index, part)| select(index, part, model, private));
    let waits: Vec<TokenStream> = numbers
        .iter()
        .zip(&cells)
        .map(
            |(number, cells)| quote!(#private::relation::field_finish::<__OrmFields, #number, __OrmE>(#cells, __orm_db)),
        )
        .collect();
    let waits = wait(&waits, private);
    let loaded = nest(&cells);
    quote! {
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #[doc(hidden)]
            pub struct __OrmRow {
                #(#cells: #private::relation::FieldCell<#types>,)*
            }

            enum __OrmFields {}

            #(#fields)*

            #[automatically_derived]
            impl #private::row::FromRow for __OrmRow {
                fn layout(__orm_layout: &mut #private::row::Layout<'_>) -> #private::error::Result<()> {
                    #private::row::Layout::<'_>::by_position(__orm_layout);
                    #(#private::relation::field_layout::<__OrmFields, #numbers>(__orm_layout)?;)*
                    ::core::result::Result::Ok(())
                }

                fn from_row(__orm_row: &mut #private::row::Cursor<'_>) -> #private::error::Result<Self> {
                    ::core::result::Result::Ok(Self {
                        #(#cells: #private::relation::field_read::<__OrmFields, #numbers>(__orm_row)?,)*
                    })
                }

                fn from_row_nullable(
                    __orm_row: &mut #private::row::Cursor<'_>,
                ) -> #private::error::Result<::core::option::Option<Self>> {
                    ::core::result::Result::map(
                        <Self as #private::row::FromRow>::from_row(__orm_row),
                        ::core::option::Option::Some,
                    )
                }
            }

            #[automatically_derived]
            impl #private::relation::Projected for #ident {
                type Of = #model;
                type Row = __OrmRow;

                fn select(
                    __orm_columns: <#model as #private::model::Model>::Columns<#private::expr::Present>,
                    __orm_list: &mut #private::expr::SelectList,
                ) {
                    #(#selects)*
                }

                async fn load<__OrmE: #private::executor::Executor>(
                    mut __orm_all: ::std::vec::Vec<__OrmRow>,
                    __orm_db: &__OrmE,
                ) -> #private::error::Result<::std::vec::Vec<Self>> {
                    #(let #cells = #private::relation::field_take::<__OrmFields, #numbers, __OrmRow>(
                        &mut __orm_all,
                        |__orm_row| &mut __orm_row.#cells,
                    );)*
                    let #loaded = #waits?;
                    #(let mut #cells = ::core::iter::IntoIterator::into_iter(#cells);)*
                    // Each takes the place of its row, where it fits.
                    let __orm_made = ::core::iter::Iterator::map(
                        ::core::iter::IntoIterator::into_iter(__orm_all),
                        |__orm_row| {
                            ::core::result::Result::Ok(Self {
                                #(
                                    #idents: #private::relation::field_made(__orm_row.#cells, &mut #cells)?,
                                )*
                            })
                        },
                    );
                    ::core::iter::Iterator::collect(__orm_made)
                }
            }

            #[automatically_derived]
            impl #private::relation::Projection for #ident {}
        };
    }
}

/// Where the field comes from: the one place that says so when it does not fit.
fn field(index: usize, part: &Part<'_>, model: &Path, private: &TokenStream) -> TokenStream {
    let (ty, place) = (part.ty, part.ident.span());
    let name = format_ident!("__ORM_MEMBER_{index}");
    let (source, clauses, check) = match &part.from {
        From::Member { way, clauses, .. } => {
            let source = match way {
                None => quote_spanned!(place=> #private::relation::MemberField<#model, { #name }>),
                Some(way) => {
                    let way = way.tokens(private);
                    quote_spanned!(place=> #private::relation::TreeField<#model, #way, { #name }>)
                }
            };
            (source, clauses.as_slice(), member::which(&name, part, way.is_some(), model, private))
        }
        From::Computed(_) => (quote_spanned!(place=> #private::relation::Computed), &[][..], None),
        From::Flatten => (quote_spanned!(place=> #private::relation::Flattened<#model>), &[][..], None),
    };
    let change = (!clauses.is_empty()).then(|| {
        let source = quote!(<#source as #private::relation::FieldSource<#ty>>::Reader);
        quote! {
            fn with_clauses(__orm_source: #source) -> #source {
                __orm_source #(#clauses)*
            }
        }
    });
    let source = super::at(place, quote!(type Source = #source;));
    quote! {
        #check

        #[automatically_derived]
        impl #private::relation::ProjectionField<#index> for __OrmFields {
            type Field = #ty;
            #source

            #change
        }
    }
}

fn select(index: usize, part: &Part<'_>, model: &Path, private: &TokenStream) -> TokenStream {
    let ty = part.ty;
    match &part.from {
        From::Computed(expr) => quote_spanned! {expr.span()=>
            #private::relation::select_computed::<#model, #ty, _>(__orm_columns, #expr, __orm_list);
        },
        From::Member { .. } | From::Flatten => quote! {
            #private::relation::field_select::<__OrmFields, #index>(__orm_columns, __orm_list);
        },
    }
}

/// `(a, (b, c))`
fn nest(items: &[Ident]) -> TokenStream {
    match items {
        [] => quote!(()),
        [item] => quote!(#item),
        [item, rest @ ..] => {
            let rest = nest(rest);
            quote!((#item, #rest))
        }
    }
}

/// Waits for all at the same time.
fn wait(futures: &[TokenStream], private: &TokenStream) -> TokenStream {
    match futures {
        [] => quote!(::core::result::Result::Ok(())),
        [future] => quote!(#future.await),
        [future, rest @ ..] => {
            let rest = wait(rest, private);
            quote!(#private::relation::both(#future, async { #rest }).await)
        }
    }
}
