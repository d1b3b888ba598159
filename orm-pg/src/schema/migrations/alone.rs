//! Steps that run without a transaction, and what an interrupted one has left behind.

use orm_core::{
    ddl,
    error::{Error, ErrorKind, Result},
    executor::Executor,
    ident::push_ident,
};
use serde::{Deserialize, Serialize};

use super::{
    attempt::{at, restore_limits, without_limits},
    history::text,
    statement::{query, run},
    unit::Piece,
};
use crate::raw::script::{Alone, Name};

/// An index as it is found.
#[derive(Serialize, Deserialize)]
struct Found {
    schema: String,
    name: String,
    valid: bool,
}

/// Runs the statement. If it fails, an index that it left unusable is dropped: it would cost each write, and be in the way of
/// the next attempt.
pub(super) async fn execute(on: &impl Executor, file: &str, piece: &Piece, alone: Option<&Alone>) -> Result<()> {
    let limits = match alone {
        Some(it) if it.is_concurrent() => Some(without_limits(on, false).await?),
        _ => None,
    };
    let outcome = run(on, &piece.sql).await.map_err(|error| at(file, piece, error));
    if let (Err(error), Some(Alone::CreateIndex { index, table })) = (&outcome, alone) {
        // An index of this name that was there before is not ours. If dropping fails, the next attempt does it.
        let ours = error.sql_state().is_some_and(|it| it != "42P07");
        if ours && let Ok(found) = of_table(on, index, table).await {
            for index in found.iter().filter(|it| !it.valid) {
                drop(drop_index(on, index).await);
            }
        }
    }
    if let (Ok(_), Some(Alone::CreateIndex { index, table })) = (&outcome, alone) {
        refuse_invalid(on, file, piece, index, table).await?;
    }
    if let Some(limits) = limits {
        let restored = restore_limits(on, &limits, false).await;
        return outcome.and(restored.map(|()| 0)).map(drop);
    }
    outcome.map(drop)
}

/// Looks at what the statement, begun by an earlier run, has done. Returns whether it need not run again.
///
/// An index that is not valid is dropped, so that the statement can make it again.
pub(super) async fn was_done(on: &impl Executor, alone: Option<&Alone>) -> Result<bool> {
    match alone {
        Some(Alone::CreateIndex { index, table }) => {
            let found = of_table(on, index, table).await?;
            for index in found.iter().filter(|it| !it.valid) {
                drop_index(on, index).await?;
            }
            Ok(found.iter().any(|it| it.valid))
        }
        Some(Alone::DropIndex { indexes }) => {
            for index in indexes {
                if super::history::has_table(on, &quoted(index)).await? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Some(Alone::Reindex { relation: Some(relation) }) => {
            let left = include_str!("sql/left_of_reindex.sql");
            for index in query::<Found>(on, left, vec![text(&quoted(relation))]).await? {
                drop_index(on, &index).await?;
            }
            Ok(false)
        }
        Some(Alone::Detach { parent, partition }) => {
            let state = include_str!("sql/detach_state.sql");
            let binds = vec![text(&quoted(parent)), text(&quoted(partition))];
            match query::<Option<bool>>(on, state, binds).await?.pop() {
                Some(Some(true)) => {
                    let finalize = ddl::finalize_detach(&quoted(parent), &quoted(partition));
                    run(on, &finalize).await.map(|_| true)
                }
                Some(_) => Ok(false),
                None => Ok(true),
            }
        }
        Some(Alone::Reindex { relation: None } | Alone::Other) | None => Ok(false),
    }
}

/// Refuses an index that was there before and is not valid: `IF NOT EXISTS` takes it for done.
async fn refuse_invalid(on: &impl Executor, file: &str, piece: &Piece, index: &str, table: &Name) -> Result<()> {
    if of_table(on, index, table).await?.iter().all(|it| it.valid) {
        return Ok(());
    }
    let text = format!(
        "{file}:{}: the index {index:?} was there before and is not valid: drop it, and run `orm migrate repair --resume`",
        piece.line
    );
    Err(Error::new(ErrorKind::Migration, text))
}

async fn of_table(on: &impl Executor, index: &str, table: &Name) -> Result<Vec<Found>> {
    query(on, include_str!("sql/index_state.sql"), vec![text(&quoted(table)), text(index)]).await
}

async fn drop_index(on: &impl Executor, index: &Found) -> Result<()> {
    run(on, &ddl::drop_index_concurrently(&index.schema, &index.name)).await.map(drop)
}

/// The name as SQL.
fn quoted(name: &Name) -> String {
    let mut out = String::new();
    if let Some(schema) = &name.schema {
        push_ident(&mut out, schema);
        out.push('.');
    }
    push_ident(&mut out, &name.name);
    out
}
