//! Names and columns of the primary key, constraints and indexes.

use proc_macro2::Span;
use syn::{Ident, ext::IdentExt};

use super::index;
use crate::{
    ast::{
        Check, Constraint, ConstraintColumn, ConstraintKind, Field, FieldKind, FieldPath, ForeignKey, Index, IndexKind,
    },
    ctxt::{Ctxt, Located},
    name,
};

/// The declarations of a model.
pub(super) struct Declared<'a> {
    pub(super) table: &'a str,
    pub(super) view: bool,
    pub(super) fields: &'a mut [Field],
    pub(super) foreign_keys: &'a [ForeignKey],
    pub(super) primary_key: Option<Index>,
    /// Where `primary_key = none` is.
    pub(super) no_primary_key: Option<Located<()>>,
    pub(super) indexes: Vec<Index>,
    pub(super) checks: Vec<Check>,
    /// The place of the model, for messages about its primary key.
    pub(super) span: Span,
}

/// All constraints and indexes of a model, those of the fields first, in their order.
pub(super) fn check(ctxt: &mut Ctxt, declared: Declared<'_>) -> Vec<Constraint> {
    let Declared { table, view, fields, foreign_keys, primary_key, no_primary_key, indexes, checks, span } = declared;
    let mut list = ConstraintList { table, view, constraints: Vec::new() };
    if view {
        for span in indexes.iter().chain(&primary_key).map(|it| it.span).chain(checks.iter().map(|it| it.span)) {
            ctxt.error(span, "a view cannot have constraints or indexes: remove this, or remove `view`");
        }
    }
    let key = fields.iter().filter_map(Field::column).filter(|it| it.key.is_some());
    let key: Vec<ConstraintColumn> = key.map(|it| ConstraintColumn::Own(it.name.clone())).collect();
    match &no_primary_key {
        None => index::add_primary_key(ctxt, &mut list, fields, key.clone(), primary_key, span),
        Some(none) => refuse_no_primary_key(ctxt, none.span, view, &key, primary_key.as_ref()),
    }
    for at in 0..fields.len() {
        of_field(ctxt, &mut list, fields, at, foreign_keys);
    }
    for (number, key) in foreign_keys.iter().enumerate().filter(|(_, it)| it.of_struct) {
        list.foreign_key(ctxt, number, key);
    }
    if view {
        return list.constraints;
    }
    let (uniques, indexes): (Vec<Index>, Vec<Index>) = indexes.into_iter().partition(|it| it.kind == IndexKind::Unique);
    for unique in uniques {
        index::add(ctxt, &mut list, fields, unique);
    }
    for check in checks {
        let name = check.name.unwrap_or_else(|| list.next_check());
        let kind = ConstraintKind::Check { condition: check.condition, not_valid: check.not_valid };
        list.add(ctxt, check.span, (name, check.constant), Vec::new(), kind);
    }
    for index in indexes {
        index::add(ctxt, &mut list, fields, index);
    }
    if let Some(none) = no_primary_key.filter(|_| !key.is_empty() && !list.is_unique(&key)) {
        let message = "rows are found by the fields with `key`: declare over these fields what makes them unique without a \
                       primary key, `unique(..)` or `unique_index(..)`";
        ctxt.error(none.span, message);
    }
    list.constraints
}

/// Refuses `primary_key = none` where there is no primary key anyway, or another option describes it.
fn refuse_no_primary_key(
    ctxt: &mut Ctxt,
    span: Span,
    view: bool,
    key: &[ConstraintColumn],
    primary_key: Option<&Index>,
) {
    let message = if view {
        "a view has no primary key: remove this"
    } else if key.is_empty() {
        "without a field that has `key` there is no primary key: remove this"
    } else if primary_key.is_some() {
        "`primary_key(..)` describes a primary key: remove it, or remove this"
    } else {
        return;
    };
    ctxt.error(span, message);
}

fn of_field(ctxt: &mut Ctxt, list: &mut ConstraintList<'_>, fields: &mut [Field], at: usize, keys: &[ForeignKey]) {
    let Some(field) = fields.get_mut(at) else { return };
    let FieldKind::Column(column) = &mut field.kind else { return };
    let (unique, unique_index, index) = (column.unique.take(), column.unique_index.take(), column.index.take());
    let ident = field.ident.clone();
    let fields = &*fields;
    if let Some(unique) = unique {
        index::add(ctxt, list, fields, unique.value);
    }
    let own = |it: &ForeignKey| !it.of_struct && it.fields.contains(&ident);
    if let Some((number, key)) = keys.iter().enumerate().find(|(_, it)| own(it)) {
        list.foreign_key(ctxt, number, key);
    }
    for index in [unique_index, index].into_iter().flatten() {
        index::add(ctxt, list, fields, index.value);
    }
}

fn default(table: &str, columns: &[ConstraintColumn], label: &str) -> String {
    let columns: Vec<String> = columns.iter().map(ConstraintColumn::text).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    name::default_constraint(table, &columns, label)
}

/// The columns of the fields that a constraint or index names.
pub(super) fn columns(ctxt: &mut Ctxt, fields: &[Field], paths: &[FieldPath]) -> Vec<ConstraintColumn> {
    let mut columns: Vec<ConstraintColumn> = Vec::new();
    for path in paths {
        let next = next_column(ctxt, fields, path, &columns);
        columns.extend(next);
    }
    columns
}

/// The column of a field, unless it does not exist or is one of `columns`.
pub(super) fn next_column(
    ctxt: &mut Ctxt,
    fields: &[Field],
    path: &FieldPath,
    columns: &[ConstraintColumn],
) -> Option<ConstraintColumn> {
    let span = path.field.span();
    match column(fields, path) {
        Ok(column) if columns.iter().any(|it| is_same(it, &column)) => {
            ctxt.error(span, format!("`{}` is named twice: keep one", written(path)));
            None
        }
        Ok(column) => Some(column),
        Err(message) => {
            ctxt.error(span, message);
            None
        }
    }
}

