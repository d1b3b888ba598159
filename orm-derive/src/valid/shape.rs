//! The rules for the shape of the input, which several derives share.

use syn::{DeriveInput, Fields, Path, spanned::Spanned};

use crate::{ast, ctxt::Ctxt};

/// Refuses an input that is not a struct with named fields.
pub(super) fn require_named_fields(ctxt: &mut Ctxt, input: &DeriveInput, derive: &str) -> Option<()> {
    let found = match ast::shape(input) {
        Ok(Fields::Named(_)) => return Some(()),
        Ok(Fields::Unnamed(_)) => "a tuple struct",
        Ok(Fields::Unit) => "a struct without fields",
        Err(found) => found,
    };
    ctxt.error(input.ident.span(), format!("`{derive}` needs a struct with named fields, and this is {found}"));
    None
}

/// Refuses a struct in which no field is a column.
pub(super) fn require_column(ctxt: &mut Ctxt, input: &DeriveInput, derive: &str, found: bool) -> Option<()> {
    if !found {
        ctxt.error(input.ident.span(), format!("`{derive}` needs at least one field that is a column"));
    }
    found.then_some(())
}

/// Refuses a struct that does not name its model.
pub(super) fn require_model(ctxt: &mut Ctxt, input: &DeriveInput, derive: &str, of: Option<Path>) -> Option<Path> {
    if of.is_none() {
        ctxt.error(input.ident.span(), format!("`{derive}` needs the name of a model: add `#[orm(of = User)]`"));
    }
    of
}

/// Refuses all parameters; `subject` names the thing that cannot have them.
pub(super) fn refuse_parameters(ctxt: &mut Ctxt, input: &DeriveInput, subject: &str) -> Option<()> {
    let Some(first) = input.generics.params.first() else { return Some(()) };
    ctxt.error(first.span(), format!("{subject} cannot be generic: remove the parameters"));
    None
}

/// Refuses lifetimes: a value that is read from the database owns its data.
pub(super) fn refuse_lifetimes(ctxt: &mut Ctxt, input: &DeriveInput) -> Option<()> {
    let mut lifetimes = input.generics.lifetimes().peekable();
    let owned = lifetimes.peek().is_none();
    for it in lifetimes {
        let name = &it.lifetime;
        let message = format!(
            "a value that is read from the database cannot borrow: remove `{name}` and write owned types, such as \
             `String` for `&{name} str`; only a struct with `#[derive(Insert)]` may borrow"
        );
        ctxt.error(it.span(), message);
    }
    owned.then_some(())
}
