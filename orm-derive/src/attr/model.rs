//! The options of a model's struct.

use syn::{Attribute, Ident, Path, ext::IdentExt, spanned::Spanned};

use super::{At, Item, Value, db_name, field, ident, idents, items, path, reference, set, sql, text};
use crate::{
    ast::{Check, FieldName, Index, References, Relation, Unique},
    ctxt::Ctxt,
    name::{Rename, did_you_mean},
};

/// The options of a model's struct, as they were written.
#[derive(Default)]
pub(crate) struct ModelAttrs {
    pub(crate) table: Option<At<String>>,
    pub(crate) schema: Option<At<String>>,
    pub(crate) rename_all: Option<At<Rename>>,
    pub(crate) view: Option<At<()>>,
    /// `None` inside is `none`.
    pub(crate) insert: Option<At<Option<Ident>>>,
    pub(crate) columns: Option<At<Ident>>,
    pub(crate) krate: Option<At<Path>>,
    pub(crate) uniques: Vec<Unique>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) checks: Vec<Check>,
    pub(crate) references: Vec<References>,
    pub(crate) relations: Vec<Relation>,
}

pub(super) const KEYS: [&str; 14] = [
    "table",
    "schema",
    "rename_all",
    "view",
    "insert",
    "columns",
    "crate",
    "unique",
    "index",
    "check",
    "references",
    "has_many",
    "has_one",
    "of",
];

/// Reads the options of a model's struct.
pub(crate) fn model(ctxt: &mut Ctxt, attrs: &[Attribute]) -> ModelAttrs {
    let mut model = ModelAttrs::default();
    for item in items(ctxt, attrs) {
        read(ctxt, &mut model, &item);
    }
    model
}

fn read(ctxt: &mut Ctxt, model: &mut ModelAttrs, item: &Item) {
    let Some(key) = item.key() else {
        ctxt.error(item.span(), "expected an option of the model, such as `table = \"users\"`");
        return;
    };
    let name = key.unraw().to_string();
    match (name.as_str(), item) {
        ("table", Item::Pair(_, value)) => {
            if let Some(it) = db_name(ctxt, key, value) {
                set(ctxt, &mut model.table, key, it);
            }
        }
        ("schema", Item::Pair(_, value)) => {
            if let Some(it) = db_name(ctxt, key, value) {
                set(ctxt, &mut model.schema, key, it);
            }
        }
        ("rename_all", Item::Pair(_, value)) => {
            if let Some(it) = rename(ctxt, key, value) {
                set(ctxt, &mut model.rename_all, key, it);
            }
        }
        ("view", Item::Path(_)) => set(ctxt, &mut model.view, key, ()),
        ("insert", Item::Pair(_, value)) => {
            if let Some(it) = ident(ctxt, key, value) {
                set(ctxt, &mut model.insert, key, Some(it).filter(|it| it != "none"));
            }
        }
        ("columns", Item::Pair(_, value)) => {
            if let Some(it) = ident(ctxt, key, value) {
                set(ctxt, &mut model.columns, key, it);
            }
        }
        ("crate", Item::Pair(_, value)) => {
            if let Some(it) = path(ctxt, key, value) {
                set(ctxt, &mut model.krate, key, it);
            }
        }
        ("unique", Item::List(_, items)) => model.uniques.extend(unique(ctxt, key, items)),
        ("index", Item::List(_, items)) => {
            let index = index(ctxt, key, items);
            if index.fields.is_empty() {
                ctxt.error(key.span(), "name the fields of the index: `index(author_id, created_at)`");
            } else {
                model.indexes.push(index);
            }
        }
        ("check", Item::List(_, items)) => model.checks.extend(check(ctxt, key, items)),
        ("references", Item::List(_, items)) => model.references.extend(reference::of_struct(ctxt, key, items)),
        ("has_many" | "has_one", Item::List(_, items)) => {
            model.relations.extend(relation(ctxt, key, name == "has_many", items));
        }
        ("of", _) => ctxt.error(key.span(), "a model is not `of` another one; remove it"),
        _ => ctxt.error(key.span(), unknown(&name)),
    }
}

