//! The options of a model's field.

use proc_macro2::Span;
use syn::{Ident, Path, ext::IdentExt, spanned::Spanned};

use super::{At, Item, Value, db_name, ident, items, model, path, set, sql};
use crate::{
    ast::{Column, FieldKind, OnDelete, Reference},
    ctxt::Ctxt,
    name::{self, Rename, did_you_mean},
};

pub(super) const KEYS: [&str; 16] = [
    "key",
    "identity",
    "column",
    "default",
    "generated",
    "unique",
    "index",
    "references",
    "json",
    "version",
    "on_update",
    "flatten",
    "skip",
    "renamed_from",
    "sql_type",
    "on_delete",
];

#[derive(Default)]
struct FieldOptions {
    column: Column,
    name: Option<At<String>>,
    skip: Option<At<()>>,
    flatten: Option<At<()>>,
    /// `on_delete` beside `references`.
    on_delete: Option<At<OnDelete>>,
    /// `name` beside `references`, `unique` or `index`.
    constraint: Option<At<String>>,
    /// The first option but `skip` and `flatten`.
    other: Option<Span>,
    /// How many options but `skip` there are.
    count: usize,
}

/// Reads the options of one field of a model.
pub(crate) fn column(ctxt: &mut Ctxt, field: &syn::Field, rename: Rename) -> FieldKind {
    let mut options = FieldOptions::default();
    for item in items(ctxt, &field.attrs) {
        let Some(key) = item.key() else {
            ctxt.error(item.span(), "expected an option of the field, such as `key` or `default = \"now()\"`");
            continue;
        };
        let name = key.unraw().to_string();
        if name != "skip" {
            options.count += 1;
            if name != "flatten" {
                options.other = options.other.or(Some(key.span()));
            }
        }
        read(ctxt, field, &mut options, &name, key, &item);
    }
    finish(ctxt, field, rename, options)
}

fn read(ctxt: &mut Ctxt, field: &syn::Field, options: &mut FieldOptions, name: &str, key: &Ident, item: &Item) {
    let column = &mut options.column;
    match (name, item) {
        ("key", Item::Path(_)) => set(ctxt, &mut column.key, key, ()),
        ("identity", Item::Path(_)) => set(ctxt, &mut column.identity, key, ()),
        ("json", Item::Path(_)) => set(ctxt, &mut column.json, key, ()),
        ("version", Item::Path(_)) => set(ctxt, &mut column.version, key, ()),
        ("skip", Item::Path(_)) => set(ctxt, &mut options.skip, key, ()),
        ("flatten", Item::Path(_)) => set(ctxt, &mut options.flatten, key, ()),
        ("unique", Item::Path(_)) => set(ctxt, &mut column.unique, key, None),
        ("unique", Item::List(_, items)) => {
            let name = only_name(ctxt, key, items);
            set(ctxt, &mut column.unique, key, name);
        }
        ("index", Item::Path(_)) => {
            let index = model::index(ctxt, key, &[]);
            set(ctxt, &mut column.index, key, index);
        }
        ("index", Item::List(_, items)) => {
            let index = model::index(ctxt, key, items);
            if let Some(field) = index.fields.first() {
                ctxt.error(field.field.span(), "an index over several fields belongs on the struct: `index(a, b)`");
            }
            set(ctxt, &mut column.index, key, index);
        }
        ("column", Item::Pair(_, value)) => {
            if let Some(it) = db_name(ctxt, key, value) {
                set(ctxt, &mut options.name, key, it);
            }
        }
        ("renamed_from", Item::Pair(_, value)) => {
            if let Some(it) = db_name(ctxt, key, value) {
                set(ctxt, &mut column.renamed_from, key, it);
            }
        }
        ("default" | "generated" | "on_update" | "sql_type", Item::Pair(_, value)) => {
            let slot = match name {
                "default" => &mut column.default,
                "generated" => &mut column.generated,
                "sql_type" => &mut column.sql_type,
                _ => &mut column.on_update,
            };
            if let Some(it) = sql(ctxt, key, value) {
                set(ctxt, slot, key, it);
            }
        }
        ("references", Item::Pair(_, value)) => {
            if let Some(target) = path(ctxt, key, value) {
                let relation = field.ident.as_ref().and_then(own_name);
                let reference = Reference { target, columns: vec![], on_delete: None, name: None, relation };
                set(ctxt, &mut column.references, key, reference);
            }
        }
        ("references", Item::List(_, items)) => {
            if let Some(reference) = reference(ctxt, field, key, items) {
                set(ctxt, &mut column.references, key, reference);
            }
        }
        ("on_delete", Item::Pair(_, value)) => {
            if let Some(it) = on_delete(ctxt, value) {
                set(ctxt, &mut options.on_delete, key, it.value);
            }
        }
        ("name", Item::Pair(_, value)) => {
            if let Some(it) = db_name(ctxt, key, value) {
                set(ctxt, &mut options.constraint, key, it);
            }
        }
        _ => ctxt.error(key.span(), unknown(name)),
    }
}

/// What to say of an option that a field does not have, or not in this form.
fn unknown(name: &str) -> String {
    let form = match name {
        "key" | "identity" | "json" | "version" | "skip" | "flatten" | "unique" => name.to_owned(),
        "index" => "index` or `index(method = \"gin\")".to_owned(),
        "default" => "default = \"now()\"".to_owned(),
        "generated" | "on_update" => format!("{name} = \"sql\""),
        "sql_type" => "sql_type = \"varchar(20)\"".to_owned(),
        "type" | "db_type" | "column_type" => {
            return format!("a field has no option `{name}`; write `sql_type = \"..\"`");
        }
        "column" | "renamed_from" | "name" => format!("{name} = \"..\""),
        "references" => "references = User".to_owned(),
        "on_delete" => "on_delete = \"cascade\"".to_owned(),
        "nullable" | "null" | "optional" => {
            return format!("a field has no option `{name}`: a column may be NULL when its type is an `Option`");
        }
        "primary_key" => return "a field has no option `primary_key`; write `key`".to_owned(),
        "rename" => return "a field has no option `rename`; write `column = \"..\"`".to_owned(),
        _ if model::KEYS.contains(&name) => return format!("`{name}` belongs on the struct, not on a field"),
        _ => return format!("a field has no option `{name}`{}", did_you_mean(name, KEYS)),
    };
    format!("write `{form}`")
}

