//! The rules for the options of one field, and between fields.

use syn::{Generics, Type, spanned::Spanned};

use crate::{
    ast::{Action, Column, Field, FieldKind, Reference, inner, is_generic, is_named, is_option},
    ctxt::{Ctxt, Located},
};

/// Checks the options of one field against each other and its type, and removes those that contradict.
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
        let message = |subject: &str| format!("{subject} is never NULL: write the type without `Option`");
        if let Some(key) = &column.key {
            ctxt.error(key.span, message("a column of the primary key"));
        } else if let Some(identity) = &column.identity {
            ctxt.error(identity.span, message("an identity column"));
        }
        if let Some(version) = column.version.take() {
            ctxt.error(version.span, message("the version column"));
        }
    }
    let key = column.key.is_some();
    let moved = "each update would change the primary key: remove `on_update`";
    exclude(ctxt, &mut column.on_update, key, moved);
    let same = column.renamed_from.as_ref().is_some_and(|it| it.value == column.name);
    let renamed = "the column already has this name: write the name that it had before";
    exclude(ctxt, &mut column.renamed_from, same, renamed);
    let versioned = "each update changes the version, so it cannot be part of the primary key: use another column";
    exclude(ctxt, &mut column.version, key, versioned);
}

/// Reports the option, if it was given, with `message` about it, and removes it.
pub(super) fn refuse<T>(ctxt: &mut Ctxt, slot: &mut Option<Located<T>>, message: impl std::fmt::Display) {
    if let Some(it) = slot.take() {
        ctxt.error(it.span, message);
    }
}

/// Reports an option that excludes another one, and removes it.
fn exclude<T>(ctxt: &mut Ctxt, slot: &mut Option<Located<T>>, other: bool, message: &str) {
    if other {
        refuse(ctxt, slot, message);
    }
}

/// Refuses the options of a view that only a table can have.
fn check_view(ctxt: &mut Ctxt, column: &mut Column) {
    let message = |what: &str| format!("a view cannot have {what}: remove it, or remove `view` from the struct");
    refuse(ctxt, &mut column.identity, message("an identity column"));
    refuse(ctxt, &mut column.default, message("defaults"));
    refuse(ctxt, &mut column.generated, message("a generated column"));
    refuse(ctxt, &mut column.version, message("a version column"));
    refuse(ctxt, &mut column.on_update, message("`on_update`"));
    refuse(ctxt, &mut column.unique, message("a unique constraint"));
    refuse(ctxt, &mut column.unique_index, message("a unique index"));
    refuse(ctxt, &mut column.index, message("an index"));
    refuse(ctxt, &mut column.collation, message("`collation`"));
    refuse(ctxt, &mut column.comment, message("`comment`"));
}

fn check_defaults(ctxt: &mut Ctxt, column: &mut Column) {
    let (identity, generated) = (column.identity.is_some(), column.generated.is_some());
    let counted = "the database numbers an identity column, so it cannot have a default: remove one of the two";
    exclude(ctxt, &mut column.default, identity, counted);
    let computed = "the database computes a generated column, so it cannot have a default: remove one of the two";
    exclude(ctxt, &mut column.default, generated, computed);
    let either = "a column is either `identity` or `generated`: remove one of the two";
    exclude(ctxt, &mut column.generated, identity, either);
    let set = "only the database writes this column, so an update cannot set it: remove `on_update`";
    exclude(ctxt, &mut column.on_update, identity || generated, set);
    let version = "only the database writes this column, so it cannot be the version: remove one of the two";
    exclude(ctxt, &mut column.version, identity || generated, version);
    let counts = "each update already increments the version: remove `on_update`";
    exclude(ctxt, &mut column.on_update, column.version.is_some(), counts);
}

/// Checks the foreign key of the field.
fn check_reference(ctxt: &mut Ctxt, column: &mut Column) {
    let Some(mut reference) = column.references.take() else { return };
    check_actions(ctxt, column, &mut reference.value);
    column.references = Some(reference);
}

