//! Changes that need two versions of the application at the same time: expand, backfill, contract.
//!
//! Each function returns a plan whose first part (phase *expand*) adds new columns that a trigger keeps equal to the old ones,
//! fills them in batches and builds their indexes and constraints. The old version of the application goes on working, and the
//! new one works as well. The second part (phase *contract*) removes the old columns, when the old version has stopped.
//!
//! The trigger is a BEFORE trigger that changes only the row that is being written. It runs no statement, so it cannot call
//! itself, and it also sees rows that other triggers write.

mod replace;

use self::replace::{Replaced, Side};
use super::{Allow, Mode, Phase, Plan, Step};
use crate::{
    catalog::{Catalog, Name, Table},
    ddl::expand::{self as ddl, Computed},
    error::{Error, ErrorKind, Result},
};

/// Returns the plan that renames a column while an application uses it by both names.
///
/// # Errors
/// [`ErrorKind::Migration`] if the table has no such column or no primary key, is partitioned, or if a view, a policy or another
/// column depends on the column.
///
/// ```
/// use orm_pg::schema::{catalog::{Catalog, Name}, migrate::expand};
///
/// let error = expand::rename_column(&Catalog::default(), &Name::new("public", "users"), "nick", "name");
/// assert!(error.is_err()); // there is no table
/// ```
pub fn rename_column(schema: &Catalog, table: &Name, from: &str, to: &str) -> Result<Plan> {
    let table = find(schema, table)?;
    let ty = column(table, from)?.ty.clone();
    let side = Side {
        old: from,
        new: to,
        after: to,
        ty: &ty,
        forward: ddl::of_new_row(from),
        backward: ddl::of_new_row(to),
        types: None,
    };
    let replaced = Replaced::new(schema, table, &side)?;
    Ok(Plan { steps: [replaced.expand, replaced.contract, replaced.last].concat(), notes: Vec::new() })
}

/// Returns the plan that changes the type of a column, `int` to `bigint` for example, also of a primary key that foreign keys
/// refer to. The column keeps its name; until the last part has run, the new one is called `name_new`.
///
/// The value is cast. From the last part on, what runs must cope with the new type.
///
/// # Errors
/// As [`rename_column`].
///
/// ```
/// use orm_pg::schema::{catalog::{Catalog, Name}, migrate::expand};
///
/// let error = expand::change_type(&Catalog::default(), &Name::new("public", "users"), "id", "bigint");
/// assert!(error.is_err()); // there is no table
/// ```
pub fn change_type(schema: &Catalog, table: &Name, name: &str, ty: &str) -> Result<Plan> {
    let table = find(schema, table)?;
    let (from, new) = (&column(table, name)?.ty, format!("{name}_new"));
    let (forward, backward) = (ddl::cast(&ddl::of_new_row(name), ty), ddl::cast(&ddl::of_new_row(&new), from));
    let side = Side { old: name, new: &new, after: name, ty, forward, backward, types: None };
    let replaced = Replaced::new(schema, table, &side)?;
    Ok(Plan { steps: [replaced.expand, replaced.contract, replaced.last].concat(), notes: Vec::new() })
}

