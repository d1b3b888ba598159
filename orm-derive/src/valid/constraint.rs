//! Names and columns of the primary key, constraints and indexes.

use proc_macro2::Span;
use syn::{Ident, ext::IdentExt};

use crate::{
    ast::{Check, Constraint, ConstraintKind, Field, FieldKind, FieldName, ForeignKey, Index, Named, Unique},
    ctxt::Ctxt,
    name,
};

/// What a model declares.
pub(super) struct Declared<'a> {
    pub(super) table: &'a str,
    pub(super) view: bool,
    pub(super) fields: &'a mut [Field],
    pub(super) foreign_keys: &'a [ForeignKey],
    pub(super) uniques: Vec<Unique>,
    pub(super) indexes: Vec<Index>,
    pub(super) checks: Vec<Check>,
    pub(super) place: Span,
}

/// All constraints and indexes of a model, those of the fields first, in their order.
pub(super) fn all(ctxt: &mut Ctxt, declared: Declared<'_>) -> Vec<Constraint> {
    let Declared { table, view, fields, foreign_keys, uniques, indexes, checks, place } = declared;
    let mut names = Names { table, view, constraints: Vec::new() };
    if view {
        let spans = uniques.iter().map(|it| it.span).chain(indexes.iter().map(|it| it.span));
        for span in spans.chain(checks.iter().map(|it| it.span)) {
            ctxt.error(span, "a view has no constraints or indexes of its own: remove this, or remove `view`");
        }
    }
    let key = fields.iter().filter_map(Field::column).filter(|it| it.key.is_some());
    let key: Vec<Named> = key.map(|it| Named::Own(it.name.clone())).collect();
    if !key.is_empty() {
        let name = name::default_constraint(table, &[], "pkey");
        names.add(ctxt, place, name, key, ConstraintKind::PrimaryKey);
    }
    for field in fields.iter_mut() {
        of_field(ctxt, &mut names, field, foreign_keys);
    }
    for (number, key) in foreign_keys.iter().enumerate().filter(|(_, it)| it.fields.len() > 1) {
        names.foreign_key(ctxt, number, key);
    }
    if view {
        return names.constraints;
    }
    for unique in uniques {
        let columns = columns(ctxt, fields, &unique.fields);
        let name = unique.name.unwrap_or_else(|| default(table, &columns, "key"));
        names.add(ctxt, unique.span, name, columns, ConstraintKind::Unique);
    }
    for check in checks {
        let name = check.name.unwrap_or_else(|| names.next_check());
        let kind = ConstraintKind::Check { condition: check.condition };
        names.add(ctxt, check.span, name, Vec::new(), kind);
    }
    for index in indexes {
        let columns = columns(ctxt, fields, &index.fields);
        let name = index.name.unwrap_or_else(|| default(table, &columns, "idx"));
        let kind = ConstraintKind::Index { method: index.method, condition: index.condition };
        names.add(ctxt, index.span, name, columns, kind);
    }
    names.constraints
}

fn of_field(ctxt: &mut Ctxt, names: &mut Names<'_>, field: &mut Field, foreign_keys: &[ForeignKey]) {
    let FieldKind::Column(column) = &mut field.kind else { return };
    let columns = vec![Named::Own(column.name.clone())];
    if let Some(unique) = column.unique.take() {
        let name = unique.value.unwrap_or_else(|| default(names.table, &columns, "key"));
        names.add(ctxt, unique.span, name, columns.clone(), ConstraintKind::Unique);
    }
    let own = |it: &ForeignKey| matches!(it.fields.as_slice(), [only] if *only == field.ident);
    if let Some((number, key)) = foreign_keys.iter().enumerate().find(|(_, it)| own(it)) {
        names.foreign_key(ctxt, number, key);
    }
    if let Some(index) = column.index.take() {
        let name = index.value.name.unwrap_or_else(|| default(names.table, &columns, "idx"));
        let kind = ConstraintKind::Index { method: index.value.method, condition: index.value.condition };
        names.add(ctxt, index.span, name, columns, kind);
    }
}

fn default(table: &str, columns: &[Named], label: &str) -> String {
    let columns: Vec<String> = columns.iter().map(Named::text).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    name::default_constraint(table, &columns, label)
}

