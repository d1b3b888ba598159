//! The facts of `more_facts.sql`.

use orm_pg::schema::catalog::{Catalog, Index, Name, Table};

use super::label;

pub(super) fn of_catalog(catalog: &Catalog, facts: &mut Vec<String>) {
    let mut comments = Vec::new();
    for it in &catalog.schemas {
        comments.push((format!("on schema {}", it.name), &it.comment));
    }
    facts.extend(catalog.extensions.iter().map(|it| format!("has {} {}", it.name, it.schema)));
    for it in &catalog.enums {
        comments.push((format!("on type {}", label(&it.name)), &it.comment));
    }
    for it in &catalog.domains {
        let name = label(&it.name);
        comments.push((format!("on type {name}"), &it.comment));
        comments.extend(it.checks.iter().map(|check| (format!("on domain {name} {}", check.name), &check.comment)));
    }
    for it in &catalog.composites {
        let name = label(&it.name);
        comments.push((format!("on type {name}"), &it.comment));
        for (i, one) in it.attributes.iter().enumerate() {
            comments.push((format!("on attribute {name}.{}", one.name), &one.comment));
            let collation = one.collation.as_ref().map(|it| format!(" {}", it.name)).unwrap_or_default();
            facts.push(format!("composite {name} {} {} {}{collation}", one.name, i + 1, one.ty));
        }
    }
    for it in &catalog.sequences {
        comments.push((format!("on S {}", label(&it.name)), &it.comment));
        if it.unlogged {
            facts.push(format!("unlogged sequence {}", label(&it.name)));
        }
    }
    for it in &catalog.functions {
        comments.push((format!("on function {}({})", label(&it.name), it.arguments), &it.comment));
    }
    for it in &catalog.tables {
        let name = label(&it.name);
        comments.push((format!("on r {name}"), &it.comment));
        comments.extend(it.constraints.iter().map(|one| (format!("in {name} {}", one.name), &one.comment)));
        comments.extend(it.triggers.iter().map(|one| (format!("in {name} {}", one.name), &one.comment)));
        comments.extend(it.policies.iter().map(|one| (format!("in {name} {}", one.name), &one.comment)));
        comments.extend(it.indexes.iter().map(|one| (format!("on i {}.{}", it.name.schema, one.name), &one.comment)));
        table(&name, it, facts);
        it.indexes.iter().for_each(|one| index(&it.name, one, facts));
    }
    for it in &catalog.views {
        let name = label(&it.name);
        comments.push((format!("on v {name}"), &it.comment));
        comments.extend(it.triggers.iter().map(|one| (format!("in {name} {}", one.name), &one.comment)));
        comments.extend(it.indexes.iter().map(|one| (format!("on i {}.{}", it.name.schema, one.name), &one.comment)));
        facts.extend(it.column_comments.iter().map(|(column, text)| format!("comment on view {name}.{column} {text}")));
        facts.extend(it.column_defaults.iter().map(|(column, text)| format!("default of view {name}.{column} {text}")));
        for option in &it.options {
            match option.strip_prefix("toast.") {
                Some(option) => facts.push(format!("toasts {name} {option}")),
                None => facts.push(format!("view with {name} {option}")),
            }
        }
        it.indexes.iter().for_each(|one| index(&it.name, one, facts));
    }
    facts.extend(comments.into_iter().filter_map(|(what, text)| Some(format!("comment {what} {}", text.as_ref()?))));
}

fn table(name: &str, table: &Table, facts: &mut Vec<String>) {
    for it in &table.columns {
        let place = format!("{name}.{}", it.name);
        if let Some(storage) = &it.storage {
            facts.push(format!("stores {place} {}", if storage == "EXTENDED" { "X" } else { &storage[..1] }));
        }
        facts.extend(it.compression.iter().map(|it| format!("compresses {place} {}", &it[..1])));
        facts.extend(it.statistics.iter().map(|it| format!("samples {place} {it}")));
        facts.extend(it.options.iter().map(|it| format!("guesses {place} {it}")));
        facts.extend(it.collation.iter().map(|to| format!("collates {name} {} {}", it.name, label(to))));
        if it.inherited {
            facts.push(format!("own column {name} {} {} t", it.name, if it.local { 't' } else { 'f' }));
        }
    }
    if let Some(it) = &table.replica_identity {
        let index = it.strip_prefix("USING INDEX ").map(|it| format!(" {it}")).unwrap_or_default();
        let letter = match it.as_str() {
            "FULL" => 'f',
            "NOTHING" => 'n',
            _ => 'i',
        };
        facts.push(format!("replicates {name} {letter}{index}"));
    }
    facts.extend(table.cluster_on.iter().map(|it| format!("clusters {name} {it}")));
    let toast = table.storage.iter().filter_map(|it| it.strip_prefix("toast."));
    facts.extend(toast.map(|it| format!("toasts {name} {it}")));
    for it in &table.policies {
        let mut roles = it.roles.clone();
        roles.sort();
        facts.push(format!("policy for {name} {} {}", it.name, roles.join(",")));
    }
    for it in &table.constraints {
        for (i, key) in it.elements.iter().flat_map(|it| &it.keys).enumerate() {
            let place = format!("{}.{} {}", table.name.schema, it.name, i + 1);
            facts.extend(key.statistics.iter().map(|it| format!("samples key {place} {it}")));
        }
    }
}

fn index(of: &Name, index: &Index, facts: &mut Vec<String>) {
    let name = format!("{}.{}", of.schema, index.name);
    for (i, key) in index.keys.iter().enumerate() {
        facts.extend(key.statistics.iter().map(|it| format!("samples key {name} {} {it}", i + 1)));
    }
    facts.extend(index.parent.iter().map(|it| format!("index of {name} {}", label(it))));
}