/// What to say of an option that the struct does not have, or not in this form.
fn unknown(name: &str) -> String {
    let form = match name {
        "table" | "schema" | "rename_all" => format!("{name} = \"..\""),
        "view" => "view".to_owned(),
        "insert" => "insert = NewName` or `insert = none".to_owned(),
        "columns" => "columns = Name".to_owned(),
        "crate" => "crate = \"path\"".to_owned(),
        "unique" | "index" => format!("{name}(field, other_field, name = \"..\")"),
        "check" => "check(\"price > 0\", name = \"..\")".to_owned(),
        "references" => "references(Order, fields(shop_id, number))".to_owned(),
        "has_many" => "has_many(posts: Post)".to_owned(),
        "has_one" => "has_one(profile: Profile)".to_owned(),
        _ if field::KEYS.contains(&name) => {
            return format!("`{name}` belongs on a field, not on the struct");
        }
        _ => {
            let known = KEYS.into_iter().filter(|it| *it != "of");
            return format!("a model has no option `{name}`{}", did_you_mean(name, known));
        }
    };
    format!("write `{form}`")
}

/// Takes a rule for names.
pub(super) fn rename(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<Rename> {
    let text = text(ctxt, key, value)?;
    match Rename::parse(&text.value()) {
        Ok(rule) => Some(rule),
        Err(message) => {
            ctxt.error(text.span(), message);
            None
        }
    }
}

/// The field that an item names, if it names one.
pub(super) fn field_name(item: &Item) -> Option<FieldName> {
    match item {
        Item::Path(it) => Some(FieldName { field: it.get_ident()?.clone(), inside: None }),
        Item::Dotted(field, inside) => Some(FieldName { field: field.clone(), inside: Some(inside.clone()) }),
        _ => None,
    }
}

fn unique(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Option<Unique> {
    let (mut fields, mut name) = (Vec::new(), None);
    for item in items {
        match item {
            Item::Path(_) | Item::Dotted(..) if field_name(item).is_some() => fields.extend(field_name(item)),
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

/// Reads what stands in `index(..)`, of the struct or, without fields, of a field.
pub(super) fn index(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Index {
    let mut index = Index { span: key.span(), name: None, fields: Vec::new(), method: None, condition: None };
    for item in items {
        match item {
            Item::Path(_) | Item::Dotted(..) if field_name(item).is_some() => index.fields.extend(field_name(item)),
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

fn check(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Option<Check> {
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
        ctxt.error(key.span(), "say what to check: `check(\"price > 0\")`");
    }
    Some(Check { span: key.span(), name, condition: condition? })
}

fn relation(ctxt: &mut Ctxt, kind: &Ident, many: bool, items: &[Item]) -> Option<Relation> {
    let example = if many { "has_many(posts: Post)" } else { "has_one(profile: Profile)" };
    let mut relation: Option<Relation> = None;
    let (mut key, mut through, mut other_key) = (Vec::new(), None, Vec::new());
    let mut bad = false;
    for item in items {
        match item {
            Item::Typed(name, target) if relation.is_none() => {
                let (name, target) = (name.clone(), target.clone());
                relation = Some(Relation { name, many, target, key: vec![], through: None, other_key: vec![] });
            }
            Item::Typed(name, _) => {
                bad = true;
                ctxt.error(name.span(), format!("one relation each: write a second `{kind}(..)`"));
            }
            Item::Pair(it, value) if it == "key" => key = ident(ctxt, it, value).into_iter().collect(),
            Item::List(it, names) if it == "key" => key = idents(ctxt, it, names),
            Item::Pair(it, value) if it == "other_key" => other_key = ident(ctxt, it, value).into_iter().collect(),
            Item::List(it, names) if it == "other_key" => other_key = idents(ctxt, it, names),
            Item::Pair(it, value) if it == "through" => through = path(ctxt, it, value),
            Item::Path(name) if name.get_ident().is_some() && relation.is_none() => {
                bad = true;
                ctxt.error(name.span(), format!("which model is on the other side? write `{example}`"));
            }
            item => {
                bad = true;
                let message = format!(
                    "`{kind}(..)` takes `name: Model`, `key = field`, `through = Model` and `other_key = field`"
                );
                ctxt.error(item.span(), message);
            }
        }
    }
    if relation.is_none() && !bad {
        ctxt.error(kind.span(), format!("name the relation and its model: `{example}`"));
    }
    if let (Some(other), None) = (other_key.first(), &through) {
        ctxt.error(other.span(), "`other_key` is the field of a table in between: name it with `through = Model`");
    }
    if let (Some(through), false) = (&through, many) {
        ctxt.error(through.span(), "through a table in between there may be many: write `has_many`");
    }
    relation.map(|it| Relation { key, through, other_key, ..it })
}
