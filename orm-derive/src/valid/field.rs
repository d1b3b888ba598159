//! Rules on the options of one field, and between fields.

use proc_macro2::Span;
use syn::{Generics, Type, spanned::Spanned};

use crate::{
    ast::{Column, Field, FieldKind, OnDelete, Reference, inner, is_generic, is_named, is_option},
    ctxt::Ctxt,
};

/// Checks the options of one field against each other and its type, and drops those that cannot be.
pub(super) fn check(ctxt: &mut Ctxt, field: &mut Field, view: bool) {
    let optional = is_option(&field.ty);
    let FieldKind::Column(column) = &mut field.kind else { return };
    if view {
        check_view(ctxt, column);
    }
    check_defaults(ctxt, column);
    check_json(ctxt, column, &field.ty);
    check_reference(ctxt, column);
    if optional {
        let message = |what: &str| format!("{what} is never NULL: write the type without `Option`");
        if let Some(key) = &column.key {
            ctxt.error(key.span, message("a column of the key"));
        } else if let Some(identity) = &column.identity {
            ctxt.error(identity.span, message("an identity column"));
        }
        if let Some(version) = column.version.take() {
            ctxt.error(version.span, message("the version column"));
        }
    }
    let moved = "each update would change the key: remove `on_update`";
    exclude(ctxt, &mut column.on_update, column.key.is_some(), moved);
    let same = column.renamed_from.as_ref().is_some_and(|it| it.value == column.name);
    exclude(ctxt, &mut column.renamed_from, same, "this is its name already: write the one that it had before");
    if let (Some(_), Some(version)) = (&column.key, &column.version) {
        ctxt.error(version.span, "the version changes with each update and the key does not: they are two columns");
        column.version = None;
    }
}

fn check_view(ctxt: &mut Ctxt, column: &mut Column) {
    let mut refuse = |span: Span, what: &str| {
        ctxt.error(span, format!("a view has no {what} of its own: remove it, or remove `view` from the struct"));
    };
    if let Some(it) = column.identity.take() {
        refuse(it.span, "identity column");
    }
    if let Some(it) = column.default.take() {
        refuse(it.span, "defaults");
    }
    if let Some(it) = column.generated.take() {
        refuse(it.span, "generated column");
    }
    if let Some(it) = column.version.take() {
        refuse(it.span, "version column");
    }
    if let Some(it) = column.on_update.take() {
        refuse(it.span, "`on_update`");
    }
    if let Some(it) = column.unique.take() {
        refuse(it.span, "unique constraint");
    }
    if let Some(it) = column.index.take() {
        refuse(it.span, "index");
    }
}

/// Drops `slot` with a message when `other` is there too.
fn exclude<T>(ctxt: &mut Ctxt, slot: &mut Option<crate::attr::At<T>>, other: bool, message: &str) {
    if other && let Some(it) = slot.take() {
        ctxt.error(it.span, message);
    }
}

fn check_defaults(ctxt: &mut Ctxt, column: &mut Column) {
    let (identity, generated) = (column.identity.is_some(), column.generated.is_some());
    let counted = "the database counts an identity column up, so it has no default: remove one of the two";
    exclude(ctxt, &mut column.default, identity, counted);
    let computed = "the database computes a generated column, so it has no default: remove one of the two";
    exclude(ctxt, &mut column.default, generated, computed);
    let either = "a column is either `identity` or `generated`: remove one of the two";
    exclude(ctxt, &mut column.generated, identity, either);
    let set = "the database alone writes this column, so an update cannot set it: remove `on_update`";
    exclude(ctxt, &mut column.on_update, identity || generated, set);
    let version = "the database alone writes this column, so it cannot count versions: remove one of the two";
    exclude(ctxt, &mut column.version, identity || generated, version);
    let counts = "each update counts the version up by itself: remove `on_update`";
    exclude(ctxt, &mut column.on_update, column.version.is_some(), counts);
}

/// What deleting the row referred to cannot do to the column.
fn check_reference(ctxt: &mut Ctxt, column: &mut Column) {
    let Some(mut reference) = column.references.take() else { return };
    check_on_delete(ctxt, column, &mut reference.value);
    column.references = Some(reference);
}