fn only_name(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Option<String> {
    let mut name = None;
    for item in items {
        match item {
            Item::Pair(it, value) if it == "name" => name = db_name(ctxt, it, value),
            item => ctxt.error(
                item.span(),
                format!("`{key}(..)` of a field takes `name = \"..\"`; several fields belong on the struct"),
            ),
        }
    }
    name
}

/// What the relation of a foreign key is called unless it is given a name: `author` for `author_id`.
pub(super) fn own_name(ident: &Ident) -> Option<Ident> {
    let name = ident.unraw().to_string();
    let short = name.strip_suffix("_id").filter(|it| !it.is_empty()).unwrap_or(&name);
    match short {
        "self" | "Self" | "super" | "crate" | "_" => Some(ident.clone()),
        _ if syn::parse_str::<Ident>(short).is_ok() => Some(Ident::new(short, ident.span())),
        _ => Some(Ident::new_raw(short, ident.span())),
    }
}

fn reference(ctxt: &mut Ctxt, field: &syn::Field, key: &Ident, items: &[Item]) -> Option<Reference> {
    let (mut target, mut name, mut action) = (None::<Path>, None, None);
    let mut relation = field.ident.as_ref().and_then(own_name);
    let mut columns = Vec::new();
    let mut bad = false;
    for item in items {
        match item {
            Item::Path(path) if target.is_none() => target = Some(path.clone()),
            Item::Pair(it, value) if it == "name" => name = db_name(ctxt, it, value),
            Item::Pair(it, value) if it == "relation" => {
                relation = ident(ctxt, it, value).filter(|it| it != "none");
            }
            Item::Pair(it, value) if it == "on_delete" => action = on_delete(ctxt, value),
            Item::Pair(it, value) if it == "column" => columns = ident(ctxt, it, value).into_iter().collect(),
            Item::List(it, _) if it == "fields" => {
                bad = true;
                ctxt.error(it.span(), "a foreign key of several fields belongs on the struct");
            }
            item => {
                bad = true;
                let form = "`references(..)` takes a model, `column = field`, `on_delete = cascade`, `relation = name` and \
                            `name = \"..\"`";
                ctxt.error(item.span(), form);
            }
        }
    }
    if target.is_none() && !bad {
        ctxt.error(key.span(), "name the model: `references(User)`");
    }
    Some(Reference { target: target?, columns, on_delete: action, name, relation })
}

pub(super) fn on_delete(ctxt: &mut Ctxt, value: &Value) -> Option<At<OnDelete>> {
    let text = match value {
        Value::Text(text) => text.value(),
        Value::Path(path) => path.get_ident().map(Ident::to_string).unwrap_or_default(),
    };
    let wanted = text.to_lowercase().replace(' ', "_");
    if let Some((_, action)) = OnDelete::ALL.iter().find(|(name, _)| *name == wanted) {
        return Some(At::new(value.span(), *action));
    }
    let names: Vec<_> = OnDelete::ALL.iter().map(|(name, _)| format!("`{name}`")).collect();
    let near = did_you_mean(&wanted, OnDelete::ALL.iter().map(|(name, _)| *name));
    ctxt.error(value.span(), format!("`on_delete` is one of {}{near}", names.join(", ")));
    None
}

/// Joins what belongs together, and sorts out fields that are no columns.
fn finish(ctxt: &mut Ctxt, field: &syn::Field, rename: Rename, mut options: FieldOptions) -> FieldKind {
    if options.flatten.is_some() {
        if let Some(other) = options.other.filter(|_| options.count > 1) {
            let message = "a flattened field is no column itself: its columns take their options in their own struct";
            ctxt.error(other, message);
        }
        return FieldKind::Flatten;
    }
    if options.skip.is_some() {
        if let Some(other) = options.other {
            let message = "a field with `skip` has no column, so its other options mean nothing: keep one";
            ctxt.error(other, message);
        }
        return FieldKind::Skip;
    }
    let mut column = options.column;
    if let Some(action) = options.on_delete.take() {
        match &mut column.references {
            Some(reference) => reference.value.on_delete = Some(action),
            None => ctxt.error(action.span, "`on_delete` needs `references = Model` beside it"),
        }
    }
    if let Some(name) = options.constraint.take() {
        match (&mut column.references, &mut column.unique, &mut column.index) {
            (Some(reference), None, None) => reference.value.name = Some(name.value),
            (None, Some(unique), None) => unique.value = Some(name.value),
            (None, None, Some(index)) => index.value.name = Some(name.value),
            (None, None, None) => {
                ctxt.error(name.span, "`name` names a constraint; for the column write `column = \"..\"`");
            }
            _ => ctxt.error(name.span, "which one? write `unique(name = \"..\")`, `references(User, name = \"..\")`"),
        }
    }
    let default_name = || field.ident.as_ref().map(|it| rename.column(it)).unwrap_or_default();
    column.name = options.name.map_or_else(default_name, |it| it.value);
    if let Some(reason) = name::refuse(&column.name) {
        ctxt.error(field.ident.span(), reason);
    }
    FieldKind::Column(Box::new(column))
}
