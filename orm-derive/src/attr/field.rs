//! The options of a model's field.

use proc_macro2::Span;
use syn::{Attribute, Ident, ext::IdentExt, spanned::Spanned};

use super::{
    index,
    item::{Item, items},
    keys::{OF_FIELD, OF_MODEL},
    reference::{self, on_delete, relation_name},
    value::{collation, comment, db_name, number, path, set, sql, take},
};
use crate::{
    ast::{Action, Column, FieldKind, IndexKind, Numbering, Reference},
    ctxt::{Ctxt, Located},
    name::{self, Rename, did_you_mean},
};

#[derive(Default)]
struct FieldOptions {
    column: Column,
    name: Option<Located<String>>,
    skip: Option<Located<()>>,
    flatten: Option<Located<()>>,
    /// `on_delete` beside `references`.
    on_delete: Option<Located<Action>>,
    /// `name` beside `references`, `unique` or `index`.
    constraint: Option<Located<String>>,
    /// The first option but `skip` and `flatten`.
    other: Option<Span>,
}

/// Reads the options of one field of a model.
pub(super) fn kind(ctxt: &mut Ctxt, ident: &Ident, attrs: &[Attribute], rename: Rename) -> FieldKind {
    let mut options = FieldOptions::default();
    for item in items(ctxt, attrs) {
        let Some(key) = item.key() else {
            ctxt.error(item.span(), "expected an option of the field, such as `key` or `default = \"now()\"`");
            continue;
        };
        let name = key.unraw().to_string();
        if name != "skip" && name != "flatten" {
            options.other = options.other.or(Some(key.span()));
        }
        read(ctxt, ident, &mut options, &name, key, &item);
    }
    if options.flatten.is_some() {
        if let Some(other) = options.other {
            let message = "a flattened field is not a column: write its options on the fields of the flattened struct";
            ctxt.error(other, message);
        }
        return FieldKind::Flatten;
    }
    if options.skip.is_some() {
        if let Some(other) = options.other {
            ctxt.error(other, SKIPPED);
        }
        return FieldKind::Skip;
    }
    FieldKind::Column(Box::new(column(ctxt, ident, rename, options)))
}

/// The message about an option beside `skip`.
pub(super) const SKIPPED: &str = "a field with `skip` has no column, so its other options have no effect: keep one";

fn read(ctxt: &mut Ctxt, field: &Ident, options: &mut FieldOptions, name: &str, key: &Ident, item: &Item) {
    let column = &mut options.column;
    match (name, item) {
        ("key", Item::Path(_)) => set(ctxt, &mut column.key, key, ()),
        ("identity", Item::Path(_)) => set(ctxt, &mut column.identity, key, Numbering::default()),
        ("identity", Item::List(_, items)) => {
            let numbering = numbering(ctxt, items);
            set(ctxt, &mut column.identity, key, numbering);
        }
        ("collation", Item::Pair(_, value)) => take(ctxt, &mut column.collation, key, value, collation),
        ("comment", Item::Pair(_, value)) => take(ctxt, &mut column.comment, key, value, comment),
        ("generated", Item::List(_, items)) => match items.as_slice() {
            [Item::Pair(kind, value)] if kind == "virtual" || kind == "stored" => {
                column.virtual_generated = kind == "virtual";
                take(ctxt, &mut column.generated, key, value, sql);
            }
            _ => ctxt.error(key.span(), misplaced(name)),
        },
        ("json", Item::Path(_)) => set(ctxt, &mut column.json, key, ()),
        ("version", Item::Path(_)) => set(ctxt, &mut column.version, key, ()),
        ("skip", Item::Path(_)) => set(ctxt, &mut options.skip, key, ()),
        ("flatten", Item::Path(_)) => set(ctxt, &mut options.flatten, key, ()),
        ("unique" | "unique_index" | "index", Item::Path(_) | Item::List(..)) => {
            let items = if let Item::List(_, items) = item { items.as_slice() } else { &[] };
            let Some(kind) = index::kind(name) else { return };
            let index = index::of_field(ctxt, kind, field, key, items);
            let slot = match kind {
                IndexKind::Unique => &mut column.unique,
                IndexKind::UniqueIndex => &mut column.unique_index,
                IndexKind::Plain | IndexKind::Exclusion | IndexKind::PrimaryKey => &mut column.index,
            };
            set(ctxt, slot, key, index);
        }
        ("column", Item::Pair(_, value)) => take(ctxt, &mut options.name, key, value, db_name),
        ("renamed_from", Item::Pair(_, value)) => take(ctxt, &mut column.renamed_from, key, value, db_name),
        ("default", Item::Pair(_, value)) => take(ctxt, &mut column.default, key, value, sql),
        ("generated", Item::Pair(_, value)) => take(ctxt, &mut column.generated, key, value, sql),
        ("on_update", Item::Pair(_, value)) => take(ctxt, &mut column.on_update, key, value, sql),
        ("sql_type", Item::Pair(_, value)) => take(ctxt, &mut column.sql_type, key, value, sql),
        ("references", Item::Pair(_, value)) => {
            if let Some(target) = path(ctxt, key, value) {
                let reference = Reference::new(target, Some(relation_name(field)));
                set(ctxt, &mut column.references, key, reference);
            }
        }
        ("references", Item::List(_, items)) => {
            if let Some(reference) = reference::of_field(ctxt, field, key, items) {
                set(ctxt, &mut column.references, key, reference);
            }
        }
        ("on_delete", Item::Pair(_, value)) => take(ctxt, &mut options.on_delete, key, value, on_delete),
        ("name", Item::Pair(_, value)) => take(ctxt, &mut options.constraint, key, value, db_name),
        _ => ctxt.error(key.span(), misplaced(name)),
    }
}

