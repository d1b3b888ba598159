//! The constraints and indexes of a struct, and the index of a field.

use syn::{Ident, ext::IdentExt, spanned::Spanned};

use super::{
    item::{Item, Value},
    value::{db_name, sql},
};
use crate::{
    ast::{Check, FieldPath, Index, Unique},
    ctxt::Ctxt,
    name::did_you_mean,
};

/// The field that an item names, if it names one.
pub(super) fn field_path(item: &Item) -> Option<FieldPath> {
    match item {
        Item::Path(it) => Some(FieldPath { field: it.get_ident()?.clone(), inner: None }),
        Item::Dotted(field, inner) => Some(FieldPath { field: field.clone(), inner: Some(inner.clone()) }),
        _ => None,
    }
}

/// Reads `unique(tenant_id, email, name = "..")`.
pub(super) fn unique(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Option<Unique> {
    let (mut fields, mut name) = (Vec::new(), None);
    for item in items {
        match item {
            Item::Path(_) | Item::Dotted(..) if field_path(item).is_some() => fields.extend(field_path(item)),
            Item::Pair(key, value) if key == "name" => name = db_name(ctxt, key, value).or(name),
            item => ctxt.error(item.span(), "`unique(..)` takes names of fields and `name = \"..\"`"),
        }
    }
    if fields.is_empty() {
        ctxt.error(key.span(), "name the fields that are unique together: `unique(tenant_id, email)`");
        return None;
    }
    Some(Unique { span: key.span(), name, fields })
}

/// Reads the items of `index(..)`, on the struct or, without fields, on a field.
pub(super) fn index(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Index {
    let mut index = Index { span: key.span(), name: None, fields: Vec::new(), method: None, condition: None };
    for item in items {
        match item {
            Item::Path(_) | Item::Dotted(..) if field_path(item).is_some() => index.fields.extend(field_path(item)),
            Item::Pair(key, value) => match key.unraw().to_string().as_str() {
                "name" => index.name = db_name(ctxt, key, value),
                "method" | "using" => index.method = method(ctxt, key, value),
                "where" => index.condition = sql(ctxt, key, value),
                other => {
                    let near = did_you_mean(other, ["name", "method", "using", "where"]);
                    ctxt.error(key.span(), format!("an index has no option `{other}`{near}"));
                }
            },
            item => ctxt.error(
                item.span(),
                "`index(..)` takes names of fields, `name = \"..\"`, `method = \"gin\"` and `where = \"sql\"`",
            ),
        }
    }
    index
}

/// Reads the method of an index.
fn method(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<String> {
    let (name, span) = match value {
        Value::Text(text) => (text.value(), text.span()),
        Value::Path(path) => (path.get_ident()?.to_string(), path.span()),
    };
    if name.is_empty() || !name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_') {
        ctxt.error(span, format!("`{key}` takes the name of an index method, such as \"gin\" or \"brin\""));
        return None;
    }
    Some(name)
}

/// Reads `check("price > 0", name = "..")`.
pub(super) fn check(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Option<Check> {
    let (mut condition, mut name) = (None, None);
    for item in items {
        match item {
            Item::Text(it) if condition.is_none() && !it.value().trim().is_empty() => condition = Some(it.value()),
            Item::Pair(key, value) if key == "name" => name = db_name(ctxt, key, value).or(name),
            item => {
                ctxt.error(item.span(), "`check(..)` takes one SQL condition and `name = \"..\"`");
                return None;
            }
        }
    }
    if condition.is_none() {
        ctxt.error(key.span(), "write the condition to check: `check(\"price > 0\")`");
    }
    Some(Check { span: key.span(), name, condition: condition? })
}
