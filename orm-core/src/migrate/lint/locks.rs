//! Locks that no other rule explains, and locks that are held too long.

use super::{change::Change, finding::Level};
use crate::{
    catalog::Name,
    migrate::{Effect, LockMode, RelationKind},
};

pub(super) fn check(change: &mut Change<'_>) {
    alone(change);
    held_while_working(change);
    unexplained(change);
}

/// A step that the server refuses in a transaction, in one with others.
fn alone(change: &mut Change<'_>) {
    let transaction = change.step.transaction;
    let others = change.steps.iter().filter(|it| it.transaction == transaction).count() > 1;
    let first = change.step.effects.relations.iter().find(|it| it.kind == RelationKind::Table);
    if let (true, true, Some(table)) = (change.step.effects.alone, others, first) {
        let message =
            "the server refuses this step in a transaction: it needs a file with `-- orm: transaction = none`"
                .to_owned();
        change.find("ban-concurrent-index-creation-in-transaction", Level::Error, &table.relation, message, Vec::new());
    }
}

/// A table that an earlier step of the transaction has locked, while this step works on many rows.
fn held_while_working(change: &mut Change<'_>) {
    let long = |it: &&Effect| it.is_long() && it.kind.has_rows() && change.matters(&it.relation);
    let work: Vec<_> =
        change.step.effects.relations.iter().filter(long).map(|it| (it.relation.clone(), it.lock)).collect();
    for (table, lock) in work {
        let writes = lock == Some(LockMode::RowExclusive);
        let locked = change.step.before.tables.iter().filter(|it| change.matters(&it.name));
        let locked: Vec<_> =
            locked.filter(|it| change.held(&it.name) >= Some(LockMode::Share)).map(|it| it.name.to_string()).collect();
        let reported = change.findings.iter().any(|it| it.level == Level::Error && it.table.as_ref() == Some(&table));
        if locked.is_empty() || reported {
            continue;
        }
        let (rule, work) = if writes {
            ("backfill-in-transaction", "writes rows of")
        } else {
            ("long-work-under-lock", "works on all rows of")
        };
        let message = format!(
            "an earlier step of the same transaction has locked {}, and this step {work} {table} meanwhile: put it into a migration of \
             its own",
            locked.join(", ")
        );
        change.find(rule, Level::Error, &table, message, Vec::new());
    }
}

/// What a `DO` block or a function does, for example.
fn unexplained(change: &mut Change<'_>) {
    let effects: Vec<_> = change.step.effects.relations.iter().filter(|it| it.kind.has_rows()).cloned().collect();
    for effect in effects {
        let Some(lock) = effect.lock.filter(|it| it.blocks_writes()) else { continue };
        let table = &effect.relation;
        let stored = change.step.before.views.iter().any(|it| it.name == *table);
        let reported = change.findings.iter().any(|it| it.level > Level::Note && mentions(it.table.as_ref(), table));
        if reported || !(stored || change.matters(table)) {
            continue;
        }
        if effect.is_long() {
            let message = format!("{table}: {effect}: {} while all rows are read or written", waits(lock));
            change.find("long-lock", Level::Error, table, message, Vec::new());
        } else if !change.findings.iter().any(|it| mentions(it.table.as_ref(), table)) {
            let message =
                format!("{table}: {lock}, for a short time: {} until it is granted and released", waits(lock));
            change.find("short-lock", Level::Note, table, message, Vec::new());
        }
    }
}

fn mentions(found: Option<&Name>, table: &Name) -> bool {
    found == Some(table)
}

fn waits(lock: LockMode) -> &'static str {
    if lock.blocks_reads() { "reads and writes wait" } else { "writes wait" }
}
