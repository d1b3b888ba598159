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
    /// Whether the struct declares it, since it has several fields, or one that has another foreign key.
    pub(super) of_struct: bool,
    /// Whether another one has the same fields and target, so that it cannot have a relation.
    pub(super) repeats: bool,
}

impl ForeignKey<'_> {
    /// The name that the derive gives to the relation.
    pub(super) fn default_relation(&self, target: &str) -> String {
        let name = match self.fields.as_slice() {
            [only] if !self.of_struct => only.clone(),
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
        if self.of_struct {
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
        if !self.constraint.validated {
            items.push("not_valid".to_owned());
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
        let constants = models.get(&self.from).and_then(|it| it.table).map(super::name::constants).unwrap_or_default();
        items.extend(constants.get(self.constraint.name.as_str()).map(|it| format!("constant = {it}")));
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
    let mut same = others.iter().filter(|it| it.from == *name && it.fields == fields).peekable();
    let of_struct = fields.len() > 1 || same.peek().is_some();
    let repeats = same.any(|it| it.to == reference.table);
    if constraint.period {
        return Err("it compares periods");
    }
    if !constraint.enforced {
        return Err("it is NOT ENFORCED");
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
    // Without other columns a foreign key refers to the fields with `key`, in the order of the struct.
    let key = key(referred).unwrap_or_default();
    let in_order = referred.columns.iter().map(|it| &it.name).filter(|it| key.contains(it));
    let deferred = primary_key(referred).is_some_and(|it| it.deferrable);
    let columns = if !deferred && in_order.eq(&reference.columns) { Vec::new() } else { columns };
    let one = is_unique(table, &constraint.columns);
    let (from, to) = (name.clone(), reference.table.clone());
    Ok(ForeignKey { constraint, from, to, fields, columns, one, relation: None, of_struct, repeats })
}

/// The primary key of a table.
pub(super) fn primary_key(table: &Table) -> Option<&Constraint> {
    table.constraints.iter().find(|it| it.kind == ConstraintKind::PrimaryKey)
}

/// The columns of the primary key of a table, or else of the first unique constraint or index over columns that are NOT NULL.
pub(super) fn key(table: &Table) -> Option<Vec<&String>> {
    if let Some(it) = primary_key(table) {
        return (!it.period).then(|| it.columns.iter().collect());
    }
    let constraints = table.constraints.iter().filter(|it| it.kind == ConstraintKind::Unique && !it.period);
    let constraints = constraints.filter(|it| !it.deferrable).map(|it| it.columns.iter().collect::<Vec<_>>());
    let indexes = table.indexes.iter().filter(|it| it.unique && it.predicate.is_none() && it.valid);
    let indexes = indexes.filter_map(|it| it.keys.iter().map(|key| key.column.as_ref()).collect());
    let required = |name: &&String| table.column(name).is_some_and(|it| !it.nullable);
    constraints.chain(indexes).find(|it| it.iter().all(required))
}

/// Whether these are all columns of a unique constraint, or else of a unique index.
fn is_unique(table: &Table, columns: &[String]) -> bool {
    let same = |these: &[&String]| these.len() == columns.len() && columns.iter().all(|it| these.contains(&it));
    let mut constraints = table
        .constraints
        .iter()
        .filter(|it| matches!(it.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique) && !it.period);
    let mut indexes = table.indexes.iter().filter(|it| it.unique && it.predicate.is_none());
    constraints.any(|it| same(&it.columns.iter().collect::<Vec<_>>()))
        || indexes.any(|index| {
            let keys: Vec<&String> = index.keys.iter().filter_map(|it| it.column.as_ref()).collect();
            keys.len() == index.keys.len() && same(&keys)
        })
}
