//! The options of a struct with `#[derive(Model)]` or `#[derive(Flatten)]`.

use syn::{DeriveInput, Ident, Path, ext::IdentExt};

use super::{
    constraint::check,
    field, index,
    item::{Item, items},
    keys::{OF_FIELD, OF_MODEL},
    reference,
    relation::relation,
    value::{comment, db_name, ident, ident_or_none, krate, path, rename, set, sql, take, word},
};
use crate::{
    ast::{self, Check, Field, Index, IndexKind, Relation, StructReference, TableProperties},
    ctxt::{Ctxt, Located},
    name::{Rename, did_you_mean},
};

/// A struct as it was written.
pub(crate) struct ModelInput {
    pub(crate) options: ModelOptions,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) fields: Vec<Field>,
}

/// The options of the struct.
#[derive(Default)]
pub(crate) struct ModelOptions {
    pub(crate) table: Option<Located<String>>,
    pub(crate) schema: Option<Located<String>>,
    pub(crate) rename_all: Option<Located<Rename>>,
    pub(crate) view: Option<Located<()>>,
    /// `None` inside is `none`.
    pub(crate) insert: Option<Located<Option<Ident>>>,
    pub(crate) columns: Option<Located<Ident>>,
    pub(crate) krate: Option<Located<Path>>,
    pub(crate) properties: TableProperties,
    pub(crate) primary_key: Option<Located<Index>>,
    /// `primary_key = none`.
    pub(crate) no_primary_key: Option<Located<()>>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) checks: Vec<Check>,
    pub(crate) references: Vec<StructReference>,
    pub(crate) relations: Vec<Relation>,
}

/// Reads the options of the struct and of its fields.
pub(crate) fn model(ctxt: &mut Ctxt, input: &DeriveInput) -> ModelInput {
    let mut options = ModelOptions::default();
    for item in items(ctxt, &input.attrs) {
        read(ctxt, &mut options, &item);
    }
    let rename = options.rename_all.as_ref().map_or(Rename::Snake, |it| it.value);
    let fields = ast::named_fields(input).map(|(ident, field)| Field {
        ident: ident.clone(),
        vis: field.vis.clone(),
        ty: field.ty.clone(),
        kind: field::kind(ctxt, ident, &field.attrs, rename),
    });
    let fields = fields.collect();
    ModelInput { krate: krate(options.krate.take()), options, fields }
}

fn read(ctxt: &mut Ctxt, options: &mut ModelOptions, item: &Item) {
    let Some(key) = item.key() else {
        ctxt.error(item.span(), "expected an option of the model, such as `table = \"users\"`");
        return;
    };
    let name = key.unraw().to_string();
    match (name.as_str(), item) {
        ("table", Item::Pair(_, value)) => take(ctxt, &mut options.table, key, value, db_name),
        ("schema", Item::Pair(_, value)) => take(ctxt, &mut options.schema, key, value, db_name),
        ("rename_all", Item::Pair(_, value)) => take(ctxt, &mut options.rename_all, key, value, rename),
        ("view", Item::Path(_)) => set(ctxt, &mut options.view, key, ()),
        ("insert", Item::Pair(_, value)) => take(ctxt, &mut options.insert, key, value, ident_or_none),
        ("columns", Item::Pair(_, value)) => take(ctxt, &mut options.columns, key, value, ident),
        ("crate", Item::Pair(_, value)) => take(ctxt, &mut options.krate, key, value, path),
        ("unique" | "unique_index" | "index" | "exclude", Item::List(_, items)) => {
            let kind = index::kind(&name);
            options.indexes.extend(kind.and_then(|kind| index::of_struct(ctxt, kind, key, items)));
        }
        ("primary_key", Item::List(_, items)) => {
            if let Some(it) = index::of_struct(ctxt, IndexKind::PrimaryKey, key, items) {
                set(ctxt, &mut options.primary_key, key, it);
            }
        }
        ("primary_key", Item::Pair(_, value)) => {
            take(ctxt, &mut options.no_primary_key, key, value, |ctxt, key, value| {
                word(ctxt, key, value, &[("none", ())])
            });
        }
        ("comment", Item::Pair(_, value)) => take(ctxt, &mut options.properties.comment, key, value, comment),
        ("unlogged", Item::Path(_)) => set(ctxt, &mut options.properties.unlogged, key, ()),
        ("with", Item::Pair(_, value)) => take(ctxt, &mut options.properties.storage, key, value, sql),
        ("partition_by", Item::Pair(_, value)) => take(ctxt, &mut options.properties.partition_by, key, value, sql),
        ("renamed_from", Item::Pair(_, value)) => {
            take(ctxt, &mut options.properties.renamed_from, key, value, db_name);
        }
        ("check", Item::List(_, items)) => options.checks.extend(check(ctxt, key, items)),
        ("references", Item::List(_, items)) => options.references.extend(reference::of_struct(ctxt, key, items)),
        ("has_many" | "has_one", Item::List(_, items)) => {
            options.relations.extend(relation(ctxt, key, name == "has_many", items));
        }
        _ => ctxt.error(key.span(), misplaced(&name)),
    }
}

/// The message about an option that the struct does not have, or not in this form.
fn misplaced(name: &str) -> String {
    let form = match name {
        "table" | "schema" | "rename_all" => format!("{name} = \"..\""),
        "view" | "unlogged" => name.to_owned(),
        "primary_key" => "primary_key(name = \"..\")` or `primary_key = none".to_owned(),
        "comment" | "renamed_from" => format!("{name} = \"..\""),
        "with" => "with = \"fillfactor = 70\"".to_owned(),
        "partition_by" => "partition_by = \"RANGE (created_at)\"".to_owned(),
        "insert" => "insert = NewName` or `insert = none".to_owned(),
        "columns" => "columns = Name".to_owned(),
        "crate" => "crate = \"path\"".to_owned(),
        "unique" | "unique_index" | "index" => format!("{name}(field, other_field, name = \"..\")"),
        "exclude" => "exclude(room with \"=\", span with \"&&\", using = \"gist\")".to_owned(),
        "check" => "check(\"price > 0\", name = \"..\")".to_owned(),
        "references" => "references(Order, fields(shop_id, number))".to_owned(),
        "has_many" => "has_many(posts: Post)".to_owned(),
        "has_one" => "has_one(profile: Profile)".to_owned(),
        "of" => return "`of` is for structs that belong to a model, and this is a model: remove it".to_owned(),
        _ if OF_FIELD.contains(&name) => return format!("`{name}` belongs on a field, not on the struct"),
        _ => return format!("a model has no option `{name}`{}", did_you_mean(name, OF_MODEL)),
    };
    format!("expected `{form}`")
}
