//! Foreign keys: of one field, and of several.

use proc_macro2::Span;
use syn::{Ident, ext::IdentExt};

use super::{column, constraint};
use crate::{
    ast::{self, Action, ConstraintColumn, Field, FieldKind, ForeignKey, Reference, StructReference},
    ctxt::Ctxt,
};

/// All foreign keys of a model, those of one field first.
pub(super) fn check(ctxt: &mut Ctxt, fields: &mut [Field], references: Vec<StructReference>) -> Vec<ForeignKey> {
    let mut keys: Vec<ForeignKey> = fields.iter_mut().filter_map(of_field).collect();
    for declared in references {
        let place = declared.fields.first().map_or(declared.span, |it| it.field.span());
        let key = of_struct(ctxt, fields, declared);
        keys.extend(key.filter(|it| is_allowed(ctxt, place, it, &keys)));
    }
    keys
}

/// Refuses a foreign key of the struct that belongs on a field, or that has the same relation as another one.
fn is_allowed(ctxt: &mut Ctxt, place: Span, key: &ForeignKey, others: &[ForeignKey]) -> bool {
    let mut same = others.iter().filter(|it| it.fields == key.fields).peekable();
    if let ([_], None) = (key.fields.as_slice(), same.peek()) {
        ctxt.error(place, "a foreign key of one field belongs on that field: `#[orm(references = Order)]`");
        return false;
    }
    let target = |it: &ForeignKey| it.reference.target.segments.last().map(|it| it.ident.unraw());
    if let (true, Some(relation)) = (same.any(|it| target(it) == target(key)), &key.reference.relation) {
        let message = "another foreign key of the same fields refers to this model, and rows are found by that one: write \
                       `relation = none`";
        ctxt.error(relation.span(), message);
        return false;
    }
    true
}

fn of_field(field: &mut Field) -> Option<ForeignKey> {
    let optional = ast::is_option(&field.ty);
    let FieldKind::Column(column) = &mut field.kind else { return None };
    let reference = column.references.take()?;
    Some(ForeignKey {
        span: reference.span,
        fields: vec![field.ident.clone()],
        columns: vec![ConstraintColumn::Own(column.name.clone())],
        optional,
        of_struct: false,
        reference: reference.value,
    })
}

fn of_struct(ctxt: &mut Ctxt, fields: &[Field], declared: StructReference) -> Option<ForeignKey> {
    let StructReference { span, fields: named, mut reference } = declared;
    let columns = constraint::columns(ctxt, fields, &named);
    if columns.len() < named.len() {
        return None;
    }
    let mut found: Vec<&Field> = Vec::new();
    for name in &named {
        if name.inner.is_some() {
            ctxt.error(
                name.field.span(),
                "a foreign key cannot have a flattened field: declare the field in the model itself",
            );
            return None;
        }
        found.extend(fields.iter().find(|it| it.ident.unraw() == name.field.unraw()));
    }
    for column in found.iter().filter_map(|it| it.column()) {
        column::check_actions(ctxt, column, &mut reference);
    }
    if let Some(json) = found.iter().find(|it| it.column().is_some_and(|it| it.json.is_some())) {
        ctxt.error(
            json.ident.span(),
            "a JSON document cannot refer to another table: remove the field from `fields(..)`",
        );
        return None;
    }
    let fields: Vec<Ident> = found.iter().map(|it| it.ident.clone()).collect();
    check_set_columns(ctxt, &fields, &mut reference);
    let optional = found.iter().any(|it| ast::is_option(&it.ty));
    Some(ForeignKey { span, fields, columns, optional, of_struct: true, reference })
}

/// Removes `set_columns(..)` that has no effect, or names a field that does not refer.
fn check_set_columns(ctxt: &mut Ctxt, fields: &[Ident], reference: &mut Reference) {
    let Some(first) = reference.set_columns.first() else { return };
    let sets = reference.on_delete.as_ref().is_some_and(|it| matches!(it.value, Action::SetNull | Action::SetDefault));
    if !sets {
        let message =
            "`set_columns(..)` says what `on_delete = set_null` or `on_delete = set_default` sets: add one of them";
        ctxt.error(first.span(), message);
        reference.set_columns.clear();
    }
    reference.set_columns.retain(|it| {
        let known = fields.contains(it);
        if !known {
            ctxt.error(
                it.span(),
                format!("`set_columns(..)` names some of `fields(..)`, and `{it}` is not among them"),
            );
        }
        known
    });
}
