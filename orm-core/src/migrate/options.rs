//! What a diff is told beside the two schemas.

use super::Allow;
use crate::{
    catalog::{Catalog, Name},
    schema::{PgType, Table},
};

/// How a plan is made.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Options {
    /// What is only called differently. Without it, another name is another object: one is dropped, one created.
    pub renames: Vec<Rename>,
    /// The destructive steps that may be in the plan.
    pub allow: Vec<Allow>,
    /// Whether tables may be in use: steps that would block them for long are replaced by several that do not.
    pub online: bool,
    /// Whether all destructive steps may be in the plan.
    pub all: bool,
    /// Whether the old version of the application runs until the phase [`Contract`](super::Phase::Contract).
    pub live: bool,
    /// Labels of enums that go, and what their rows get.
    pub replaced_labels: Vec<ReplacedLabel>,
}

/// A label of an enum that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedLabel {
    /// The enum.
    pub of: Name,
    /// The label that goes.
    pub label: String,
    /// The label that its rows get.
    pub by: String,
}

impl Options {
    /// Returns the options of a plan for tables that nobody uses, which may destroy nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a plan for tables in use: indexes are built `CONCURRENTLY`, constraints are added `NOT VALID` and validated in a
    /// transaction of their own, and what is dropped goes into the phase [`Contract`](super::Phase::Contract).
    #[must_use]
    pub fn online(self) -> Self {
        Self { online: true, ..self }
    }

    /// Makes a plan as [`online`](Self::online) does, for an application of which the old version and the new one run at the same
    /// time, until the phase [`Contract`](super::Phase::Contract). A column that gets another name or type is replaced by a new one
    /// that a trigger keeps equal to it and that is filled in batches: see [`live`](super::live()).
    #[must_use]
    pub fn live(self) -> Self {
        Self { live: true, ..self.online() }
    }

    /// Declares that rows with `label` of the enum get the label `by`, for a plan for a [`live`](Self::live) application that
    /// removes the label.
    #[must_use]
    pub fn replace_label(mut self, of: Name, label: impl Into<String>, by: impl Into<String>) -> Self {
        self.replaced_labels.push(ReplacedLabel { of, label: label.into(), by: by.into() });
        self
    }

    /// Permits destructive steps.
    #[must_use]
    pub fn allow(mut self, allow: impl IntoIterator<Item = Allow>) -> Self {
        self.allow.extend(allow);
        self
    }

    /// Permits all destructive steps, for databases that hold nothing of value.
    #[must_use]
    pub fn allow_all(self) -> Self {
        Self { all: true, ..self }
    }

    /// Declares renames.
    #[must_use]
    pub fn rename(mut self, renames: impl IntoIterator<Item = Rename>) -> Self {
        self.renames.extend(renames);
        self
    }
}

impl Options {
    /// The name that a table had.
    pub(super) fn former_name(&self, table: &Name) -> Option<&Name> {
        self.renames.iter().find_map(|it| match it {
            Rename::Table { from, to } if to == table => Some(from),
            _ => None,
        })
    }

    /// The name that a type had.
    pub(super) fn former_type(&self, ty: &Name) -> Option<&Name> {
        self.renames.iter().find_map(|it| match it {
            Rename::Type { from, to } if to == ty => Some(from),
            _ => None,
        })
    }

    /// The name that a column had.
    pub(super) fn former_column(&self, of: &Name, column: &str) -> Option<&String> {
        self.renames.iter().find_map(|it| match it {
            Rename::Column { table, from, to } if table == of && to == column => Some(from),
            _ => None,
        })
    }
}

/// A name that has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rename {
    /// That of a table; its schema can change, too.
    Table {
        /// The name that it had.
        from: Name,
        /// The name that it has.
        to: Name,
    },
    /// That of a column.
    Column {
        /// The table, by its new name.
        table: Name,
        /// The name that it had.
        from: String,
        /// The name that it has.
        to: String,
    },
    /// That of a label of an enum.
    Label {
        /// The type, by its new name.
        of: Name,
        /// The label that it was.
        from: String,
        /// The label that it is.
        to: String,
    },
    /// That of an enum, domain or composite type.
    Type {
        /// The name that it had.
        from: Name,
        /// The name that it has.
        to: Name,
    },
}

