//! The enum and composite types of the models' columns.

use super::{Comparison, DifferenceKind, short};
use crate::{catalog::Name, schema::Table};

impl Comparison<'_> {
    pub(super) fn types(&mut self, models: &[&'static Table]) {
        let actual = self.actual;
        for want in &self.first.enums {
            let subject = subject(models, &want.name);
            let Some(have) = actual.enums.iter().find(|it| it.name == want.name) else {
                let text = format!("the enum type {} is missing", short(&want.name));
                self.needs_schema(&want.name.schema);
                self.target.enums.push(want.clone());
                self.report(subject, DifferenceKind::Missing, ("type", short(&want.name)), text);
                continue;
            };
            if want.labels == have.labels {
                continue;
            }
            let only = |these: &[String], those: &[String]| {
                let only: Vec<_> = these.iter().filter(|it| !those.contains(it)).map(|it| format!("{it:?}")).collect();
                only.join(", ")
            };
            let (missing, extra) = (only(&want.labels, &have.labels), only(&have.labels, &want.labels));
            let mut text = format!("the enum type {}", short(&want.name));
            match (missing.is_empty(), extra.is_empty()) {
                (true, true) => text += " has its labels in another order",
                (false, true) => text += &format!(" lacks {missing}"),
                (true, false) => text += &format!(" also has {extra}, which the model cannot read"),
                (false, false) => text += &format!(" lacks {missing}, and also has {extra}"),
            }
            if let Some(it) = self.target.enums.iter_mut().find(|it| it.name == want.name) {
                it.labels.clone_from(&want.labels);
            }
            self.report(subject, DifferenceKind::Labels, ("type", short(&want.name)), text);
        }
        for want in &self.first.composites {
            let subject = subject(models, &want.name);
            let text = match actual.composites.iter().find(|it| it.name == want.name) {
                Some(have)
                    if have
                        .attributes
                        .iter()
                        .map(|it| (&it.name, &it.ty))
                        .eq(want.attributes.iter().map(|it| (&it.name, &it.ty))) =>
                {
                    continue;
                }
                Some(_) => format!("the composite type {} has other attributes", short(&want.name)),
                None => format!("the composite type {} is missing", short(&want.name)),
            };
            let kind = if text.ends_with("missing") { DifferenceKind::Missing } else { DifferenceKind::Labels };
            self.needs_schema(&want.name.schema);
            self.target.composites.retain(|it| it.name != want.name);
            self.target.composites.push(want.clone());
            self.report(subject, kind, ("type", short(&want.name)), text);
        }
    }
}

/// The first field that has the type.
fn subject(models: &[&'static Table], name: &Name) -> String {
    for model in models {
        let has = |it: &&crate::schema::ColumnDef| {
            it.ty.name == name.name && it.ty.schema.is_none_or(|schema| schema == name.schema)
        };
        if let Some(column) = model.columns.iter().find(has) {
            return format!("{}.{}", model.model, column.field);
        }
    }
    short(name)
}
