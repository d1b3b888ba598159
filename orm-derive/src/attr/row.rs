//! The options of `FromRow`, `Insert` and `Changes`, which may stand together on one struct and so share their options.

use syn::{Attribute, DeriveInput, Ident, Path, Type};

use super::{
    field::SKIPPED,
    item::{Item, items},
    keys::OF_FIELD,
    value::{db_name, krate, path, rename, set, take},
};
use crate::{
    ast,
    ctxt::{Ctxt, Located},
    name::{Rename, did_you_mean},
};

/// A struct as it was written.
pub(crate) struct RowInput {
    /// The model that the struct is for.
    pub(crate) of: Option<Path>,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) rename_all: Rename,
    pub(crate) fields: Vec<RowFieldInput>,
}

/// A field as it was written; one of a tuple struct has no name.
pub(crate) struct RowFieldInput {
    pub(crate) ident: Option<Ident>,
    pub(crate) ty: Type,
    pub(crate) column: Option<Located<String>>,
    pub(crate) json: Option<Located<()>>,
    pub(crate) skip: Option<Located<()>>,
    /// For `Insert` only.
    pub(crate) flatten: Option<Located<()>>,
}

/// Reads the options of the struct and of its fields.
pub(crate) fn row(ctxt: &mut Ctxt, input: &DeriveInput) -> RowInput {
    let (of, krate, rename_all) = of_struct(ctxt, &input.attrs);
    let fields = ast::fields(input).map(|it| field(ctxt, it)).collect();
    RowInput { of, krate, rename_all, fields }
}

/// Reads the options of a struct that is for a model: the model, the path of `orm_pg`, and the rule for names.
pub(super) fn of_struct(ctxt: &mut Ctxt, attrs: &[Attribute]) -> (Option<Path>, Path, Rename) {
    let (mut of, mut given, mut rename_all) = (None, None, None);
    for item in items(ctxt, attrs) {
        let name = item.name();
        match (name.as_str(), &item) {
            ("of", Item::Pair(key, value)) => take(ctxt, &mut of, key, value, path),
            ("crate", Item::Pair(key, value)) => take(ctxt, &mut given, key, value, path),
            ("rename_all", Item::Pair(key, value)) => take(ctxt, &mut rename_all, key, value, rename),
            _ => {
                let near = did_you_mean(&name, ["of", "crate", "rename_all"]);
                let message = format!("expected `of = Model`, `rename_all = \"..\"` or `crate = \"path\"`{near}");
                ctxt.error(item.span(), message);
            }
        }
    }
    (of.map(|it| it.value), krate(given), rename_all.map_or(Rename::Snake, |it| it.value))
}

fn field(ctxt: &mut Ctxt, field: &syn::Field) -> RowFieldInput {
    let (ident, ty) = (field.ident.clone(), field.ty.clone());
    let mut all = RowFieldInput { ident, ty, column: None, json: None, skip: None, flatten: None };
    for item in items(ctxt, &field.attrs) {
        let name = item.name();
        match (name.as_str(), &item, item.key()) {
            ("column", Item::Pair(key, value), _) => take(ctxt, &mut all.column, key, value, db_name),
            ("json", Item::Path(_), Some(key)) => set(ctxt, &mut all.json, key, ()),
            ("skip", Item::Path(_), Some(key)) => set(ctxt, &mut all.skip, key, ()),
            ("flatten", Item::Path(_), Some(key)) => set(ctxt, &mut all.flatten, key, ()),
            _ => {
                let more = if OF_FIELD.contains(&name.as_str()) && !["column", "json", "skip"].contains(&&*name) {
                    format!("; `{name}` is for the fields of a model")
                } else {
                    did_you_mean(&name, ["column", "json", "skip"])
                };
                ctxt.error(item.span(), format!("expected `column = \"..\"`, `json` or `skip`{more}"));
            }
        }
    }
    if let (Some(skip), true) = (&all.skip, all.column.is_some() || all.json.is_some() || all.flatten.is_some()) {
        ctxt.error(skip.span, SKIPPED);
    }
    all
}
