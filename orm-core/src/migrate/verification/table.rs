//! The table or view of a model.

use std::collections::BTreeSet;

use super::{Comparison, Difference, DifferenceKind, object, short, tables};
use crate::{
    catalog::{ConstraintKind, Name, Table as CatalogTable, View},
    migrate::Rename,
    schema::Table,
};

impl Comparison<'_> {
    /// Compares a model, and returns the name of its table in the database.
    pub(super) fn model(&mut self, model: &'static Table) -> Option<Name> {
        let actual = self.actual;
        let wanted = self.name_among(model, |name| self.first.table(name).is_some())?;
        let found = self.name_among(model, |name| actual.table(name).is_some() || view(actual, name).is_some());
        let Some(found) = found else {
            self.missing(model, &wanted);
            return None;
        };
        match (view(actual, &found), model.view) {
            (Some(view), true) => self.view(model, &wanted, &view.columns, &view.types),
            (None, true) => {
                let Some(table) = actual.table(&found) else { return Some(found) };
                let (columns, types): (Vec<_>, Vec<_>) =
                    table.columns.iter().map(|it| (it.name.clone(), it.ty.clone())).unzip();
                self.view(model, &wanted, &columns, &types);
            }
            (Some(_), false) => self.report(
                model.model.to_owned(),
                DifferenceKind::Relation,
                ("view", short(&found)),
                format!(
                    "{} is a view, and the model is one of a table: write `#[orm(view)]`, or create a table",
                    short(&found)
                ),
            ),
            (None, false) => self.table(model, &wanted, &found),
        }
        Some(found)
    }

    /// The name of the model's table: in the schema that it names, or in the first one of the search path that has it.
    fn name_among(&self, model: &Table, is_there: impl Fn(&Name) -> bool) -> Option<Name> {
        let named = |schema: &str| Name::new(schema, model.name);
        match model.schema {
            Some(schema) => Some(named(schema)).filter(is_there),
            None => self.sides.search_path.iter().map(|it| named(it)).find(is_there),
        }
    }

    pub(super) fn report(&mut self, subject: String, kind: DifferenceKind, of: (&str, String), text: String) {
        let object = object(of.0, of.1);
        self.found.differences.push(Difference { subject, kind, object, text, steps: Vec::new() });
    }

    pub(super) fn report_extra(&mut self, subject: String, of: (&str, String), text: String) {
        let object = object(of.0, of.1);
        self.found.extras.push(Difference { subject, kind: DifferenceKind::Extra, object, text, steps: Vec::new() });
    }

    fn missing(&mut self, model: &'static Table, wanted: &Name) {
        let what = if model.view { "view" } else { "table" };
        let elsewhere: Vec<_> = (self.actual.tables.iter().map(|it| &it.name))
            .chain(self.actual.views.iter().map(|it| &it.name))
            .filter(|it| it.name == wanted.name)
            .map(short)
            .collect();
        let mut text = format!("the {what} {} is missing", short(wanted));
        if !elsewhere.is_empty() {
            text += &format!("; there is {} in another schema", elsewhere.join(", "));
        }
        self.report(model.model.to_owned(), DifferenceKind::Missing, (what, short(wanted)), text);
        if model.view {
            return;
        }
        if let Some(table) = self.first.table(wanted) {
            self.target.tables.push(table.clone());
        }
        let owned = |it: &&crate::catalog::Sequence| it.owner.as_ref().is_some_and(|owner| owner.table == *wanted);
        self.target.sequences.extend(self.first.sequences.iter().filter(owned).cloned());
        self.needs_schema(&wanted.schema);
        let own = |it: &&crate::catalog::Dependency| it.object.identity.contains(&wanted.name);
        self.target.dependencies.extend(self.first.dependencies.iter().filter(own).cloned());
    }

    pub(super) fn needs_schema(&mut self, name: &str) {
        if !self.target.schemas.iter().any(|it| it.name == name) {
            self.target.schemas.extend(self.first.schemas.iter().find(|it| it.name == name).cloned());
        }
    }

    /// Compares the columns of a view, of which a model has some.
    fn view(&mut self, model: &'static Table, wanted: &Name, columns: &[String], types: &[String]) {
        let Some(stand_in) = self.first.table(wanted) else { return };
        for column in model.columns {
            let identity = format!("{}.{}", short(wanted), column.name);
            let subject = format!("{}.{}", model.model, column.field);
            let position = columns.iter().position(|it| it == column.name);
            let ty = position.and_then(|it| types.get(it));
            let Some(wanted) = stand_in.column(column.name) else { continue };
            match ty {
                None => self.report(
                    subject,
                    DifferenceKind::Missing,
                    ("column of a view", identity.clone()),
                    format!("the view has no column {identity}"),
                ),
                Some(ty) if without_modifier(ty) != without_modifier(&wanted.ty) => self.report(
                    subject,
                    DifferenceKind::Type,
                    ("column of a view", identity.clone()),
                    format!("the column {identity} of the view is {ty} and not {}", wanted.ty),
                ),
                Some(_) => {}
            }
        }
    }

    fn table(&mut self, model: &'static Table, wanted: &Name, found: &Name) {
        let (Some(want), Some(have)) = (self.first.table(wanted), self.actual.table(found)) else { return };
        let want_all: Vec<_> = tables(self.sides.models, wanted).collect();
        let have_all: Vec<_> = tables(self.sides.database, found).collect();
        let mut target = have.clone();
        let mut renamed = BTreeSet::new();
        for (column, declared) in want.columns.iter().filter_map(|it| Some((it, model.column(&it.name)?))) {
            let old =
                declared.renamed_from.filter(|old| have.column(&column.name).is_none() && have.column(old).is_some());
            if let Some(old) = old {
                renamed.insert(old.to_owned());
                self.renames.push(Rename::Column {
                    table: found.clone(),
                    from: old.to_owned(),
                    to: column.name.clone(),
                });
                rename_column(&mut target, old, &column.name);
                let identity = format!("{}.{}", short(found), column.name);
                let text = format!("the column {identity} is still called {old}");
                self.report(
                    format!("{}.{}", model.model, declared.field),
                    DifferenceKind::Name,
                    ("table column", identity),
                    text,
                );
            }
            let name = old.unwrap_or(&column.name);
            let wanted: Vec<_> = want_all.iter().filter_map(|it| it.column(&column.name)).collect();
            let actual: Vec<_> = have_all.iter().filter_map(|it| it.column(name)).collect();
            self.column((model, declared), &wanted, &actual, &mut target);
        }
        for column in have.columns.iter().filter(|it| want.column(&it.name).is_none() && !renamed.contains(&it.name)) {
            self.extra_column(model, column, &mut target);
        }
        self.constraints(model, &want_all, &have_all, &mut target);
        self.indexes(model, &want_all, &have_all, &mut target);
        if want.comment.is_some() && want.comment != have.comment {
            target.comment.clone_from(&want.comment);
            let text = format!("the comment of the table {} is {}", short(found), or_none(have.comment.as_deref()));
            self.report(model.model.to_owned(), DifferenceKind::Comment, ("table", short(found)), text);
        }
        if let Some(it) = self.target.tables.iter_mut().find(|it| it.name == *found) {
            *it = target;
        }
    }
}

