//! `references(..)`: on a field, and on a struct for a foreign key of several fields.

use syn::{Ident, Path, ext::IdentExt};

use super::{
    constraint::field_path,
    item::{Item, Value},
    value::{db_name, ident, ident_or_none, idents},
};
use crate::{
    ast::{OnDelete, Reference, StructReference},
    ctxt::{Ctxt, Located},
    name::{Rename, did_you_mean},
};

/// The name of a foreign key's relation unless it is given one: `author` for `author_id`.
pub(super) fn relation_name(ident: &Ident) -> Ident {
    let name = ident.unraw().to_string();
    let short = name.strip_suffix("_id").filter(|it| !it.is_empty()).unwrap_or(&name);
    match short {
        "self" | "Self" | "super" | "crate" | "_" => ident.clone(),
        _ if syn::parse_str::<Ident>(short).is_ok() => Ident::new(short, ident.span()),
        _ => Ident::new_raw(short, ident.span()),
    }
}

/// Reads `cascade`, `"set null"`.
pub(super) fn on_delete(ctxt: &mut Ctxt, _: &Ident, value: &Value) -> Option<OnDelete> {
    let text = match value {
        Value::Text(text) => text.value(),
        Value::Path(path) => path.get_ident().map(Ident::to_string).unwrap_or_default(),
    };
    let wanted = text.to_lowercase().replace(' ', "_");
    if let Some((_, action)) = OnDelete::ALL.iter().find(|(name, _)| *name == wanted) {
        return Some(*action);
    }
    let names: Vec<_> = OnDelete::ALL.iter().map(|(name, _)| format!("`{name}`")).collect();
    let near = did_you_mean(&wanted, OnDelete::ALL.iter().map(|(name, _)| *name));
    ctxt.error(value.span(), format!("`on_delete` is one of {}{near}", names.join(", ")));
    None
}

fn located_on_delete(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<Located<OnDelete>> {
    on_delete(ctxt, key, value).map(|it| Located::new(value.span(), it))
}

/// Reads the items of a field's `references(User, column = email)`.
pub(super) fn of_field(ctxt: &mut Ctxt, field: &Ident, key: &Ident, items: &[Item]) -> Option<Reference> {
    let (mut target, mut name, mut on_delete) = (None::<Path>, None, None);
    let mut relation = Some(relation_name(field));
    let mut columns = Vec::new();
    let mut reported = false;
    for item in items {
        match item {
            Item::Path(path) if target.is_none() => target = Some(path.clone()),
            Item::Pair(it, value) if it == "name" => name = db_name(ctxt, it, value),
            Item::Pair(it, value) if it == "relation" => relation = ident_or_none(ctxt, it, value).flatten(),
            Item::Pair(it, value) if it == "on_delete" => on_delete = located_on_delete(ctxt, it, value),
            Item::Pair(it, value) if it == "column" => columns = ident(ctxt, it, value).into_iter().collect(),
            Item::List(it, _) if it == "fields" => {
                reported = true;
                let message = "a foreign key of several fields belongs on the struct: \
                               `references(Order, fields(shop_id, number))`";
                ctxt.error(it.span(), message);
            }
            item => {
                reported = true;
                let form = "`references(..)` takes a model, `column = field`, `on_delete = cascade`, `relation = name` and \
                            `name = \"..\"`";
                ctxt.error(item.span(), form);
            }
        }
    }
    if target.is_none() && !reported {
        ctxt.error(key.span(), "name the model: `references(User)`");
    }
    Some(Reference { target: target?, columns, on_delete, name, relation })
}

const STRUCT_FORM: &str = "`references(..)` of a struct takes a model, `fields(a, b)`, `columns(x, y)`, \
                           `on_delete = cascade`, `relation = name` and `name = \"..\"`";

/// Reads the items of a struct's `references(Order, fields(shop_id, number))`.
pub(super) fn of_struct(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Option<StructReference> {
    let (mut target, mut fields, mut columns) = (None::<Path>, Vec::new(), Vec::new());
    let (mut on_delete, mut name, mut relation) = (None, None, None);
    for item in items {
        match item {
            Item::Path(path) if target.is_none() => target = Some(path.clone()),
            Item::List(it, names) if it == "fields" => {
                for name in names {
                    match field_path(name) {
                        Some(name) => fields.push(name),
                        None => ctxt.error(name.span(), "expected the name of a field"),
                    }
                }
            }
            Item::List(it, names) if it == "columns" => columns = idents(ctxt, it, names),
            Item::Pair(it, value) if it == "on_delete" => on_delete = located_on_delete(ctxt, it, value),
            Item::Pair(it, value) if it == "name" => name = db_name(ctxt, it, value),
            Item::Pair(it, value) if it == "relation" => relation = Some(ident_or_none(ctxt, it, value)?),
            item => {
                ctxt.error(item.span(), STRUCT_FORM);
                return None;
            }
        }
    }
    let Some(target) = target else {
        ctxt.error(key.span(), "name the model: `references(Order, fields(shop_id, number))`");
        return None;
    };
    if fields.is_empty() {
        ctxt.error(key.span(), "name the fields that refer to the model: `references(Order, fields(shop_id, number))`");
        return None;
    }
    if let [only] = fields.as_slice() {
        ctxt.error(only.field.span(), "a foreign key of one field belongs on that field: `#[orm(references = Order)]`");
        return None;
    }
    if let Some(column) = columns.first().filter(|_| columns.len() != fields.len()) {
        ctxt.error(column.span(), "`columns(..)` needs one field of the other model for each of `fields(..)`");
        return None;
    }
    let relation = relation.unwrap_or_else(|| {
        let model = target.segments.last()?;
        Some(relation_name(&Ident::new(&Rename::Snake.apply(&model.ident), model.ident.span())))
    });
    let reference = Reference { target, columns, on_delete, name, relation };
    Some(StructReference { span: key.span(), fields, reference })
}