/// The columns that are given by their fields.
pub(super) fn columns(ctxt: &mut Ctxt, fields: &[Field], named: &[FieldName]) -> Vec<Named> {
    let mut columns: Vec<Named> = Vec::new();
    for FieldName { field: ident, inside } in named {
        let flattened = fields.iter().filter(|it| matches!(it.kind, FieldKind::Flatten));
        let part = flattened.into_iter().position(|it| it.ident.unraw() == ident.unraw());
        let field = fields.iter().find(|it| it.ident.unraw() == ident.unraw());
        let column = match (field.map(Field::column), part, inside) {
            (Some(Some(column)), _, None) => Named::Own(column.name.clone()),
            (Some(_), Some(part), Some(inside)) => Named::Part(part, ident.clone(), inside.clone()),
            (Some(_), Some(_), None) => {
                let message = format!("`{ident}` is flattened into several columns: name one, as `{ident}.name`");
                ctxt.error(ident.span(), message);
                continue;
            }
            (Some(_), None, Some(_)) => {
                ctxt.error(ident.span(), format!("`{ident}` is not flattened, so it has no columns inside"));
                continue;
            }
            (Some(None), None, None) => {
                ctxt.error(ident.span(), format!("the field `{ident}` is no column"));
                continue;
            }
            (None, ..) => {
                let known: Vec<String> = fields.iter().map(|it| it.ident.unraw().to_string()).collect();
                let near = name::did_you_mean(&ident.to_string(), known.iter().map(String::as_str));
                let near = if near.is_empty() { format!("; there are {}", known.join(", ")) } else { near };
                ctxt.error(ident.span(), format!("the struct has no field `{ident}`{near}"));
                continue;
            }
        };
        if columns.iter().any(|it| same(it, &column)) {
            ctxt.error(ident.span(), format!("`{ident}` is named twice"));
            continue;
        }
        columns.push(column);
    }
    columns
}

fn same(a: &Named, b: &Named) -> bool {
    match (a, b) {
        (Named::Own(a), Named::Own(b)) => a == b,
        (Named::Part(a, _, x), Named::Part(b, _, y)) => a == b && x == y,
        _ => false,
    }
}

struct Names<'a> {
    table: &'a str,
    view: bool,
    constraints: Vec<Constraint>,
}

impl Names<'_> {
    /// `users_check`, `users_check1`, …: the first that is free.
    fn next_check(&self) -> String {
        let first = name::default_constraint(self.table, &[], "check");
        let numbered = (1..).map(|it| name::default_constraint(self.table, &[], &format!("check{it}")));
        let free = |name: &String| self.constraints.iter().all(|it| it.name != *name);
        std::iter::once(first.clone()).chain(numbered).find(free).unwrap_or(first)
    }

    fn foreign_key(&mut self, ctxt: &mut Ctxt, number: usize, key: &ForeignKey) {
        let name = key.reference.name.clone().unwrap_or_else(|| default(self.table, &key.columns, "fkey"));
        self.add(ctxt, key.span, name, key.columns.clone(), ConstraintKind::ForeignKey(number));
    }

    /// Adds a constraint, unless another one has its name in the database or in Rust.
    fn add(&mut self, ctxt: &mut Ctxt, span: Span, name: String, columns: Vec<Named>, kind: ConstraintKind) {
        if let Some(first) = self.constraints.iter().find(|it| it.name == name) {
            let message = match (&first.kind, &kind) {
                (ConstraintKind::Index { .. }, ConstraintKind::Index { .. }) => {
                    format!("there is an index `{name}` already: give this one a name with `name = \"..\"`")
                }
                _ => format!("there is already a `{name}` on this table: give this one a name with `name = \"..\"`"),
            };
            ctxt.error(span, message);
            return;
        }
        let mut constant = None;
        if !self.view && !matches!(kind, ConstraintKind::Index { .. }) {
            let text = name::constant(self.table, &name);
            let Ok(mut ident) = syn::parse_str::<Ident>(&text) else {
                ctxt.error(span, format!("`{name}` makes no Rust constant: choose a name that starts with a letter"));
                return;
            };
            ident.set_span(span);
            if let Some(first) = self.constraints.iter().find(|it| it.constant.as_ref() == Some(&ident)) {
                let first = &first.name;
                let message = format!(
                    "the constraints `{first}` and `{name}` would both be the constant `{text}`: \
                     rename one with `name = \"..\"`"
                );
                ctxt.error(span, message);
                return;
            }
            constant = Some(ident);
        }
        self.constraints.push(Constraint { span, name, columns, kind, constant });
    }
}