pub(super) fn or_none(text: Option<&str>) -> String {
    text.map_or_else(|| "not there".to_owned(), |it| format!("{it:?}"))
}

fn view<'a>(catalog: &'a crate::catalog::Catalog, name: &Name) -> Option<&'a View> {
    catalog.views.iter().find(|it| it.name == *name)
}

/// `numeric(10,2)` as `numeric`, `timestamp(3) with time zone` as `timestamp with time zone`.
fn without_modifier(ty: &str) -> String {
    let (mut out, mut depth, mut quoted) = (String::with_capacity(ty.len()), 0_usize, false);
    for it in ty.chars() {
        match it {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth = depth.saturating_sub(1);
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            out.push(it);
        }
    }
    out
}

/// Renames a column, also in what names it.
fn rename_column(table: &mut CatalogTable, old: &str, new: &str) {
    let rename = |name: &mut String| {
        if name == old {
            new.clone_into(name);
        }
    };
    table.columns.iter_mut().for_each(|it| rename(&mut it.name));
    for constraint in &mut table.constraints {
        constraint.columns.iter_mut().for_each(rename);
        constraint.include.iter_mut().for_each(rename);
    }
    for index in &mut table.indexes {
        index.keys.iter_mut().filter_map(|it| it.column.as_mut()).for_each(rename);
        index.include.iter_mut().for_each(rename);
    }
    // The NOT NULL constraint of PostgreSQL 18 keeps its name.
    table.constraints.retain(|it| it.kind != ConstraintKind::NotNull || !it.columns.is_empty());
}

#[cfg(test)]
mod tests {
    use super::without_modifier;

    #[test]
    fn types_without_their_modifiers() {
        assert_eq!(without_modifier("timestamp(3) with time zone"), "timestamp with time zone");
        assert_eq!(without_modifier("numeric(10,2)[]"), "numeric[]");
        assert_eq!(without_modifier(r#""a(b)".c"#), r#""a(b)".c"#);
    }
}
