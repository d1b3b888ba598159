//! Checks of a struct, and the field that an item names.

use syn::Ident;

use super::{
    item::Item,
    value::{db_name, take},
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

/// Reads `check("price > 0", name = "..")`.
pub(super) fn check(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Option<Check> {
    let (mut condition, mut name) = (None, None);
    for item in items {
        match item {
            Item::Text(it) if condition.is_none() && !it.value().trim().is_empty() => condition = Some(it.value()),
            Item::Pair(key, value) if key == "name" => take(ctxt, &mut name, key, value, db_name),
            item => {
                ctxt.error(item.span(), "`check(..)` takes one SQL condition and `name = \"..\"`");
                return None;
            }
        }
    }
    if condition.is_none() {
        ctxt.error(key.span(), "write the condition to check: `check(\"price > 0\")`");
    }
    Some(Check { span: key.span(), name: name.map(|it| it.value), condition: condition? })
}
