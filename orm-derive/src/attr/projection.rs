//! The options of a struct with `#[derive(Projection)]`. Those of its fields have a separate grammar, because their
//! values are expressions.

use proc_macro2::Span;
use syn::{DeriveInput, Expr, Ident, Path, Type, meta::ParseNestedMeta, spanned::Spanned};

use super::row;
use crate::{
    ast::{self, Clause},
    ctxt::Ctxt,
    name::did_you_mean,
};

/// A struct as it was written.
pub(crate) struct ProjectionInput {
    /// The model that it is read from.
    pub(crate) of: Option<Path>,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    /// The fields; none where the options of one could not be read.
    pub(crate) fields: Vec<Option<ProjectionFieldOptions>>,
}

/// A field with its options.
pub(crate) struct ProjectionFieldOptions {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) from: Option<Ident>,
    pub(crate) expr: Option<Expr>,
    pub(crate) flatten: bool,
    pub(crate) clauses: Vec<Clause>,
    /// Whether a relation is followed to the ancestors, or else to the descendants.
    pub(crate) ancestors: Option<bool>,
    pub(crate) with_depth: Option<Span>,
    pub(crate) max_depth: Option<Span>,
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

/// Reads the options of the struct and of its fields.
pub(crate) fn projection(ctxt: &mut Ctxt, input: &DeriveInput) -> ProjectionInput {
    let (of, krate, _) = row::of_struct(ctxt, &input.attrs);
    let fields = ast::named_fields(input).map(|(ident, it)| field(ctxt, ident, it)).collect();
    ProjectionInput { of, krate, fields }
}

fn field(ctxt: &mut Ctxt, ident: &Ident, field: &syn::Field) -> Option<ProjectionFieldOptions> {
    let mut options = ProjectionFieldOptions {
        ident: ident.clone(),
        ty: field.ty.clone(),
        from: None,
        expr: None,
        flatten: false,
        clauses: Vec::new(),
        ancestors: None,
        with_depth: None,
        max_depth: None,
    };
    for attr in field.attrs.iter().filter(|it| it.path().is_ident("orm")) {
        ctxt.ok(attr.parse_nested_meta(|meta| read(&mut options, &meta)))?;
    }
    Some(options)
}

fn read(options: &mut ProjectionFieldOptions, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
    match key.as_str() {
        "from" => options.from = Some(meta.value()?.parse()?),
        "expr" => options.expr = Some(meta.value()?.parse()?),
        "flatten" => options.flatten = true,
        "ancestors" | "descendants" if options.ancestors.is_some() => {
            return Err(meta.error("a relation is followed in one direction: keep `ancestors` or `descendants`"));
        }
        "ancestors" | "descendants" => options.ancestors = Some(key == "ancestors"),
        "with_depth" => options.with_depth = Some(meta.path.span()),
        "filter" | "order_by" | "limit" | "offset" | "max_depth" => {
            if key == "max_depth" {
                options.max_depth = Some(meta.path.span());
            }
            let method = meta.path.require_ident()?.clone();
            options.clauses.push(Clause { method, value: meta.value()?.parse()? });
        }
        key => {
            let near = did_you_mean(key, KEYS);
            return Err(meta.error(format!(
                "expected `from = name`, `expr = function` or `flatten`; for a relation also `filter`, `order_by`, `limit` \
                 or `offset`; for a relation of a model to itself also `ancestors`, `descendants`, `max_depth` or \
                 `with_depth`{near}"
            )));
        }
    }
    Ok(())
}
