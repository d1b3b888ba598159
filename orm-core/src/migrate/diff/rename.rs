//! Declared renames: the statements, and the old catalog with the new names.

use super::step;
use crate::{
    catalog::{Catalog, Name, Table},
    ddl::catalog::{literal, quoted},
    error::{Error, ErrorKind, Result},
    migrate::{
        Options, Rename, Step, mention,
        part::{Key, short},
    },
};

/// Returns the catalog after the renames, and their steps. A rename that was done before, so that only the new name is there,
/// is none.
pub(super) fn apply(from: &Catalog, options: &Options) -> Result<(Catalog, Vec<Step>)> {
    let mut catalog = from.clone();
    let mut steps = Vec::new();
    for rename in &options.renames {
        match rename {
            Rename::Table { from, to } => table(&mut catalog, from, to, &mut steps)?,
            Rename::Column { table, from, to } => column(&mut catalog, table, from, to, &mut steps)?,
            Rename::Label { of, from, to } => label(&mut catalog, of, from, to, &mut steps)?,
            Rename::Type { from, to } => ty(&mut catalog, from, to, &mut steps)?,
        }
    }
    catalog.sort();
    Ok((catalog, steps))
}

fn unknown(what: &str, name: &str) -> Error {
    let text =
        format!("{what} {name} is declared as the former name of something, but there is none: remove `renamed_from`");
    Error::new(ErrorKind::Migration, text)
}

fn table(catalog: &mut Catalog, from: &Name, to: &Name, steps: &mut Vec<Step>) -> Result<()> {
    if catalog.table(from).is_none() {
        return if catalog.table(to).is_some() { Ok(()) } else { Err(unknown("the table", &short(from))) };
    }
    let key = Key::Table(to.clone());
    if from.schema != to.schema {
        steps.push(
            step(&key, format!("ALTER TABLE {from} SET SCHEMA {}", quoted(&to.schema))).if_allowed("rename_table"),
        );
    }
    if from.name != to.name {
        let here = Name::new(&to.schema, &from.name);
        steps.push(step(&key, format!("ALTER TABLE {here} RENAME TO {}", quoted(&to.name))).if_allowed("rename_table"));
    }
    let moved = |it: &mut Name| {
        if it == from {
            *it = to.clone();
        }
    };
    for it in &mut catalog.tables {
        moved(&mut it.name);
        it.inherits.iter_mut().for_each(moved);
        if let Some(partition) = &mut it.partition_of {
            moved(&mut partition.parent);
        }
        it.constraints.iter_mut().filter_map(|it| it.reference.as_mut()).for_each(|it| moved(&mut it.table));
    }
    for it in &mut catalog.sequences {
        if let Some(owner) = it.owner.as_mut().filter(|it| it.table == *from) {
            owner.table = to.clone();
            if from.schema != to.schema && it.name.schema == from.schema {
                it.name.schema.clone_from(&to.schema);
            }
        }
    }
    let names = |text: &mut String| *text = renamed_names(text, from, to);
    for it in &mut catalog.dependencies {
        names(&mut it.on.identity);
        names(&mut it.object.identity);
    }
    for it in catalog.tables.iter_mut().flat_map(|it| &mut it.triggers) {
        names(&mut it.definition);
    }
    Ok(())
}

/// `text` with `from`, where both of its parts are written, replaced.
pub(super) fn renamed_names(text: &str, from: &Name, to: &Name) -> String {
    let plain = |name: &Name| {
        let part = |it: &str| {
            let simple = it.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if simple { it.to_owned() } else { quoted(it) }
        };
        format!("{}.{}", part(&name.schema), part(&name.name))
    };
    let (old, new) = (plain(from), plain(to));
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(&old) {
        let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let whole = !before.ends_with(inside) && !after.starts_with(inside);
        out.push_str(before);
        out.push_str(if whole { &new } else { &old });
        rest = after;
    }
    out + rest
}

fn column(catalog: &mut Catalog, of: &Name, from: &str, to: &str, steps: &mut Vec<Step>) -> Result<()> {
    let Some(table) = catalog.tables.iter_mut().find(|it| it.name == *of) else {
        return Err(unknown("a column of", &short(of)));
    };
    if table.column(from).is_none() {
        let named = format!("{}.{from}", short(of));
        return if table.column(to).is_some() { Ok(()) } else { Err(unknown("the column", &named)) };
    }
    let sql = format!("ALTER TABLE {of} RENAME COLUMN {} TO {}", quoted(from), quoted(to));
    steps.push(step(&Key::Column(of.clone(), to.to_owned()), sql).if_allowed("rename_column"));
    rename_in(table, from, to);
    for it in &mut catalog.sequences {
        if let Some(owner) = it.owner.as_mut().filter(|it| it.table == *of && it.column == from) {
            owner.column = to.to_owned();
        }
    }
    for it in catalog.tables.iter_mut().flat_map(|it| &mut it.constraints).filter_map(|it| it.reference.as_mut()) {
        if it.table == *of {
            it.columns.iter_mut().filter(|it| *it == from).for_each(|it| *it = to.to_owned());
        }
    }
    for it in &mut catalog.dependencies {
        let parts = mention::parts(&it.on.identity);
        if let [schema, table, column] = &*parts
            && *of == Name::new(schema, table)
            && column == from
        {
            it.on.identity = format!("{}.{}.{}", quoted(schema), quoted(table), quoted(to));
        }
    }
    Ok(())
}

