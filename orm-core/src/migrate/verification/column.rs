//! The columns of a model's table.

use super::{Comparison, DifferenceKind, short, table::or_none};
use crate::{
    catalog::{Column, Identity, Name, Table as CatalogTable},
    schema::{ColumnDef, Table},
};

impl Comparison<'_> {
    /// Compares a column, each fact on its own, and puts what is wanted into `target`.
    pub(super) fn column(
        &mut self,
        (model, declared): (&'static Table, &'static ColumnDef),
        wanted: &[&Column],
        actual: &[&Column],
        target: &mut CatalogTable,
    ) {
        let Some(want) = wanted.first() else { return };
        let (table, identity) = (target.name.clone(), format!("{}.{}", short(&target.name), want.name));
        let subject = format!("{}.{}", model.model, declared.field);
        let Some(have) = actual.first() else {
            target.columns.push((*want).clone());
            self.sequence(&table, want);
            let text = format!("the column {identity} is missing");
            return self.report(subject, DifferenceKind::Missing, ("table column", identity), text);
        };
        let Some(mended) = target.columns.iter_mut().find(|it| it.name == want.name) else { return };
        let mut differences = Vec::new();
        let mut differ = |kind, object, text| differences.push((kind, object, text));
        if want.ty != have.ty {
            mended.ty.clone_from(&want.ty);
            differ(DifferenceKind::Type, "table column", format!("is {} and not {}", have.ty, want.ty));
        }
        if want.collation != have.collation {
            mended.collation.clone_from(&want.collation);
            let named = |it: &Option<Name>| it.as_ref().map_or_else(|| "of the type".to_owned(), short);
            let text = format!("has the collation {} and not {}", named(&have.collation), named(&want.collation));
            differ(DifferenceKind::Collation, "table column", text);
        }
        if want.nullable != have.nullable {
            mended.nullable = want.nullable;
            let text = if have.nullable {
                "can be NULL, and the field is no `Option`"
            } else {
                "is NOT NULL, and the field is an `Option`"
            };
            differ(DifferenceKind::Nullability, "table column", text.to_owned());
        }
        if want.identity != have.identity {
            mended.identity = want.identity;
            if want.identity.is_some() {
                mended.default = None;
            }
            let text = format!("is {} and not {}", kind(have.identity), kind(want.identity));
            differ(DifferenceKind::Identity, "table column", text);
        }
        let same_generation = wanted.iter().any(|want| actual.iter().any(|have| want.generated == have.generated));
        if !same_generation {
            mended.generated.clone_from(&want.generated);
            if want.generated.is_some() {
                mended.default = None;
            }
            let text = |it: &Column| {
                it.generated
                    .as_ref()
                    .map_or_else(|| "not generated".to_owned(), |it| format!("generated as {}", it.expression))
            };
            differ(DifferenceKind::Generated, "table column", format!("is {} and not {}", text(have), text(want)));
        }
        let same_default = wanted.iter().any(|want| actual.iter().any(|have| want.default == have.default));
        // A default that no model names does no harm.
        if !same_default && want.default.is_some() {
            mended.default.clone_from(&want.default);
            let text = |it: &Column| {
                it.default.as_ref().map_or_else(|| "no default".to_owned(), |it| format!("the default {it}"))
            };
            differ(DifferenceKind::Default, "default value", format!("has {} and not {}", text(have), text(want)));
        }
        if want.comment.is_some() && want.comment != have.comment {
            mended.comment.clone_from(&want.comment);
            let text = format!(
                "has the comment {} and not {}",
                or_none(have.comment.as_deref()),
                or_none(want.comment.as_deref())
            );
            differ(DifferenceKind::Comment, "table column", text);
        }
        let numbered = want.identity.is_some() && have.identity.is_none();
        if let (None, Some(default), true) = (&want.default, &have.default, want.identity.is_none()) {
            let text = format!("the column {identity} has a default that the model does not name: {default}");
            self.report_extra(subject.clone(), ("default value", identity.clone()), text);
        }
        for (kind, object, text) in differences {
            self.report(subject.clone(), kind, (object, identity.clone()), format!("the column {identity} {text}"));
        }
        if numbered {
            self.sequence(&table, want);
        }
    }

    /// The sequence that numbers a new identity column.
    fn sequence(&mut self, table: &Name, column: &Column) {
        if column.identity.is_none() {
            return;
        }
        let owns = |it: &&crate::catalog::Sequence| {
            it.owner.as_ref().is_some_and(|owner| owner.table.name == table.name && owner.column == column.name)
        };
        let Some(mut sequence) = self.first.sequences.iter().find(owns).cloned() else { return };
        if let Some(owner) = &mut sequence.owner {
            owner.table.clone_from(table);
        }
        sequence.name.schema.clone_from(&table.schema);
        self.target.sequences.retain(|it| it.name != sequence.name);
        self.target.sequences.push(sequence);
    }

    /// A column that no field has: inserts fail if it must have a value.
    pub(super) fn extra_column(&mut self, model: &'static Table, column: &Column, target: &mut CatalogTable) {
        let identity = format!("{}.{}", short(&target.name), column.name);
        let filled =
            column.nullable || column.default.is_some() || column.identity.is_some() || column.generated.is_some();
        if filled {
            let text = format!("the column {identity} has no field");
            return self.report_extra(model.model.to_owned(), ("table column", identity), text);
        }
        if let Some(it) = target.columns.iter_mut().find(|it| it.name == column.name) {
            it.nullable = true;
        }
        let text = format!("the column {identity} has no field, is NOT NULL and has no default, so inserts fail");
        self.report(model.model.to_owned(), DifferenceKind::Extra, ("table column", identity), text);
    }
}

fn kind(identity: Option<Identity>) -> &'static str {
    match identity {
        None => "no identity column",
        Some(Identity::Always) => "GENERATED ALWAYS AS IDENTITY",
        Some(Identity::ByDefault) => "GENERATED BY DEFAULT AS IDENTITY",
    }
}
