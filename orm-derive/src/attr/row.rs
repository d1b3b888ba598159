//! The options of the smaller derives: `FromRow`, `Insert`, `Changes`, which may stand together on one struct, and so
//! share their options.

use syn::{Attribute, Path, ext::IdentExt};

use super::{At, Item, db_name, field, items, model, path, set};
use crate::{
    ctxt::Ctxt,
    name::{Rename, did_you_mean},
};

/// The options of a struct.
#[derive(Default)]
pub(crate) struct StructAttrs {
    /// The model that the struct is for.
    pub(crate) of: Option<At<Path>>,
    pub(crate) krate: Option<At<Path>>,
    pub(crate) rename_all: Option<At<Rename>>,
}

/// The options of a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) column: Option<At<String>>,
    pub(crate) json: Option<At<()>>,
    pub(crate) skip: Option<At<()>>,
    /// For `Insert` only.
    pub(crate) flatten: Option<At<()>>,
}

/// Reads the options of a struct.
pub(crate) fn struct_attrs(ctxt: &mut Ctxt, attrs: &[Attribute]) -> StructAttrs {
    let mut all = StructAttrs::default();
    for item in items(ctxt, attrs) {
        let name = item.key().map(|it| it.unraw().to_string()).unwrap_or_default();
        match &item {
            Item::Pair(key, value) if name == "of" => {
                if let Some(it) = path(ctxt, key, value) {
                    set(ctxt, &mut all.of, key, it);
                }
            }
            Item::Pair(key, value) if name == "crate" => {
                if let Some(it) = path(ctxt, key, value) {
                    set(ctxt, &mut all.krate, key, it);
                }
            }
            Item::Pair(key, value) if name == "rename_all" => {
                if let Some(it) = model::rename(ctxt, key, value) {
                    set(ctxt, &mut all.rename_all, key, it);
                }
            }
            item => {
                let near = did_you_mean(&name, ["of", "crate", "rename_all"]);
                let message = format!("expected `of = Model`, `rename_all = \"..\"` or `crate = \"path\"`{near}");
                ctxt.error(item.span(), message);
            }
        }
    }
    all
}

/// Refuses `flatten` where a struct has no such fields.
pub(crate) fn refuse_flatten(ctxt: &mut Ctxt, attrs: &FieldAttrs) {
    if let Some(flatten) = &attrs.flatten {
        ctxt.error(flatten.span, "`flatten` is for the fields of models and of structs with `#[derive(Insert)]`");
    }
}

/// Reads the options of a field.
pub(crate) fn field_attrs(ctxt: &mut Ctxt, attrs: &[Attribute]) -> FieldAttrs {
    let mut all = FieldAttrs::default();
    for item in items(ctxt, attrs) {
        let name = item.key().map(|it| it.unraw().to_string()).unwrap_or_default();
        match (&item, item.key()) {
            (Item::Pair(key, value), _) if name == "column" => {
                if let Some(it) = db_name(ctxt, key, value) {
                    set(ctxt, &mut all.column, key, it);
                }
            }
            (Item::Path(_), Some(key)) if name == "json" => set(ctxt, &mut all.json, key, ()),
            (Item::Path(_), Some(key)) if name == "skip" => set(ctxt, &mut all.skip, key, ()),
            (Item::Path(_), Some(key)) if name == "flatten" => set(ctxt, &mut all.flatten, key, ()),
            (item, _) => {
                let more = if field::KEYS.contains(&name.as_str()) && !["column", "json", "skip"].contains(&&*name) {
                    format!("; `{name}` is for the fields of a model")
                } else {
                    did_you_mean(&name, ["column", "json", "skip"])
                };
                ctxt.error(item.span(), format!("expected `column = \"..\"`, `json` or `skip`{more}"));
            }
        }
    }
    if let (Some(skip), true) = (&all.skip, all.column.is_some() || all.json.is_some() || all.flatten.is_some()) {
        ctxt.error(skip.span, "a field with `skip` has no column, so its other options mean nothing: keep one");
    }
    all
}
