//! Changing a file where it differs from the items, and nowhere else.

mod edit;
mod member;
mod merged;

use std::collections::BTreeSet;

use self::{edit::Edits, merged::merged};
use super::{
    item::{Item, Kind, LIST},
    name::written,
    option::Parsed,
    previous::{OldItem, OldMember, Previous, options},
    text,
};
use crate::schema::catalog::{Catalog, Name};

/// The first lines of a new file.
const HEAD: &str = "//! The models of the database.

use orm_pg::prelude::*;
";

/// Options of the struct that only its author sets.
const OF_AUTHOR: [&str; 5] = ["insert", "columns", "rename_all", "crate", "renamed_from"];

/// Returns the file with all items.
pub(super) fn merge(
    source: Option<&str>,
    old: &Previous,
    items: &[Item],
    catalog: &Catalog,
    notes: &mut Vec<String>,
) -> String {
    let Some(source) = source else { return whole(items) };
    let known: BTreeSet<&str> = items.iter().map(|it| it.ident.as_str()).collect();
    let ever: BTreeSet<&str> = known.iter().copied().chain(old.items.iter().map(|it| it.ident.as_str())).collect();
    let mut edits = Edits::new(source);
    let mut added = Vec::new();
    for item in items {
        match old.item(item.kind, &item.schema, &item.name) {
            Some(before) if before.nested => {
                notes.push(format!("{} is in a module of the file, where it is not changed", item.ident));
            }
            Some(before) => update(&mut edits, before, item, (&known, &ever), notes),
            None => added.push(item),
        }
    }
    let mut removed = BTreeSet::new();
    for before in old.items.iter().filter(|it| !it.nested && !exists(it, catalog)) {
        edits.remove_lines(before.range.clone());
        removed.insert(before.ident.as_str());
        notes.push(format!("removed {}: the database no longer has {}", before.ident, before.name));
    }
    let text: Vec<String> = added.iter().map(|it| text::item(it)).collect();
    match &old.list {
        Some(list) => {
            edits.insert(list.start, text.iter().map(|it| format!("{it}\n")).collect());
            update_list(&mut edits, list.range.clone(), &list.elements, &added, &removed);
        }
        None => edits.insert(source.len(), text.iter().map(|it| format!("\n{it}")).collect()),
    }
    edits.apply()
}

fn whole(items: &[Item]) -> String {
    let mut out = HEAD.to_owned();
    for item in items {
        out.push('\n');
        out.push_str(&text::item(item));
    }
    let models: Vec<String> = items.iter().filter(|it| it.kind == Kind::Model).map(|it| written(&it.ident)).collect();
    let list = text::list(&models);
    out.push_str(&format!(
        "\n/// All models of this file.\npub const {LIST}: &[&orm_pg::schema::Table] = models! {{{list}}};\n"
    ));
    out
}

fn update_list(
    edits: &mut Edits<'_>,
    range: std::ops::Range<usize>,
    before: &[String],
    added: &[&Item],
    removed: &BTreeSet<&str>,
) {
    let mut elements: Vec<String> =
        before.iter().filter(|it| !removed.contains(super::name::unraw(it))).cloned().collect();
    let models = added.iter().filter(|it| it.kind == Kind::Model).map(|it| written(&it.ident));
    elements.extend(models.filter(|it| !before.contains(it)));
    if elements != before {
        edits.replace(range, text::list(&elements));
    }
}

/// Whether the database still has what an item of the file is for.
fn exists(item: &OldItem, catalog: &Catalog) -> bool {
    let name = Name::new(item.schema.as_deref().unwrap_or("public"), item.name.as_str());
    match item.kind {
        Kind::Enum => catalog.enums.iter().any(|it| it.name == name),
        Kind::Composite => catalog.composites.iter().any(|it| it.name == name),
        Kind::Model => catalog.table(&name).is_some() || catalog.views.iter().any(|it| it.name == name),
    }
}

fn update(
    edits: &mut Edits<'_>,
    before: &OldItem,
    item: &Item,
    (known, ever): (&BTreeSet<&str>, &BTreeSet<&str>),
    notes: &mut Vec<String>,
) {
    let kept = |it: &Parsed| OF_AUTHOR.contains(&it.key.as_str()) || is_kept_relation(it, &item.options, known);
    let wanted = merged(&before.attributes, &item.options, kept);
    edits.attributes(&before.attributes, before.head, wanted, 0);
    let unknown =
        before.members.iter().any(|it| it.flattened.is_none() && options(&it.attributes).any(|it| it.key == "flatten"));
    if unknown {
        notes.push(format!("the fields of {} are not changed: it flattens a struct of another file", item.ident));
        return;
    }
    let is_of = |old: &OldMember, name: &str| {
        old.name.as_deref() == Some(name) || old.flattened.iter().flatten().any(|it| it == name)
    };
    for old in &before.members {
        let Some(name) = &old.name else { continue };
        match item.members.iter().find(|it| it.name == *name) {
            Some(member) => self::member::update(edits, old, member, item.view, ever),
            None => {
                edits.remove_member(old.range.clone(), before.body.end);
                notes.push(format!("removed {}.{}: the database no longer has {name}", item.ident, old.ident));
            }
        }
    }
    let mut place = None;
    for member in &item.members {
        match before.members.iter().find(|it| is_of(it, &member.name)) {
            Some(old) => place = Some(old.range.end),
            None => edits.insert_member(place, &before.body, &text::member(member, 4)),
        }
    }
}

/// Whether a relation that the catalog does not show stays: one through a junction table that the author declared.
fn is_kept_relation(option: &Parsed, wanted: &[String], known: &BTreeSet<&str>) -> bool {
    if option.key != "has_many" && option.key != "has_one" {
        return false;
    }
    let target = option.items.as_ref().and_then(|it| it.first()).map(|it| super::option::last_ident(it.clone()));
    if !target.is_some_and(|it| known.contains(it.as_str())) {
        return false;
    }
    match option.item("through").and_then(|it| it.value).map(super::option::last_ident) {
        Some(through) => known.contains(through.as_str()),
        // The other kind of the same relation: the author knows how many rows there are.
        None => {
            let other = if option.key == "has_many" { "has_one" } else { "has_many" };
            let canonical = Parsed { key: other.to_owned(), ..option.clone() }.canonical();
            wanted.iter().any(|it| Parsed::of_text(it).canonical() == canonical)
        }
    }
}
