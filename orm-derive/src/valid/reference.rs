//! Foreign keys: of one field, and of several.

use syn::{Ident, ext::IdentExt};

use super::{column, constraint};
use crate::{
    ast::{self, ConstraintColumn, Field, FieldKind, ForeignKey, StructReference},
    ctxt::Ctxt,
};

/// All foreign keys of a model, those of one field first.
pub(super) fn check(ctxt: &mut Ctxt, fields: &mut [Field], references: Vec<StructReference>) -> Vec<ForeignKey> {
    let mut keys: Vec<ForeignKey> = fields.iter_mut().filter_map(of_field).collect();
    for declared in references {
        keys.extend(of_struct(ctxt, fields, declared));
    }
    keys
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
        column::check_on_delete(ctxt, column, &mut reference);
    }
    if let Some(json) = found.iter().find(|it| it.column().is_some_and(|it| it.json.is_some())) {
        ctxt.error(
            json.ident.span(),
            "a JSON document cannot refer to another table: remove the field from `fields(..)`",
        );
        return None;
    }
    let fields: Vec<Ident> = found.iter().map(|it| it.ident.clone()).collect();
    let optional = found.iter().any(|it| ast::is_option(&it.ty));
    Some(ForeignKey { span, fields, columns, optional, reference })
}
