//! The foreign keys that a model can declare, and their options.

use std::collections::BTreeMap;

use super::{model::Model, name::written};
use crate::schema::catalog::{Action, Constraint, ConstraintKind, MatchType, Name, Reference, Table};

/// A foreign key that a model declares.
#[derive(Debug)]
pub(super) struct ForeignKey<'a> {
    pub(super) constraint: &'a Constraint,
    /// The model that declares it.
    pub(super) from: Name,
    pub(super) to: Name,
    /// The fields that refer, in the order of the key.
    pub(super) fields: Vec<String>,
    /// The fields that they refer to, if that is not the primary key.
    pub(super) columns: Vec<String>,
    /// Whether at most one row refers to each.
    pub(super) one: bool,
    /// The name of its relation; none if it shall have none.
    pub(super) relation: Option<String>,
}

impl ForeignKey<'_> {
    /// The name that the derive gives to the relation.
    pub(super) fn default_relation(&self, target: &str) -> String {
        let name = match self.fields.as_slice() {
            [only] => only.clone(),
            _ => heck::ToSnakeCase::to_snake_case(target),
        };
        let short = name.strip_suffix("_id").filter(|it| !it.is_empty()).unwrap_or(&name);
        match short {
            "self" | "Self" | "super" | "crate" | "_" => name,
            _ => short.to_owned(),
        }
    }

    /// The option `references(..)`, with the target as the file names it.
    pub(super) fn option(&self, target: &str, ident: &str, models: &BTreeMap<Name, Model<'_>>) -> String {
        let mut items = vec![target.to_owned()];
        let columns: Vec<String> = self.columns.iter().map(|it| written(it)).collect();
        if self.fields.len() > 1 {
            let fields: Vec<String> = self.fields.iter().map(|it| written(it)).collect();
            items.push(format!("fields({})", fields.join(", ")));
            if !columns.is_empty() {
                items.push(format!("columns({})", columns.join(", ")));
            }
        } else if let Some(column) = columns.first() {
            items.push(format!("column = {column}"));
        }
        if let Some(reference) = &self.constraint.reference {
            self.actions(&mut items, reference, models);
        }
        if self.constraint.deferrable {
            items.push(deferrable(self.constraint));
        }
        match &self.relation {
            None => items.push("relation = none".to_owned()),
            Some(name) if *name != self.default_relation(ident) => items.push(format!("relation = {}", written(name))),
            Some(_) => {}
        }
        let columns: Vec<&str> = self.constraint.columns.iter().map(String::as_str).collect();
        if super::name::of_constraint(&self.from.name, &columns, "fkey") != self.constraint.name {
            items.push(super::option::pair("name", &self.constraint.name));
        }
        match items.as_slice() {
            [only] => format!("references = {only}"),
            _ => format!("references({})", items.join(", ")),
        }
    }

    fn actions(&self, items: &mut Vec<String>, reference: &Reference, models: &BTreeMap<Name, Model<'_>>) {
        for (key, action) in [("on_delete", reference.on_delete), ("on_update", reference.on_update)] {
            if action != Action::NoAction {
                items.push(format!("{key} = {}", action_name(action)));
            }
        }
        if !reference.set_columns.is_empty() {
            let field = |it: &String| models.get(&self.from).and_then(|model| model.field(it)).map(written);
            let fields: Vec<String> = reference.set_columns.iter().filter_map(field).collect();
            items.push(format!("set_columns({})", fields.join(", ")));
        }
        if reference.match_type == MatchType::Full {
            items.push("match = full".to_owned());
        }
    }
}

fn action_name(action: Action) -> &'static str {
    match action {
        Action::NoAction => "no_action",
        Action::Restrict => "restrict",
        Action::Cascade => "cascade",
        Action::SetNull => "set_null",
        Action::SetDefault => "set_default",
    }
}

/// The option of a constraint that can be deferred.
pub(super) fn deferrable(constraint: &Constraint) -> String {
    let when = if constraint.initially_deferred { "initially_deferred" } else { "initially_immediate" };
    format!("deferrable = {when}")
}

