//! Tables as wholes, partitions, enums and domains.

use super::{change::Change, finding::Level, recipe};
use crate::{
    catalog::{Name, Table},
    migrate::{Allow, LockMode},
};

pub(super) fn check(change: &mut Change<'_>) {
    tables(change);
    partitions(change);
    enums(change);
    domains(change);
}

/// Tables that are gone, renamed, or written again although nothing about them has changed.
fn tables(change: &mut Change<'_>) {
    let (before, after) = (change.step.before, change.step.after);
    let gone: Vec<_> = before.tables.iter().filter(|it| after.table(&it.name).is_none()).collect();
    for table in gone {
        let name = &table.name;
        let same = |it: &&Table| before.table(&it.name).is_none() && it.columns == table.columns;
        if let Some(renamed) = after.tables.iter().find(same) {
            let rule = if renamed.name.schema == name.schema { "renaming-table" } else { "rename-schema" };
            let allow = Allow::new("rename_table", renamed.name.short());
            let message = format!("what runs now asks for {name}, which is called {} afterwards", renamed.name);
            change.find_allowed(allow, rule, Level::Error, name, message, recipe::rename_table(name, renamed));
            continue;
        }
        if change.matters(name) {
            let allow = Allow::new("drop_table", name.short());
            let message = format!(
                "{name} and its rows are lost: first deploy a version that does not use it, then allow it with \
                 `-- orm: allow = {allow}`"
            );
            change.find_allowed(allow, "ban-drop-table", Level::Error, name, message, Vec::new());
        }
    }
    for table in change.tables() {
        if table.rewritten()
            && table.before.columns == table.after.columns
            && table.before.unlogged == table.after.unlogged
        {
            let name = &table.before.name;
            let message = format!(
                "{name} is locked for reads and writes and gets a new file, although its columns stay: TRUNCATE loses all rows, and \
                 CLUSTER and VACUUM FULL write all rows; `DELETE` in batches, or an online tool (REPACK CONCURRENTLY from PostgreSQL \
                 19 on, pg_repack before), does not stop the application"
            );
            change.find("prefer-repack", Level::Error, name, message, Vec::new());
        }
    }
}

fn partitions(change: &mut Change<'_>) {
    for table in change.tables() {
        let name = &table.before.name;
        match (&table.before.partition_of, &table.after.partition_of) {
            (Some(was), None) if change.step.effects.lock(&was.parent) == Some(LockMode::AccessExclusive) => {
                let message = format!("{} is locked for reads and writes while {name} is detached", was.parent);
                change.find(
                    "require-concurrent-partition-detach",
                    Level::Error,
                    name,
                    message,
                    recipe::detach(&was.parent, name),
                );
            }
            (None, Some(is)) if table.scanned() && table.blocks_writes() => {
                let message = format!("{name} is locked for reads and writes while ATTACH PARTITION reads all rows");
                let parent = change.step.after.table(&is.parent);
                let recipe = parent.map_or_else(Vec::new, |it| recipe::attach(it, name, &is.bound));
                change.find("attach-partition-scan", Level::Error, name, message, recipe);
            }
            _ => {}
        }
    }
}

fn enums(change: &mut Change<'_>) {
    for (from, to) in pairs(&change.step.before.enums, &change.step.after.enums, |it| &it.name) {
        let old_is_there = change.steps.first().is_some_and(|it| it.before.enums.iter().any(|it| it.name == from.name));
        let renamed = from.labels.len() == to.labels.len() && from.labels != to.labels && old_is_there;
        for (from_label, to_label) in from.labels.iter().zip(&to.labels).filter(|(a, b)| renamed && a != b) {
            let message = format!(
                "what runs now writes the label {from_label:?} of {}, which is called {to_label:?} afterwards: add the new label, change \
                 the rows in batches, and remove the old one by a new type",
                from.name
            );
            let allow = Allow::new("rename_label", from.name.short());
            change.find_allowed(allow, "rename-enum-value", Level::Error, &from.name, message, Vec::new());
        }
    }
}

fn domains(change: &mut Change<'_>) {
    let before = &change.step.before.domains;
    for domain in change.step.after.domains.iter().filter(|it| !before.iter().any(|old| old.name == it.name)) {
        if domain.not_null || !domain.checks.is_empty() {
            let message = format!(
                "{}: adding a column of a domain with constraints writes all rows, and changing them reads every table that uses it; a \
                 check of the table does not",
                domain.name
            );
            change.find("ban-create-domain-with-constraint", Level::Note, &domain.name, message, Vec::new());
        }
    }
    for (from, to) in pairs(before, &change.step.after.domains, |it| &it.name) {
        let locked: Vec<_> =
            change.step.effects.relations.iter().filter(|it| it.scanned && it.kind.has_rows()).collect();
        let names: Vec<_> = locked.iter().map(|it| it.relation.to_string()).collect();
        if names.is_empty() || !locked.iter().any(|it| change.matters(&it.relation)) {
            continue;
        }
        let tables = names.join(", ");
        for check in to.checks.iter().filter(|it| it.validated) {
            if from.checks.iter().all(|old| old.name != check.name) {
                let message = format!(
                    "{tables}: locked for writes while the check {:?} of {} reads all rows; NOT VALID checks new values at once, \
                     and VALIDATE takes the same lock, when writes may wait",
                    check.name, to.name
                );
                let recipe = recipe::domain_check(&to.name, check);
                change.find("ban-alter-domain-with-add-constraint", Level::Error, &to.name, message, recipe);
            }
        }
        if to.not_null && !from.not_null {
            let message =
                format!("{tables}: locked for writes while NOT NULL of the domain {} reads all rows", to.name);
            let recipe = recipe::domain_not_null(&to.name);
            change.find("ban-alter-domain-with-add-constraint", Level::Error, &to.name, message, recipe);
        }
    }
}

/// The objects that are in both lists and differ.
fn pairs<'a, T: PartialEq>(before: &'a [T], after: &'a [T], name: impl Fn(&T) -> &Name) -> Vec<(&'a T, &'a T)> {
    let same = before.iter().filter_map(|from| Some((from, after.iter().find(|it| name(it) == name(from))?)));
    same.filter(|(from, to)| from != to).collect()
}