/// Removes an action that a change of the referenced row cannot have on the column.
pub(super) fn check_actions(ctxt: &mut Ctxt, column: &Column, reference: &mut Reference) {
    let (on_delete, on_update) = (&mut reference.on_delete, &mut reference.on_update);
    for (event, action) in [("deleting a row", on_delete), ("a change of the key", on_update)] {
        let message = match action.as_ref().map(|it| it.value) {
            Some(Action::SetNull | Action::SetDefault) if column.is_automatic() => {
                format!(
                    "only the database writes this column, so {event} cannot set it: choose `cascade` or `restrict`"
                )
            }
            Some(Action::SetDefault) if column.default.is_none() => {
                "`set_default` needs a default: add `default = \"..\"`, or choose `set_null`".to_owned()
            }
            _ => continue,
        };
        refuse(ctxt, action, message);
    }
}

fn check_json(ctxt: &mut Ctxt, column: &mut Column, ty: &Type) {
    let written = is_named(inner(ty).unwrap_or(ty), "Json");
    exclude(ctxt, &mut column.json, written, "the type is already `Json`: remove `json`");
    let json = column.json.is_some() || written;
    let foreign = "a JSON document cannot refer to another table: remove `json` or `references`";
    exclude(ctxt, &mut column.references, json, foreign);
    let identity = "an identity column is a number, not a JSON document: remove one of the two";
    exclude(ctxt, &mut column.identity, json, identity);
    let version = "a version is a number, not a JSON document: remove one of the two";
    exclude(ctxt, &mut column.version, json, version);
    let key = "a JSON document cannot be a primary key: remove one of the two";
    exclude(ctxt, &mut column.key, json, key);
}

/// Refuses a flattened field whose type depends on a type parameter: the table's columns are an array of constant length.
pub(super) fn check_flattened(ctxt: &mut Ctxt, field: &mut Field, generics: &Generics) {
    if matches!(field.kind, FieldKind::Flatten) && is_generic(generics, &field.ty) {
        let message = "the type of a flattened field cannot name a type parameter, because its columns are counted before \
                       the parameter is known: write a concrete type, or move the fields into this struct";
        ctxt.error(field.ty.span(), message);
        field.kind = FieldKind::Invalid;
    }
}

/// Refuses the options of a shared field that belong to the table of one model.
pub(super) fn refuse_on_shared(ctxt: &mut Ctxt, field: &mut Field) {
    let message = |what: &str| format!("{what} belongs on the model, not in a struct that several models flatten");
    if matches!(field.kind, FieldKind::Flatten) {
        ctxt.error(field.ident.span(), message("`flatten`"));
        field.kind = FieldKind::Invalid;
    }
    let FieldKind::Column(column) = &mut field.kind else { return };
    refuse(ctxt, &mut column.key, message("the primary key"));
    refuse(ctxt, &mut column.identity, message("an identity column"));
    refuse(ctxt, &mut column.version, message("the version column"));
    refuse(ctxt, &mut column.unique, message("a unique constraint"));
    refuse(ctxt, &mut column.unique_index, message("a unique index"));
    refuse(ctxt, &mut column.index, message("an index"));
    refuse(ctxt, &mut column.references, message("a foreign key"));
}

/// Checks the fields against each other.
pub(super) fn check_all(ctxt: &mut Ctxt, fields: &[Field]) {
    let mut seen: Vec<(&Field, &Column)> = Vec::new();
    let mut versioned: Option<&Field> = None;
    for field in fields {
        let Some(column) = field.column() else { continue };
        if let Some((first, _)) = seen.iter().find(|(_, it)| it.name == column.name) {
            let (name, first) = (&column.name, &first.ident);
            ctxt.error(field.ident.span(), format!("the field `{first}` already has the column `{name}`"));
        }
        if let Some(version) = &column.version {
            match versioned {
                Some(first) => {
                    let message = format!("a model can have one version column, and `{}` already is one", first.ident);
                    ctxt.error(version.span, message);
                }
                None => versioned = Some(field),
            }
        }
        seen.push((field, column));
    }
}