/// The message about an option that a field does not have, or not in this form.
fn misplaced(name: &str) -> String {
    let form = match name {
        "key" | "identity" | "json" | "version" | "skip" | "flatten" | "unique" | "unique_index" => name.to_owned(),
        "index" => "index` or `index(method = \"gin\")".to_owned(),
        "default" => "default = \"now()\"".to_owned(),
        "generated" => "generated = \"sql\"` or `generated(virtual = \"sql\")".to_owned(),
        "on_update" => "on_update = \"sql\"".to_owned(),
        "collation" => "collation = \"C\"".to_owned(),
        "sql_type" => "sql_type = \"varchar(20)\"".to_owned(),
        "type" | "db_type" | "column_type" => {
            return format!("a field has no option `{name}`; write `sql_type = \"..\"`");
        }
        "column" | "renamed_from" | "name" | "comment" => format!("{name} = \"..\""),
        "references" => "references = User".to_owned(),
        "on_delete" => "on_delete = \"cascade\"".to_owned(),
        "nullable" | "null" | "optional" => {
            return format!("a field has no option `{name}`: a column may be NULL when its type is an `Option`");
        }
        "primary_key" => return "a field has no option `primary_key`; write `key`".to_owned(),
        "rename" => return "a field has no option `rename`; write `column = \"..\"`".to_owned(),
        _ if OF_MODEL.contains(&name) => return format!("`{name}` belongs on the struct, not on a field"),
        _ => return format!("a field has no option `{name}`{}", did_you_mean(name, OF_FIELD)),
    };
    format!("expected `{form}`")
}

/// Reads the items of `identity(always, start = 100)`.
fn numbering(ctxt: &mut Ctxt, items: &[Item]) -> Numbering {
    let mut it = Numbering::default();
    for item in items {
        match (item.name().as_str(), item) {
            ("always", Item::Path(path)) => set(ctxt, &mut it.always, &Ident::new("always", path.span()), ()),
            ("cycle", Item::Path(path)) => set(ctxt, &mut it.cycle, &Ident::new("cycle", path.span()), ()),
            ("start", Item::Pair(key, value)) => take(ctxt, &mut it.start, key, value, number),
            ("increment", Item::Pair(key, value)) => take(ctxt, &mut it.increment, key, value, number),
            ("min", Item::Pair(key, value)) => take(ctxt, &mut it.min, key, value, number),
            ("max", Item::Pair(key, value)) => take(ctxt, &mut it.max, key, value, number),
            ("cache", Item::Pair(key, value)) => take(ctxt, &mut it.cache, key, value, number),
            (name, _) => {
                let near = did_you_mean(name, ["always", "start", "increment", "min", "max", "cache", "cycle"]);
                let form = "`identity(..)` takes `always`, `start = 1`, `increment = 1`, `min = 1`, `max = 100`, \
                            `cache = 1` and `cycle`";
                ctxt.error(item.span(), format!("{form}{near}"));
            }
        }
    }
    it
}

/// The column, with `on_delete` and `name` given to the options that they belong to.
fn column(ctxt: &mut Ctxt, ident: &Ident, rename: Rename, options: FieldOptions) -> Column {
    let FieldOptions { mut column, name, on_delete, constraint, .. } = options;
    if let Some(action) = on_delete {
        match &mut column.references {
            Some(reference) => reference.value.on_delete = Some(action),
            None => ctxt.error(action.span, "`on_delete` needs `references = Model` on the same field"),
        }
    }
    if let Some(name) = constraint {
        let reference = column.references.as_mut().map(|it| &mut it.value.name);
        let indexes = [&mut column.unique, &mut column.unique_index, &mut column.index];
        let indexes = indexes.into_iter().filter_map(|it| it.as_mut()).map(|it| &mut it.value.name);
        match reference.into_iter().chain(indexes).collect::<Vec<_>>().as_mut_slice() {
            [] => ctxt.error(name.span, "`name` names a constraint; for the column write `column = \"..\"`"),
            [it] if it.is_some() => ctxt.error(name.span, "`name` is given twice: keep one"),
            [it] => **it = Some(name),
            _ => {
                let message = "this field has several constraints: write which one has the name, as in \
                               `unique(name = \"..\")` or `references(User, name = \"..\")`";
                ctxt.error(name.span, message);
            }
        }
    }
    column.name = name.map_or_else(|| rename.column(ident), |it| it.value);
    if let Some(reason) = name::mistake(&column.name) {
        ctxt.error(ident.span(), reason);
    }
    column
}
