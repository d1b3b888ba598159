//! Projections.

use syn::{DeriveInput, spanned::Spanned};

use super::shape::{require_model, require_named_fields};
use crate::{
    ast::{ProjectedField, Projection, ProjectionSource, Stub, Traversal},
    attr::{ProjectionFieldOptions, ProjectionInput},
    ctxt::Ctxt,
};

/// Checks a projection.
pub(crate) fn projection(ctxt: &mut Ctxt, input: &DeriveInput, read: ProjectionInput) -> Result<Projection, Stub> {
    let ProjectionInput { of, krate, fields } = read;
    let Some(model) = check_struct(ctxt, input, of) else { return Err(Stub::Empty) };
    let ident = input.ident.clone();
    if fields.is_empty() {
        ctxt.error(ident.span(), "a projection needs at least one field");
        return Err(Stub::Projection { ident, krate, model });
    }
    let checked: Vec<_> = fields.into_iter().map(|it| field(ctxt, it?)).collect();
    match checked.into_iter().collect() {
        Some(fields) => Ok(Projection { ident, krate, model, fields }),
        None => Err(Stub::Projection { ident, krate, model }),
    }
}

fn check_struct(ctxt: &mut Ctxt, input: &DeriveInput, of: Option<syn::Path>) -> Option<syn::Path> {
    require_named_fields(ctxt, input, "Projection")?;
    if let Some(parameter) = input.generics.params.first() {
        let message = "a projection reads the columns of one model, so it cannot be generic: remove the parameters";
        ctxt.error(parameter.span(), message);
        return None;
    }
    require_model(ctxt, input, "Projection", of)
}

fn field(ctxt: &mut Ctxt, options: ProjectionFieldOptions) -> Option<ProjectedField> {
    let ProjectionFieldOptions { ident, ty, from, expr, flatten, clauses, ancestors, with_depth, max_depth } = options;
    if let (None, Some(span)) = (ancestors, with_depth.or(max_depth)) {
        ctxt.error(span, "`with_depth` and `max_depth` need `ancestors` or `descendants` on the same field");
        return None;
    }
    let source = match (expr, flatten) {
        (Some(expr), false) => ProjectionSource::Computed(expr),
        (None, true) => ProjectionSource::Flatten,
        (Some(_), true) => {
            ctxt.error(ident.span(), "a field is either computed by `expr` or flattened: remove one of the two");
            return None;
        }
        (None, false) => ProjectionSource::Member {
            name: from.unwrap_or_else(|| ident.clone()),
            traversal: ancestors.map(|ancestors| Traversal { ancestors, with_depth: with_depth.is_some() }),
            clauses,
        },
    };
    Some(ProjectedField { ident, ty, source })
}