impl Rename {
    /// Returns the renames that models declare by `renamed_from` and that `from` has not seen yet: of tables, of columns, and of
    /// labels of the enums that their columns have. A model that names no schema is in `schema`.
    ///
    /// ```
    /// use orm_pg::{prelude::*, schema::{catalog::Catalog, migrate::Rename}};
    ///
    /// #[derive(Debug, Clone, Model)]
    /// #[orm(table = "people", renamed_from = "persons")]
    /// struct Person {
    ///     #[orm(key)]
    ///     id: i64,
    ///     #[orm(renamed_from = "surname")]
    ///     last_name: String,
    /// }
    ///
    /// // An empty database has nothing to rename.
    /// assert!(Rename::of_models(&Catalog::default(), models![Person], "public").is_empty());
    /// ```
    #[must_use]
    pub fn of_models(from: &Catalog, models: &[&'static Table], schema: &str) -> Vec<Self> {
        let tables = tables(from, models, schema);
        let mut renames: Vec<_> =
            tables.iter().map(|(from, to)| Self::Table { from: from.clone(), to: to.clone() }).collect();
        for model in models.iter().filter(|it| !it.view) {
            let table = Name::new(model.schema.unwrap_or(schema), model.name);
            let former = tables.iter().find(|it| it.1 == table).map(|it| &it.0);
            let there = from.table(former.unwrap_or(&table));
            for column in model.columns {
                if let (Some(before), Some(there)) = (column.renamed_from, there)
                    && there.column(before).is_some()
                    && there.column(column.name).is_none()
                {
                    let (from, to) = (before.to_owned(), column.name.to_owned());
                    push(&mut renames, Self::Column { table: table.clone(), from, to });
                }
                if column.sql_type.is_none() {
                    labels(&mut renames, from, column.ty, schema);
                }
            }
        }
        renames
    }

    pub(super) fn is_from_table(&self, name: &Name) -> bool {
        matches!(self, Self::Table { from, .. } if from == name)
    }

    pub(super) fn is_from_type(&self, name: &Name) -> bool {
        matches!(self, Self::Type { from, .. } if from == name)
    }
}

/// The former and the new names of tables, in the order in which they can be renamed: a name that another table leaves can be
/// taken after it. Two tables that exchange their names are none, since nobody can tell whether they have done so.
fn tables(from: &Catalog, models: &[&'static Table], schema: &str) -> Vec<(Name, Name)> {
    let mut open = Vec::new();
    for model in models.iter().filter(|it| !it.view) {
        let in_schema = |name: &str| Name::new(model.schema.unwrap_or(schema), name);
        let pair = model.renamed_from.map(|it| (in_schema(it), in_schema(model.name)));
        open.extend(pair.filter(|it| from.table(&it.0).is_some() && !open.contains(it)));
    }
    let mut tables: Vec<(Name, Name)> = Vec::new();
    loop {
        let is_left = |name: &Name| tables.iter().any(|it| it.0 == *name);
        let can = |it: &(Name, Name)| !is_left(&it.0) && (from.table(&it.1).is_none() || is_left(&it.1));
        let Some(at) = open.iter().position(can) else { return tables };
        tables.push(open.remove(at));
    }
}

/// Appends the renamed labels of an enum type, or of those in a composite type.
fn labels(renames: &mut Vec<Rename>, catalog: &Catalog, ty: PgType, schema: &str) {
    let of = Name::new(ty.schema.unwrap_or(schema), ty.name);
    let there = catalog.enums.iter().find(|it| it.name == of);
    let has = |label: &str| there.is_some_and(|it| it.labels.iter().any(|it| it == label));
    for (from, to) in ty.renamed_labels.iter().filter(|(from, to)| has(from) && !has(to)) {
        push(renames, Rename::Label { of: of.clone(), from: (*from).to_owned(), to: (*to).to_owned() });
    }
    for attribute in ty.attributes {
        labels(renames, catalog, attribute.ty, schema);
    }
}

/// Appends a rename that is not there yet: several models may have one table, and several columns one type.
fn push(renames: &mut Vec<Rename>, rename: Rename) {
    if !renames.contains(&rename) {
        renames.push(rename);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::EnumType,
        schema::{ColumnDef, Table as Model},
    };

    const LEVEL: PgType =
        PgType::enumeration(None, "level", &["low", "medium"]).renaming(&[("middle", "medium"), ("least", "low")]);

    static MACHINES: Model = {
        static COLUMNS: [ColumnDef; 2] = {
            let mut name = ColumnDef::new("name", "name", PgType::builtin("text", 25, 1009), false);
            name.renamed_from = Some("title");
            [name, ColumnDef::new("level", "level", LEVEL, false)]
        };
        let mut table = Model::new("Machine", "machines");
        table.renamed_from = Some("devices");
        table.columns = &COLUMNS;
        table
    };

    /// A database with one table of one column, and the enum with these labels.
    fn catalog(table: &str, column: &str, labels: &[&str]) -> Catalog {
        let name = |name: &str| Name::new("app", name);
        let table = serde_json::json!({
            "name": name(table), "unlogged": false, "storage": [], "row_security": false, "force_row_security": false,
            "inherits": [], "columns": [{ "name": column, "type": "text", "nullable": false, "local": true, "inherited": false }],
        });
        let mut catalog = Catalog::default();
        catalog.tables.push(serde_json::from_value(table).unwrap());
        let level = serde_json::json!({ "name": name("level"), "labels": labels });
        catalog.enums.push(serde_json::from_value::<EnumType>(level).unwrap());
        catalog
    }

    #[test]
    fn models_rename_what_still_has_its_former_name() {
        let renames = |table, column, labels: &[&str]| {
            Rename::of_models(&catalog(table, column, labels), &[&MACHINES, &MACHINES], "app")
        };
        let name = |name: &str| Name::new("app", name);
        let table = Rename::Table { from: name("devices"), to: name("machines") };
        let column = Rename::Column { table: name("machines"), from: "title".into(), to: "name".into() };
        let label = Rename::Label { of: name("level"), from: "middle".into(), to: "medium".into() };
        assert_eq!(renames("devices", "title", &["low", "middle"]), [table, column.clone(), label.clone()]);
        assert_eq!(renames("machines", "title", &["low", "medium"]), [column]);
        assert_eq!(renames("machines", "name", &["low", "middle"]), [label]);
        assert_eq!(renames("machines", "name", &["low", "medium"]), []);
        assert_eq!(renames("other", "title", &["low", "medium", "middle"]), []);
    }

    static DEVICES: Model = {
        let mut table = Model::new("Device", "devices");
        table.renamed_from = Some("tools");
        table
    };

    static TOOLS: Model = {
        let mut table = Model::new("Tool", "tools");
        table.renamed_from = Some("machines");
        table
    };

    #[test]
    fn a_name_that_another_table_leaves_is_taken_after_it() {
        let there = |names: &[&str]| {
            let mut catalog = Catalog::default();
            catalog.tables = names.iter().flat_map(|it| self::catalog(it, "id", &[]).tables).collect();
            catalog
        };
        let name = |name: &str| Name::new("app", name);
        let rename = |from, to| Rename::Table { from: name(from), to: name(to) };
        let renames =
            |there_are: &[&str], models: &[&'static Model]| Rename::of_models(&there(there_are), models, "app");
        let chain = [rename("devices", "machines"), rename("tools", "devices")];
        assert_eq!(renames(&["devices", "tools"], &[&DEVICES, &MACHINES]), chain);
        assert_eq!(renames(&["devices", "machines"], &[&DEVICES, &MACHINES]), []);
        assert_eq!(renames(&["devices", "machines", "tools"], &[&DEVICES, &MACHINES, &TOOLS]), []);
    }
}
