//! Indexes.

use super::{change::Change, finding::Level, recipe};
use crate::{
    catalog::{Index, IndexKey, Name},
    migrate::LockMode,
};

pub(super) fn check(change: &mut Change<'_>) {
    let version = change.version();
    for table in change.tables() {
        let name = &table.before.name;
        let old = |it: &Index| table.before.indexes.iter().any(|old| old.name == it.name);
        for index in table.after.indexes.iter().filter(|it| !old(it)) {
            if table.blocks_writes() && table.effect.is_some_and(|it| it.indexes.contains(&index.name)) {
                let message = format!("{name} is locked for writes while the index {:?} is built", index.name);
                let recipe = recipe::index(index, name);
                change.find("require-concurrent-index-creation", Level::Error, name, message, recipe);
            }
            if change.step.effects.alone && (140_000..140_004).contains(&version) {
                let message = format!(
                    "CONCURRENTLY may build the index {:?} with missing rows on PostgreSQL 14.0 to 14.3",
                    index.name
                );
                change.find("add-index-corruption", Level::Error, name, message, Vec::new());
            }
            if !index.valid && !index.partitioned {
                let message =
                    format!("the index {:?} is left INVALID: writes keep it up, and no query uses it", index.name);
                let index = Name::new(name.schema.as_str(), index.name.as_str());
                change.find("invalid-index", Level::Error, name, message, recipe::drop_index(&index));
            }
            let columns = index.keys.iter().filter_map(|it: &IndexKey| it.column.as_ref()).count();
            if columns > 3 && !index.unique {
                let message = format!(
                    "{name}: an index of more than three columns, {:?}, rarely pays for its writes",
                    index.name
                );
                change.find("add-index-columns", Level::Note, name, message, Vec::new());
            }
        }
        let gone = |it: &&Index| !table.after.indexes.iter().any(|now| now.name == it.name);
        // An index that becomes the index of a constraint, or is renamed, or goes with its column, is not dropped by itself.
        let by_itself = |it: &&Index| {
            let columns_stay =
                it.keys.iter().filter_map(|it| it.column.as_ref()).all(|it| table.after.column(it).is_some());
            let new = table.after.indexes.len() + table.after.constraints.len();
            columns_stay && new < table.before.indexes.len() + table.before.constraints.len()
        };
        for index in table.before.indexes.iter().filter(gone).filter(by_itself) {
            if table.effect.and_then(|it| it.lock) == Some(LockMode::AccessExclusive) {
                let message =
                    format!("{name} is locked for reads and writes when the index {:?} is dropped", index.name);
                let index = Name::new(name.schema.as_str(), index.name.as_str());
                change.find(
                    "require-concurrent-index-deletion",
                    Level::Warning,
                    name,
                    message,
                    recipe::drop_index(&index),
                );
            }
        }
        let rebuilt = table.effect.filter(|it| !it.rewritten && it.lock.is_some_and(LockMode::blocks_writes));
        let same = table.before.columns == table.after.columns;
        for index in rebuilt.into_iter().filter(|_| same).flat_map(|it| &it.indexes) {
            let known =
                table.before.indexes.iter().any(|it| it.name == *index) || table.before.constraint(index).is_some();
            if known {
                let message = format!(
                    "{name} is locked for writes, and partly for reads, while the index {index:?} is built again"
                );
                let index = Name::new(name.schema.as_str(), index.as_str());
                change.find("require-concurrent-reindex", Level::Error, name, message, recipe::reindex(&index));
            }
        }
    }
}