/// The column of a field, or the message about its name.
fn column(fields: &[Field], path: &FieldPath) -> Result<ConstraintColumn, String> {
    let FieldPath { field: ident, inner } = path;
    let mut flattened = fields.iter().filter(|it| matches!(it.kind, FieldKind::Flatten));
    let number = flattened.position(|it| it.ident.unraw() == ident.unraw());
    let field = fields.iter().find(|it| it.ident.unraw() == ident.unraw());
    match (field.map(Field::column), number, inner) {
        (Some(Some(column)), _, None) => Ok(ConstraintColumn::Own(column.name.clone())),
        (Some(_), Some(number), Some(inner)) => {
            Ok(ConstraintColumn::Flattened { number, field: ident.clone(), inner: inner.clone() })
        }
        (Some(_), Some(_), None) => {
            Err(format!("`{ident}` is flattened into several columns: name one of them, as in `{ident}.name`"))
        }
        (Some(_), None, Some(_)) => Err(format!("`{ident}` is not a flattened field: write `{ident}`")),
        (Some(None), None, None) => Err(format!("the field `{ident}` is not a column")),
        (None, ..) => {
            let known: Vec<String> = fields.iter().map(|it| it.ident.unraw().to_string()).collect();
            let near = name::did_you_mean(&ident.to_string(), known.iter().map(String::as_str));
            let near = if near.is_empty() { format!("; there are {}", known.join(", ")) } else { near };
            Err(format!("the struct has no field `{ident}`{near}"))
        }
    }
}

/// The field as the attribute names it.
fn written(path: &FieldPath) -> String {
    match &path.inner {
        Some(inner) => format!("{}.{inner}", path.field),
        None => path.field.to_string(),
    }
}

pub(super) fn is_same(a: &ConstraintColumn, b: &ConstraintColumn) -> bool {
    match (a, b) {
        (ConstraintColumn::Own(a), ConstraintColumn::Own(b)) => a == b,
        (
            ConstraintColumn::Flattened { number: a, inner: x, .. },
            ConstraintColumn::Flattened { number: b, inner: y, .. },
        ) => a == b && x == y,
        _ => false,
    }
}

/// The constraints so far, whose names are unique.
pub(super) struct ConstraintList<'a> {
    pub(super) table: &'a str,
    view: bool,
    constraints: Vec<Constraint>,
}

impl ConstraintList<'_> {
    /// `users_check`, `users_check1`, …: the first that is free.
    fn next_check(&self) -> String {
        let first = name::default_constraint(self.table, &[], "check");
        let numbered = (1..).map(|it| name::default_constraint(self.table, &[], &format!("check{it}")));
        let free = |name: &String| self.constraints.iter().all(|it| it.name != *name);
        std::iter::once(first.clone()).chain(numbered).find(free).unwrap_or(first)
    }

    /// Whether no two rows are equal in these columns.
    fn is_unique(&self, columns: &[ConstraintColumn]) -> bool {
        let mut unique = self.constraints.iter().filter(|it| it.kind.can_be_referred_to());
        unique.any(|it| {
            it.columns.len() == columns.len()
                && columns.iter().all(|one| it.columns.iter().any(|other| is_same(one, other)))
        })
    }

    fn foreign_key(&mut self, ctxt: &mut Ctxt, number: usize, key: &ForeignKey) {
        let name = key.reference.name.as_ref().map(|it| it.value.clone());
        let name = name.unwrap_or_else(|| default(self.table, &key.columns, "fkey"));
        let constant = key.reference.constant.clone();
        self.add(ctxt, key.span, (name, constant), key.columns.clone(), ConstraintKind::ForeignKey(number));
    }

    /// Adds a constraint, unless another one has its name in the database or in Rust.
    pub(super) fn add(
        &mut self,
        ctxt: &mut Ctxt,
        span: Span,
        (name, declared): (String, Option<Ident>),
        columns: Vec<ConstraintColumn>,
        kind: ConstraintKind,
    ) {
        let mut namesakes = self.constraints.iter().filter(|it| it.name == name);
        if namesakes.any(|it| it.kind.shares_names(&kind)) {
            let message = format!(
                "this table already has a constraint or index `{name}`: give this one another name, `name = \"..\"`"
            );
            ctxt.error(span, message);
            return;
        }
        let mut constant = None;
        if !self.view && !matches!(kind, ConstraintKind::Index { unique: false, .. }) {
            let text = declared.as_ref().map_or_else(|| name::constant(self.table, &name), Ident::to_string);
            let Ok(mut ident) = syn::parse_str::<Ident>(&text) else {
                let message = format!("`{name}` cannot be a Rust constant: name one by `constant = NAME`");
                ctxt.error(span, message);
                return;
            };
            ident.set_span(declared.map_or(span, |it| it.span()));
            let first = self.constraints.iter().find(|it| it.constant.as_ref() == Some(&ident));
            // A unique index may have the name of another constraint, and its constant is that one then.
            if let Some(first) = first.filter(|it| it.name != name) {
                let first = &first.name;
                let message = format!(
                    "the constraints `{first}` and `{name}` would both be the constant `{text}`: \
                     rename one with `name = \"..\"`, or only its constant with `constant = NAME`"
                );
                ctxt.error(span, message);
                return;
            }
            constant = first.is_none().then_some(ident);
        }
        self.constraints.push(Constraint { span, name, columns, kind, constant });
    }
}