/// Returns the foreign keys that models can declare; the others, with the reason, go to `notes`.
pub(super) fn of<'a>(models: &BTreeMap<Name, Model<'a>>, notes: &mut Vec<String>) -> Vec<ForeignKey<'a>> {
    let mut keys: Vec<ForeignKey<'a>> = Vec::new();
    for (name, model) in models {
        let Some(table) = model.table else { continue };
        for constraint in &table.constraints {
            let Some(reference) = &constraint.reference else { continue };
            match one(name, model, table, constraint, reference, models, &keys) {
                Ok(key) => keys.push(key),
                Err(reason) => notes.push(format!(
                    "the foreign key {} of {}.{} is not in the models: {reason}",
                    constraint.name, name.schema, name.name
                )),
            }
        }
    }
    keys
}

fn one<'a>(
    name: &Name,
    model: &Model<'a>,
    table: &'a Table,
    constraint: &'a Constraint,
    reference: &'a Reference,
    models: &BTreeMap<Name, Model<'a>>,
    others: &[ForeignKey<'a>],
) -> Result<ForeignKey<'a>, &'static str> {
    let target = models.get(&reference.table).ok_or("its target has no model")?;
    let referred = target.table.ok_or("its target has no model")?;
    let fields: Vec<String> = constraint.columns.iter().filter_map(|it| model.field(it)).map(str::to_owned).collect();
    let columns: Vec<String> = reference.columns.iter().filter_map(|it| target.field(it)).map(str::to_owned).collect();
    if fields.len() != constraint.columns.len() || columns.len() != reference.columns.len() {
        return Err("one of its columns has no field");
    }
    let same = |it: &&ForeignKey<'_>| {
        it.from == *name && it.fields == fields && (fields.len() == 1 || it.to == reference.table)
    };
    if others.iter().any(|it| same(&it)) {
        return Err("another foreign key has the same columns");
    }
    if constraint.period {
        return Err("it compares periods");
    }
    let mut set =
        if reference.set_columns.is_empty() { constraint.columns.iter() } else { reference.set_columns.iter() };
    let columns_of_it = || constraint.columns.iter().filter_map(|it| table.column(it));
    match reference.on_delete {
        Action::SetNull if set.any(|it| table.column(it).is_some_and(|it| !it.nullable)) => {
            return Err("ON DELETE SET NULL would set a column that is NOT NULL");
        }
        Action::SetDefault if columns_of_it().any(|it| it.default.is_none()) => {
            return Err("ON DELETE SET DEFAULT would set a column without a default");
        }
        _ => {}
    }
    let key = primary_key(referred).map(|it| it.columns.as_slice()).unwrap_or_default();
    if !is_unique(referred, &reference.columns, true) {
        return Err("it refers to a unique index");
    }
    let columns = if key == reference.columns { Vec::new() } else { columns };
    let one = is_unique(table, &constraint.columns, false);
    let (from, to) = (name.clone(), reference.table.clone());
    Ok(ForeignKey { constraint, from, to, fields, columns, one, relation: None })
}

/// The primary key of a table.
pub(super) fn primary_key(table: &Table) -> Option<&Constraint> {
    table.constraints.iter().find(|it| it.kind == ConstraintKind::PrimaryKey)
}

/// Whether these are all columns of a unique constraint, or else of a unique index.
fn is_unique(table: &Table, columns: &[String], only_constraints: bool) -> bool {
    let same = |these: &[&String]| these.len() == columns.len() && columns.iter().all(|it| these.contains(&it));
    let mut constraints = table
        .constraints
        .iter()
        .filter(|it| matches!(it.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique) && !it.period);
    let mut indexes = table.indexes.iter().filter(|it| it.unique && it.predicate.is_none() && !only_constraints);
    constraints.any(|it| same(&it.columns.iter().collect::<Vec<_>>()))
        || indexes.any(|index| {
            let keys: Vec<&String> = index.keys.iter().filter_map(|it| it.column.as_ref()).collect();
            keys.len() == index.keys.len() && same(&keys)
        })
}