/// Renames the column in the table itself, its constraints, indexes and expressions.
fn rename_in(table: &mut Table, from: &str, to: &str) {
    let rename = |it: &mut String| {
        if it == from {
            *it = to.to_owned();
        }
    };
    let written = if to.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit()) {
        to.to_owned()
    } else {
        quoted(to)
    };
    let in_text = |it: &mut String| *it = mention::replaced(it, |name| (name == from).then(|| written.clone()));
    for it in &mut table.columns {
        rename(&mut it.name);
        if let Some(generated) = &mut it.generated {
            in_text(&mut generated.expression);
        }
    }
    for it in &mut table.constraints {
        it.columns.iter_mut().chain(&mut it.include).for_each(rename);
        it.expression.iter_mut().for_each(in_text);
        if let Some(to) = &mut it.reference {
            to.set_columns.iter_mut().for_each(rename);
        }
        if let Some(elements) = &mut it.elements {
            elements.predicate.iter_mut().for_each(in_text);
            for key in &mut elements.keys {
                key.column.iter_mut().for_each(rename);
                key.expression.iter_mut().for_each(in_text);
            }
        }
    }
    for it in &mut table.indexes {
        it.include.iter_mut().for_each(rename);
        it.predicate.iter_mut().for_each(in_text);
        for key in &mut it.keys {
            key.column.iter_mut().for_each(rename);
            key.expression.iter_mut().for_each(in_text);
        }
    }
    for it in &mut table.policies {
        it.using.iter_mut().chain(&mut it.check).for_each(in_text);
    }
}

fn label(catalog: &mut Catalog, of: &Name, from: &str, to: &str, steps: &mut Vec<Step>) -> Result<()> {
    let Some(it) = catalog.enums.iter_mut().find(|it| it.name == *of) else {
        return Err(unknown("a label of", &short(of)));
    };
    let named = format!("{from} of {}", short(of));
    match it.labels.iter().position(|it| it == from) {
        Some(at) => {
            let sql = format!("ALTER TYPE {of} RENAME VALUE {} TO {}", literal(from), literal(to));
            steps.push(step(&Key::Type(of.clone()), sql).if_allowed("rename_label"));
            it.labels.iter_mut().skip(at).take(1).for_each(|it| *it = to.to_owned());
            Ok(())
        }
        None if it.labels.iter().any(|it| it == to) => Ok(()),
        None => Err(unknown("the label", &named)),
    }
}

fn ty(catalog: &mut Catalog, from: &Name, to: &Name, steps: &mut Vec<Step>) -> Result<()> {
    let enums = catalog.enums.iter_mut().map(|it| (&mut it.name, "TYPE"));
    let domains = catalog.domains.iter_mut().map(|it| (&mut it.name, "DOMAIN"));
    let composites = catalog.composites.iter_mut().map(|it| (&mut it.name, "TYPE"));
    let mut all: Vec<_> = enums.chain(domains).chain(composites).collect();
    let Some((name, kind)) = all.iter_mut().find(|(name, _)| *name == from) else {
        return if all.iter().any(|(name, _)| *name == to) { Ok(()) } else { Err(unknown("the type", &short(from))) };
    };
    let key = Key::Type(to.clone());
    if from.schema != to.schema {
        steps.push(
            step(&key, format!("ALTER {kind} {from} SET SCHEMA {}", quoted(&to.schema))).if_allowed("rename_type"),
        );
    }
    if from.name != to.name {
        let here = Name::new(&to.schema, &from.name);
        steps.push(step(&key, format!("ALTER {kind} {here} RENAME TO {}", quoted(&to.name))).if_allowed("rename_type"));
    }
    **name = to.clone();
    let names = |text: &mut String| *text = renamed_names(text, from, to);
    for it in &mut catalog.tables {
        for column in &mut it.columns {
            names(&mut column.ty);
            column.default.iter_mut().for_each(names);
            column.generated.iter_mut().for_each(|it| names(&mut it.expression));
        }
        it.constraints.iter_mut().filter_map(|it| it.expression.as_mut()).for_each(names);
        for index in &mut it.indexes {
            index.predicate.iter_mut().for_each(names);
            index.keys.iter_mut().filter_map(|it| it.expression.as_mut()).for_each(names);
        }
    }
    catalog.domains.iter_mut().for_each(|it| names(&mut it.base));
    catalog.composites.iter_mut().flat_map(|it| &mut it.attributes).for_each(|it| names(&mut it.ty));
    Ok(())
}
