//! Reads `#[orm(..)]`: first the grammar, the same for all derives, then what each key means.

mod field;
mod item;
mod model;
mod pg_type;
mod reference;
mod row;

pub(crate) use self::{
    field::column,
    item::{Item, Value, items},
    model::{ModelAttrs, model},
    pg_type::pg_type,
    row::{field_attrs, refuse_flatten, struct_attrs},
};

use proc_macro2::Span;
use syn::{Ident, LitStr, Path, ext::IdentExt};

use crate::{ctxt::Ctxt, name};

/// What a key was given, with the place where it was.
#[derive(Clone)]
pub(crate) struct At<T> {
    /// The value.
    pub(crate) value: T,
    /// Its place, for messages.
    pub(crate) span: Span,
}

impl<T> At<T> {
    pub(crate) fn new(span: Span, value: T) -> Self {
        Self { value, span }
    }
}

/// Keeps the value of a key that may stand once.
fn set<T>(ctxt: &mut Ctxt, slot: &mut Option<At<T>>, key: &Ident, value: T) {
    if slot.is_some() {
        ctxt.error(key.span(), format!("`{}` is given twice: keep one", key.unraw()));
    } else {
        *slot = Some(At::new(key.span(), value));
    }
}

/// Takes a text, refusing other values.
fn text(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<LitStr> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Path(_) => {
            ctxt.error(value.span(), format!("write a string: `{} = \"..\"`", key.unraw()));
            None
        }
    }
}

/// Takes SQL, which must say something.
fn sql(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<String> {
    let text = text(ctxt, key, value)?;
    if text.value().trim().is_empty() {
        ctxt.error(text.span(), format!("`{}` needs an SQL expression", key.unraw()));
        return None;
    }
    Some(text.value())
}

/// Takes a name in the database.
fn db_name(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<String> {
    let text = text(ctxt, key, value)?;
    if let Some(reason) = name::refuse(&text.value()) {
        ctxt.error(text.span(), reason);
        return None;
    }
    Some(text.value())
}

/// Takes a Rust name, written as it is or as a string.
fn ident(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<Ident> {
    let ident = match value {
        Value::Path(path) => path.get_ident().cloned(),
        Value::Text(text) => text.parse().ok(),
    };
    if ident.is_none() {
        ctxt.error(value.span(), format!("`{}` takes a single Rust name", key.unraw()));
    }
    ident
}

/// Takes the names in `key(a, b)`.
fn idents(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Vec<Ident> {
    let mut names = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Path(path) if path.get_ident().is_some() => names.extend(path.get_ident().cloned()),
            item => ctxt.error(item.span(), format!("`{}(..)` takes names of fields", key.unraw())),
        }
    }
    names
}

/// Takes a path, written as it is or as a string.
fn path(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<Path> {
    match value {
        Value::Path(path) => Some(path.clone()),
        Value::Text(text) => match text.parse() {
            Ok(path) => Some(path),
            Err(_) => {
                ctxt.error(text.span(), format!("`{}` takes a path, such as `crate::User`", key.unraw()));
                None
            }
        },
    }
}
