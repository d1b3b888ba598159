//! Indexes, and the constraints that have one: unique and exclusion constraints.

use proc_macro2::Span;
use syn::ext::IdentExt;

use super::constraint::{ConstraintList, is_same, next_column};
use crate::{
    ast::{ConstraintColumn, ConstraintKind, Field, FieldPath, Index, IndexKey, IndexKind, IndexOptions, KeyPart},
    ctxt::Ctxt,
    name,
};

/// Adds the index or constraint, its columns found by their fields.
pub(super) fn add(ctxt: &mut Ctxt, list: &mut ConstraintList<'_>, fields: &[Field], index: Index) {
    let Index { span, kind, name, constant, keys, options } = index;
    let plain = keys.iter().all(IndexKey::is_plain) && options.method.is_none() && options.condition.is_none();
    let (mut columns, all) = (Vec::new(), keys.len());
    let keys = keys.into_iter().filter_map(|it| key(ctxt, fields, it, &mut columns));
    let keys: Vec<IndexKey<ConstraintColumn>> = keys.collect();
    if keys.len() < all {
        return;
    }
    let mut options = include(ctxt, fields, &columns, options);
    let label = match kind {
        IndexKind::Unique if plain => "key",
        IndexKind::Exclusion => "excl",
        IndexKind::Unique | IndexKind::Plain | IndexKind::UniqueIndex | IndexKind::PrimaryKey => "idx",
    };
    let name = name.map_or_else(|| default_name(list.table, &keys, &options.include, label), |it| it.value);
    let kind = match kind {
        IndexKind::Unique if plain => ConstraintKind::Unique(options),
        IndexKind::Exclusion => ConstraintKind::Exclusion { keys, options },
        IndexKind::Unique | IndexKind::Plain | IndexKind::UniqueIndex | IndexKind::PrimaryKey => {
            if let Some(it) = options.deferrable.take() {
                let message = "only a constraint can be deferred, and with `where`, a method, an expression or words behind a \
                               field this is a unique index: remove those, or `deferrable`";
                ctxt.error(it.span, message);
            }
            ConstraintKind::Index { unique: kind != IndexKind::Plain, keys, options }
        }
    };
    list.add(ctxt, span, (name, constant.map(|it| it.value)), columns, kind);
}

/// Adds the primary key of the columns `key`, if there are any, with what the struct says about it.
pub(super) fn add_primary_key(
    ctxt: &mut Ctxt,
    list: &mut ConstraintList<'_>,
    fields: &[Field],
    key: Vec<ConstraintColumn>,
    declared: Option<Index>,
    span: Span,
) {
    let default = name::default_constraint(list.table, &[], "pkey");
    let (declared, span) = match declared {
        Some(declared) if key.is_empty() => {
            ctxt.error(declared.span, "mark the fields of the primary key with `#[orm(key)]`");
            return;
        }
        Some(declared) => {
            let span = declared.span;
            (declared, span)
        }
        None if key.is_empty() => return,
        None => {
            let kind = ConstraintKind::PrimaryKey { named: false, options: IndexOptions::default() };
            list.add(ctxt, span, (default, None), key, kind);
            return;
        }
    };
    let Index { name, constant, keys, options, .. } = declared;
    let mut columns = Vec::new();
    let mut plain = true;
    for it in keys {
        plain &= it.is_plain();
        plain &= self::key(ctxt, fields, it, &mut columns).is_some();
    }
    let same = |it: &ConstraintColumn| columns.iter().any(|other| is_same(it, other));
    if !plain || !(columns.is_empty() || columns.len() == key.len() && key.iter().all(same)) {
        let message = "`primary_key(..)` names all fields with `key`, in the order of the primary key, and no others: the \
                       names alone, or none of them if it is the order of the struct";
        ctxt.error(span, message);
        columns.clear();
    }
    let columns = if columns.is_empty() { key } else { columns };
    let options = include(ctxt, fields, &columns, options);
    let name = name.map_or_else(|| default.clone(), |it| it.value);
    let kind = ConstraintKind::PrimaryKey { named: name != default, options };
    list.add(ctxt, span, (name, constant.map(|it| it.value)), columns, kind);
}

/// The key with its column, which is added to `columns`.
fn key(
    ctxt: &mut Ctxt,
    fields: &[Field],
    mut key: IndexKey<FieldPath>,
    columns: &mut Vec<ConstraintColumn>,
) -> Option<IndexKey<ConstraintColumn>> {
    let plain = key.is_plain();
    match std::mem::replace(&mut key.part, KeyPart::Expression(String::new())) {
        KeyPart::Column(path) => {
            // The same column may be in an index twice if it is compared in two ways.
            let column = next_column(ctxt, fields, &path, if plain { columns } else { &[] })?;
            columns.push(column.clone());
            Some(key.with_part(KeyPart::Column(column)))
        }
        KeyPart::Expression(sql) => {
            let text = sql.trim();
            if let Some(field) = fields.iter().find(|it| it.ident.unraw() == text) {
                ctxt.error(key.span, format!("write a field without quotes: `{}`", field.ident));
                return None;
            }
            Some(key.with_part(KeyPart::Expression(sql)))
        }
    }
}

/// The options with the columns of INCLUDE.
fn include(
    ctxt: &mut Ctxt,
    fields: &[Field],
    keys: &[ConstraintColumn],
    mut options: IndexOptions<FieldPath>,
) -> IndexOptions<ConstraintColumn> {
    let mut known = keys.to_vec();
    for path in std::mem::take(&mut options.include) {
        let next = next_column(ctxt, fields, &path, &known);
        known.extend(next);
    }
    let include = known.split_off(keys.len());
    options.with_columns(include)
}

/// The name that PostgreSQL gives to the index: `users_lower_idx`.
fn default_name(table: &str, keys: &[IndexKey<ConstraintColumn>], include: &[ConstraintColumn], label: &str) -> String {
    let keys = keys.iter().map(|it| match &it.part {
        KeyPart::Column(column) => column.text(),
        KeyPart::Expression(sql) => name::of_expression(sql),
    });
    let parts = name::numbered(keys.chain(include.iter().map(ConstraintColumn::text)).collect());
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    name::default_constraint(table, &parts, label)
}
