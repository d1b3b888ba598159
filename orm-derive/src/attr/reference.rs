//! `references(..)`: on a field, and on a struct for a foreign key of several fields.

use syn::{Ident, Path, ext::IdentExt};

use super::{
    constraint::field_path,
    index::deferrable,
    item::{Item, Value},
    value::{db_name, ident, ident_or_none, idents, set, take, word},
};
use crate::{
    ast::{Action, Deferrable, Reference, StructReference},
    ctxt::{Ctxt, Located},
    name::Rename,
};

/// The name of a foreign key's relation unless it is given one: `author` for `author_id`.
pub(super) fn relation_name(ident: &Ident) -> Ident {
    let name = ident.unraw().to_string();
    let short = name.strip_suffix("_id").filter(|it| !it.is_empty()).unwrap_or(&name);
    match short {
        "self" | "Self" | "super" | "crate" | "_" => ident.clone(),
        // A keyword since edition 2024, which may not be that of the model.
        "gen" => Ident::new_raw(short, ident.span()),
        _ if syn::parse_str::<Ident>(short).is_ok() => Ident::new(short, ident.span()),
        _ => Ident::new_raw(short, ident.span()),
    }
}

/// Reads `cascade`, `"set null"`.
pub(super) fn on_delete(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<Action> {
    word(ctxt, key, value, &Action::ALL)
}

/// What may stand beside the model in both forms of `references(..)`.
#[derive(Default)]
struct Options {
    on_delete: Option<Located<Action>>,
    on_update: Option<Located<Action>>,
    set_columns: Option<Located<Vec<Ident>>>,
    match_full: Option<Located<bool>>,
    not_valid: Option<Located<()>>,
    deferrable: Option<Located<Deferrable>>,
    name: Option<Located<String>>,
    constant: Option<Located<Ident>>,
    /// `None` inside is `none`.
    relation: Option<Located<Option<Ident>>>,
}

impl Options {
    /// Reads an option, or returns whether there is none of this name.
    fn read(&mut self, ctxt: &mut Ctxt, item: &Item) -> bool {
        if let Item::List(key, names) = item
            && key == "set_columns"
        {
            let names = idents(ctxt, key, names);
            set(ctxt, &mut self.set_columns, key, names);
            return true;
        }
        if let Item::Path(path) = item
            && let Some(key) = path.get_ident().filter(|it| *it == "not_valid")
        {
            set(ctxt, &mut self.not_valid, key, ());
            return true;
        }
        let Item::Pair(key, value) = item else { return false };
        match key.unraw().to_string().as_str() {
            "on_delete" => take_value(ctxt, &mut self.on_delete, key, value, on_delete),
            "on_update" => take_value(ctxt, &mut self.on_update, key, value, on_delete),
            "match" => take(ctxt, &mut self.match_full, key, value, match_type),
            "deferrable" => take(ctxt, &mut self.deferrable, key, value, deferrable),
            "name" => take(ctxt, &mut self.name, key, value, db_name),
            "constant" => take(ctxt, &mut self.constant, key, value, ident),
            "relation" => take(ctxt, &mut self.relation, key, value, ident_or_none),
            _ => return false,
        }
        true
    }

    /// What refers to `columns` of `target`, with these options.
    fn reference(self, target: Path, columns: Vec<Ident>, relation: Option<Ident>) -> Reference {
        Reference {
            target,
            columns,
            on_delete: self.on_delete,
            set_columns: self.set_columns.map(|it| it.value).unwrap_or_default(),
            on_update: self.on_update,
            match_full: self.match_full.is_some_and(|it| it.value),
            not_valid: self.not_valid.is_some(),
            deferrable: self.deferrable,
            name: self.name,
            constant: self.constant.map(|it| it.value),
            relation,
        }
    }
}

/// Reads `full`.
fn match_type(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<bool> {
    word(ctxt, key, value, &[("full", true), ("simple", false)])
}

/// Keeps a value that messages point at.
fn take_value<T>(
    ctxt: &mut Ctxt,
    slot: &mut Option<Located<T>>,
    key: &Ident,
    value: &Value,
    read: impl FnOnce(&mut Ctxt, &Ident, &Value) -> Option<T>,
) {
    let before = slot.is_some();
    take(ctxt, slot, key, value, read);
    if let (false, Some(it)) = (before, slot) {
        it.span = value.span();
    }
}

/// Reads the items of a field's `references(User, column = email)`.
pub(super) fn of_field(ctxt: &mut Ctxt, field: &Ident, key: &Ident, items: &[Item]) -> Option<Reference> {
    let (mut target, mut column, mut options) = (None::<Path>, None, Options::default());
    let mut reported = false;
    for item in items {
        match item {
            Item::Path(path) if target.is_none() => target = Some(path.clone()),
            Item::Pair(it, value) if it == "column" => take(ctxt, &mut column, it, value, ident),
            item if options.read(ctxt, item) => {}
            Item::List(it, _) if it == "fields" => {
                reported = true;
                let message = "a foreign key of several fields belongs on the struct: \
                               `references(Order, fields(shop_id, number))`";
                ctxt.error(it.span(), message);
            }
            item => {
                reported = true;
                let form = "`references(..)` takes a model, `column = field`, `on_delete = cascade`, `on_update = cascade`, \
                            `match = full`, `deferrable = initially_deferred`, `not_valid`, `relation = name` and \
                            `name = \"..\"`";
                ctxt.error(item.span(), form);
            }
        }
    }
    if target.is_none() && !reported {
        ctxt.error(key.span(), "name the model: `references(User)`");
    }
    let relation = options.relation.take().map_or_else(|| Some(relation_name(field)), |it| it.value);
    let columns = column.map(|it| it.value).into_iter().collect();
    Some(options.reference(target?, columns, relation))
}

const STRUCT_FORM: &str = "`references(..)` of a struct takes a model, `fields(a, b)`, `columns(x, y)`, \
                           `on_delete = cascade`, `set_columns(a)`, `on_update = cascade`, `match = full`, \
                           `deferrable = initially_deferred`, `not_valid`, `relation = name` and `name = \"..\"`";

/// Reads the items of a struct's `references(Order, fields(shop_id, number))`.
pub(super) fn of_struct(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Option<StructReference> {
    let (mut target, mut fields, mut columns) = (None::<Path>, None, None);
    let mut options = Options::default();
    for item in items {
        match item {
            Item::Path(path) if target.is_none() => target = Some(path.clone()),
            Item::List(it, names) if it == "fields" => {
                let mut paths = Vec::new();
                for name in names {
                    match field_path(name) {
                        Some(name) => paths.push(name),
                        None => ctxt.error(name.span(), "expected the name of a field"),
                    }
                }
                set(ctxt, &mut fields, it, paths);
            }
            Item::List(it, names) if it == "columns" => {
                let names = idents(ctxt, it, names);
                set(ctxt, &mut columns, it, names);
            }
            item if options.read(ctxt, item) => {}
            item => {
                ctxt.error(item.span(), STRUCT_FORM);
                return None;
            }
        }
    }
    let fields = fields.map(|it| it.value).unwrap_or_default();
    let columns: Vec<Ident> = columns.map(|it| it.value).unwrap_or_default();
    let Some(target) = target else {
        ctxt.error(key.span(), "name the model: `references(Order, fields(shop_id, number))`");
        return None;
    };
    if fields.is_empty() {
        ctxt.error(key.span(), "name the fields that refer to the model: `references(Order, fields(shop_id, number))`");
        return None;
    }
    if let Some(column) = columns.first().filter(|_| columns.len() != fields.len()) {
        ctxt.error(column.span(), "`columns(..)` needs one field of the other model for each of `fields(..)`");
        return None;
    }
    let relation = match options.relation.take() {
        Some(relation) => relation.value,
        None => target
            .segments
            .last()
            .map(|model| relation_name(&Ident::new(&Rename::Snake.apply(&model.ident), model.ident.span()))),
    };
    let reference = options.reference(target, columns, relation);
    Some(StructReference { span: key.span(), fields, reference })
}