/// Drops an `on_delete` that cannot be done to the column.
pub(super) fn check_on_delete(ctxt: &mut Ctxt, column: &Column, reference: &mut Reference) {
    let written = column.identity.is_none() && column.generated.is_none();
    let has_default = column.default.is_some();
    let Some(on_delete) = &reference.on_delete else { return };
    let message = match on_delete.value {
        OnDelete::SetNull | OnDelete::SetDefault if !written => {
            "the database alone writes this column, so deleting a row cannot set it: choose `cascade` or `restrict`"
        }
        OnDelete::SetDefault if !has_default => {
            "this column has no default to be set to: add `default = \"..\"`, or choose `set_null`"
        }
        _ => return,
    };
    ctxt.error(on_delete.span, message);
    reference.on_delete = None;
}

fn check_json(ctxt: &mut Ctxt, column: &mut Column, ty: &Type) {
    let written = is_named(inner(ty).unwrap_or(ty), "Json");
    exclude(ctxt, &mut column.json, written, "the type is `Json` already: remove `json`");
    let json = column.json.is_some() || written;
    let foreign = "a JSON document cannot refer to another table: remove `json` or `references`";
    exclude(ctxt, &mut column.references, json, foreign);
    let identity = "an identity column is a number, not a JSON document: remove one of the two";
    exclude(ctxt, &mut column.identity, json, identity);
    let version = "a version is a number, not a JSON document: remove one of the two";
    exclude(ctxt, &mut column.version, json, version);
    let key = "a JSON document cannot be a key: remove one of the two";
    exclude(ctxt, &mut column.key, json, key);
}

/// Refuses columns whose number depends on a type parameter: the table's columns are an array of constant length.
pub(super) fn check_generic(ctxt: &mut Ctxt, field: &mut Field, generics: &Generics) {
    if matches!(field.kind, FieldKind::Flatten) && is_generic(generics, &field.ty) {
        let message = "the columns of a flattened struct are counted before a type parameter is known: write its type \
                       without one, or move the fields that need it into this struct";
        ctxt.error(field.ty.span(), message);
        field.kind = FieldKind::Wrong;
    }
}

/// Refuses what a field of shared columns cannot have: it belongs to the table of one model.
pub(super) fn check_shared(ctxt: &mut Ctxt, field: &mut Field) {
    let mut refuse = |span: Span, what: &str| {
        ctxt.error(span, format!("{what} belongs in the model itself, not in columns that several share"));
    };
    if matches!(field.kind, FieldKind::Flatten) {
        refuse(field.ident.span(), "`flatten`");
        field.kind = FieldKind::Wrong;
    }
    let FieldKind::Column(column) = &mut field.kind else { return };
    if let Some(it) = column.key.take() {
        refuse(it.span, "the key");
    }
    if let Some(it) = column.identity.take() {
        refuse(it.span, "an identity column");
    }
    if let Some(it) = column.version.take() {
        refuse(it.span, "the version");
    }
    if let Some(it) = column.unique.take() {
        refuse(it.span, "a unique constraint");
    }
    if let Some(it) = column.index.take() {
        refuse(it.span, "an index");
    }
    if let Some(it) = column.references.take() {
        refuse(it.span, "a foreign key");
    }
}

/// Checks the fields against each other.
pub(super) fn check_together(ctxt: &mut Ctxt, fields: &[Field]) {
    let mut seen: Vec<(&Field, &Column)> = Vec::new();
    let mut versioned: Option<&Field> = None;
    for field in fields {
        let Some(column) = field.column() else { continue };
        if let Some((first, _)) = seen.iter().find(|(_, it)| it.name == column.name) {
            let (name, first) = (&column.name, &first.ident);
            ctxt.error(field.ident.span(), format!("the column `{name}` is already that of the field `{first}`"));
        }
        if let Some(version) = &column.version {
            match versioned {
                Some(first) => {
                    let message = format!("a model has one version column, and `{}` is one already", first.ident);
                    ctxt.error(version.span, message);
                }
                None => versioned = Some(field),
            }
        }
        seen.push((field, column));
    }
}
