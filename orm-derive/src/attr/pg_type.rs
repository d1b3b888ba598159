//! The options of an enum or struct that is a type of PostgreSQL.

use proc_macro2::Span;
use syn::{Attribute, Data, DeriveInput, Ident, Path, Type, Visibility, spanned::Spanned};

use super::{
    item::{Item, items},
    value::{db_name, krate, path, rename, sql, take},
};
use crate::{
    ast,
    ctxt::{Ctxt, Located},
    name::{Rename, did_you_mean},
};

/// The options of the type.
struct TypeOptions {
    krate: Path,
    name: String,
    schema: Option<String>,
    rename_all: Rename,
}

/// An enum as it was written.
pub(crate) struct EnumInput {
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) name: String,
    pub(crate) schema: Option<String>,
    pub(crate) variants: Vec<VariantInput>,
}

/// A variant with its label.
pub(crate) struct VariantInput {
    pub(crate) ident: Ident,
    pub(crate) label: Located<String>,
    /// The label that it had before.
    pub(crate) renamed_from: Option<Located<String>>,
    /// The place of its fields, if it has any.
    pub(crate) fields: Option<Span>,
}

/// A struct as it was written.
pub(crate) struct CompositeInput {
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) name: String,
    pub(crate) schema: Option<String>,
    pub(crate) attributes: Vec<AttributeInput>,
}

/// A field with the name of its attribute.
pub(crate) struct AttributeInput {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    pub(crate) name: Located<String>,
    pub(crate) sql_type: Option<String>,
}

/// Reads the options of an enum and of its variants.
pub(crate) fn pg_enum(ctxt: &mut Ctxt, input: &DeriveInput) -> EnumInput {
    let TypeOptions { krate, name, schema, rename_all } = of_type(ctxt, input);
    let variants = match &input.data {
        Data::Enum(data) => Some(&data.variants),
        Data::Struct(_) | Data::Union(_) => None,
    };
    let variants = variants.into_iter().flatten().map(|it| {
        let (label, renamed_from) = labels(ctxt, &it.attrs);
        VariantInput {
            ident: it.ident.clone(),
            label: label.unwrap_or_else(|| Located::new(it.ident.span(), rename_all.apply(&it.ident))),
            renamed_from,
            fields: (!matches!(it.fields, syn::Fields::Unit)).then(|| it.fields.span()),
        }
    });
    let variants = variants.collect();
    EnumInput { krate, name, schema, variants }
}

/// Reads the options of a struct and of its fields.
pub(crate) fn pg_composite(ctxt: &mut Ctxt, input: &DeriveInput) -> CompositeInput {
    let TypeOptions { krate, name, schema, rename_all } = of_type(ctxt, input);
    let attributes = ast::named_fields(input).map(|(ident, it)| {
        let (name, sql_type) = attribute(ctxt, &it.attrs);
        let name = name.unwrap_or_else(|| Located::new(ident.span(), rename_all.column(ident)));
        AttributeInput { ident: ident.clone(), vis: it.vis.clone(), ty: it.ty.clone(), name, sql_type }
    });
    let attributes = attributes.collect();
    CompositeInput { krate, name, schema, attributes }
}

fn of_type(ctxt: &mut Ctxt, input: &DeriveInput) -> TypeOptions {
    let (mut given, mut name, mut schema, mut rename_all) = (None, None, None, None);
    for item in items(ctxt, &input.attrs) {
        let option = item.name();
        match (option.as_str(), &item) {
            ("name", Item::Pair(key, value)) => take(ctxt, &mut name, key, value, db_name),
            ("schema", Item::Pair(key, value)) => take(ctxt, &mut schema, key, value, db_name),
            ("rename_all", Item::Pair(key, value)) => take(ctxt, &mut rename_all, key, value, rename),
            ("crate", Item::Pair(key, value)) => take(ctxt, &mut given, key, value, path),
            _ => {
                let near = did_you_mean(&option, ["name", "schema", "rename_all", "crate"]);
                let expected =
                    "expected `name = \"..\"`, `schema = \"..\"`, `rename_all = \"..\"` or `crate = \"path\"`";
                ctxt.error(item.span(), format!("{expected}{near}"));
            }
        }
    }
    TypeOptions {
        krate: krate(given),
        name: name.map_or_else(|| Rename::Snake.apply(&input.ident), |it| it.value),
        schema: schema.map(|it| it.value),
        rename_all: rename_all.map(|it| it.value).unwrap_or_default(),
    }
}

/// Reads the options of a variant: its label, and the one that it had before.
fn labels(ctxt: &mut Ctxt, attrs: &[Attribute]) -> (Option<Located<String>>, Option<Located<String>>) {
    let (mut label, mut before) = (None, None);
    for item in items(ctxt, attrs) {
        match &item {
            Item::Pair(key, value) if key == "rename" => take(ctxt, &mut label, key, value, db_name),
            Item::Pair(key, value) if key == "renamed_from" => take(ctxt, &mut before, key, value, db_name),
            item => ctxt.error(item.span(), "expected `rename = \"..\"` or `renamed_from = \"..\"`"),
        }
    }
    (label, before)
}

/// Reads the options of a field: the name of its attribute, and its SQL type.
fn attribute(ctxt: &mut Ctxt, attrs: &[Attribute]) -> (Option<Located<String>>, Option<String>) {
    let (mut name, mut sql_type) = (None, None);
    for item in items(ctxt, attrs) {
        match &item {
            Item::Pair(key, value) if key == "column" => take(ctxt, &mut name, key, value, db_name),
            Item::Pair(key, value) if key == "sql_type" => take(ctxt, &mut sql_type, key, value, sql),
            item => ctxt.error(item.span(), "expected `column = \"..\"` or `sql_type = \"..\"`"),
        }
    }
    (name, sql_type.map(|it| it.value))
}
