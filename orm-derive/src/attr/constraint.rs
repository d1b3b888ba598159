//! Checks of a struct, and the field that an item names.

use syn::Ident;

use super::{
    item::Item,
    value::{db_name, ident, take},
};
use crate::{
    ast::{Check, FieldPath},
    ctxt::Ctxt,
};

/// The field that an item names, if it names one.
pub(super) fn field_path(item: &Item) -> Option<FieldPath> {
    match item {
        Item::Path(it) => Some(FieldPath { field: it.get_ident()?.clone(), inner: None }),
        Item::Dotted(field, inner) => Some(FieldPath { field: field.clone(), inner: Some(inner.clone()) }),
        _ => None,
    }
}

/// Reads `check("price > 0", name = "..", not_valid)`.
pub(super) fn check(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Option<Check> {
    let (mut condition, mut name, mut constant, mut not_valid) = (None, None, None, false);
    for item in items {
        match item {
            Item::Text(it) if condition.is_none() && !it.value().trim().is_empty() => condition = Some(it.value()),
            Item::Pair(key, value) if key == "name" => take(ctxt, &mut name, key, value, db_name),
            Item::Pair(key, value) if key == "constant" => take(ctxt, &mut constant, key, value, ident),
            Item::Path(it) if it.is_ident("not_valid") => not_valid = true,
            item => {
                ctxt.error(item.span(), "`check(..)` takes one SQL condition, `name = \"..\"` and `not_valid`");
                return None;
            }
        }
    }
    if condition.is_none() {
        ctxt.error(key.span(), "write the condition to check: `check(\"price > 0\")`");
    }
    let (name, constant) = (name.map(|it| it.value), constant.map(|it| it.value));
    Some(Check { span: key.span(), name, constant, condition: condition?, not_valid })
}