/// Returns the plan that removes a label of an enum type; rows that hold it get `replacement`. All columns of the type are
/// replaced by columns of a new type, which gets the old one's name at the end.
///
/// # Errors
/// [`ErrorKind::Migration`] as [`rename_column`], and if the type lacks one of the labels, if a column holds an array of it or has
/// the label as its default, or if a domain or function uses it.
///
/// ```
/// use orm_pg::schema::{catalog::{Catalog, Name}, migrate::expand};
///
/// let error = expand::remove_label(&Catalog::default(), &Name::new("public", "mood"), "sad", "ok");
/// assert!(error.is_err()); // there is no type
/// ```
pub fn remove_label(schema: &Catalog, name: &Name, label: &str, replacement: &str) -> Result<Plan> {
    let ty = schema
        .enums
        .iter()
        .find(|it| it.name == *name)
        .ok_or_else(|| refused(format!("there is no enum type {name}")))?;
    if [label, replacement].iter().any(|it| !ty.labels.iter().any(|label| label == it)) || label == replacement {
        return Err(refused(format!(
            "{name} needs both labels, {label:?} and {replacement:?}, to replace one by the other"
        )));
    }
    let new = Name::new(name.schema.as_str(), format!("{}_new", name.name));
    let labels: Vec<_> = ty.labels.iter().map(String::as_str).filter(|it| *it != label).collect();
    let on_type = |name: &Name, sql: String| Step::new("type", format!("{}.{}", name.schema, name.name), sql);
    let (mut expand, mut contract, mut last) =
        (vec![on_type(&new, ddl::create_enum(&new, &labels))], Vec::new(), Vec::new());
    for table in &schema.tables {
        for column in &table.columns {
            let plain = column.ty.replace('"', "");
            let ours = |it: &str| it == name.name || it == format!("{}.{}", name.schema, name.name);
            if plain.strip_suffix("[]").is_some_and(ours) {
                return Err(refused(format!(
                    "{}.{:?} is an array of {name}: change it by hand",
                    table.name, column.name
                )));
            }
            if !ours(&plain) {
                continue;
            }
            if column.default.as_deref().is_some_and(|it| it.starts_with(&format!("'{}'", label.replace('\'', "''")))) {
                return Err(refused(format!(
                    "{label:?} is the default of {}.{:?}: change it first",
                    table.name, column.name
                )));
            }
            let temporary = format!("{}_new", column.name);
            let forward = ddl::with_label_replaced(&ddl::of_new_row(&column.name), label, replacement, &new);
            let backward = ddl::by_text(&ddl::of_new_row(&temporary), name);
            let text = new.to_string();
            let side = Side {
                old: &column.name,
                new: &temporary,
                after: &column.name,
                ty: &text,
                forward,
                backward,
                types: Some((name, &new)),
            };
            let replaced = Replaced::new(schema, table, &side)?;
            expand.extend(replaced.expand);
            contract.extend(replaced.contract);
            last.extend(replaced.last);
        }
    }
    let remove = Allow::new("drop_enum_label", format!("{}.{label}", super::plain(name)));
    contract.push(Step { phase: Phase::Contract, allow: Some(remove), ..on_type(name, ddl::drop_type(name)) });
    contract.push(Step { phase: Phase::Contract, ..on_type(name, ddl::rename_type(&new, &name.name)) });
    // Their texts name the type, which exists again only now.
    Ok(Plan { steps: [expand, contract, last].concat(), notes: Vec::new() })
}

/// A column that takes over a part of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: String,
    /// The expression that computes it from the old column, which is called `NEW."column"`.
    pub expression: String,
}

/// Returns the plan that splits a column into others. `whole` computes the old column from the new ones: `NEW."first" || ' ' ||
/// NEW."last"`.
///
/// # Errors
/// [`ErrorKind::Migration`] as [`rename_column`], and for a list without parts.
///
/// ```
/// use orm_pg::schema::{catalog::{Catalog, Name}, migrate::expand::{self, Part}};
///
/// let first = Part { name: "first".into(), ty: "text".into(), expression: r#"split_part(NEW."name", ' ', 1)"#.into() };
/// let error = expand::split_column(&Catalog::default(), &Name::new("public", "users"), "name", &[first], r#"NEW."first""#);
/// assert!(error.is_err()); // there is no table
/// ```
pub fn split_column(schema: &Catalog, table: &Name, name: &str, parts: &[Part], whole: &str) -> Result<Plan> {
    let table = find(schema, table)?;
    column(table, name)?;
    if parts.is_empty() {
        return Err(refused(format!("no column takes over parts of {}.{name:?}", table.name)));
    }
    let old = [Computed { column: name.to_owned(), expression: whole.to_owned() }];
    let new: Vec<_> =
        parts.iter().map(|it| Computed { column: it.name.clone(), expression: it.expression.clone() }).collect();
    let added: Vec<_> = parts.iter().map(|it| (it.name.as_str(), it.ty.as_str())).collect();
    let (mut steps, ends) = replace::synced(schema, table, &added, &old, &new)?;
    steps.extend(ends);
    steps.push(replace::drop_column(&table.name, name));
    Ok(Plan { steps, notes: Vec::new() })
}

fn find<'a>(schema: &'a Catalog, name: &Name) -> Result<&'a Table> {
    schema.table(name).ok_or_else(|| refused(format!("there is no table {name}")))
}

fn column<'a>(table: &'a Table, name: &str) -> Result<&'a crate::catalog::Column> {
    table.column(name).ok_or_else(|| refused(format!("{} has no column {name:?}", table.name)))
}

fn refused(text: String) -> Error {
    Error::new(ErrorKind::Migration, text)
}

/// A step that runs in a transaction of its own.
fn alone(step: Step) -> Step {
    Step { mode: Mode::Alone, ..step }
}
