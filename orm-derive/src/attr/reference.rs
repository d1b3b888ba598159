//! `references(Order, fields(shop_id, number))` on a struct: a foreign key of several fields.

use syn::{Ident, Path};

use super::{Item, db_name, field, ident, idents, model::field_name};
use crate::{
    ast::{Reference, References},
    ctxt::Ctxt,
    name::Rename,
};

const FORM: &str = "`references(..)` of a struct takes a model, `fields(a, b)`, `columns(x, y)`, `on_delete = cascade`, \
                    `relation = name` and `name = \"..\"`";

/// Reads what stands in the parentheses.
pub(super) fn of_struct(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Option<References> {
    let (mut target, mut fields, mut columns) = (None::<Path>, Vec::new(), Vec::new());
    let (mut on_delete, mut name, mut relation) = (None, None, None);
    for item in items {
        match item {
            Item::Path(path) if target.is_none() => target = Some(path.clone()),
            Item::List(it, names) if it == "fields" => {
                for name in names {
                    match field_name(name) {
                        Some(name) => fields.push(name),
                        None => ctxt.error(name.span(), "expected the name of a field"),
                    }
                }
            }
            Item::List(it, names) if it == "columns" => columns = idents(ctxt, it, names),
            Item::Pair(it, value) if it == "on_delete" => on_delete = field::on_delete(ctxt, value),
            Item::Pair(it, value) if it == "name" => name = db_name(ctxt, it, value),
            Item::Pair(it, value) if it == "relation" => relation = Some(ident(ctxt, it, value)?),
            item => {
                ctxt.error(item.span(), FORM);
                return None;
            }
        }
    }
    let Some(target) = target else {
        ctxt.error(key.span(), "name the model: `references(Order, fields(shop_id, number))`");
        return None;
    };
    if fields.is_empty() {
        ctxt.error(key.span(), "name the fields that refer: `references(Order, fields(shop_id, number))`");
        return None;
    }
    if let [only] = fields.as_slice() {
        ctxt.error(only.field.span(), "a foreign key of one field belongs on that field: `#[orm(references = Order)]`");
        return None;
    }
    if let Some(column) = columns.first().filter(|_| columns.len() != fields.len()) {
        ctxt.error(column.span(), "`columns(..)` names one field of the other model for each of `fields(..)`");
        return None;
    }
    let relation = match relation {
        Some(given) => Some(given).filter(|it| it != "none"),
        None => target
            .segments
            .last()
            .and_then(|it| field::own_name(&Ident::new(&Rename::Snake.apply(&it.ident), it.ident.span()))),
    };
    let reference = Reference { target, columns, on_delete, name, relation };
    Some(References { span: key.span(), fields, reference })
}
