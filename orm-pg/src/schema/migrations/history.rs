//! The table of what ran: `public._orm_migrations`.

use orm_core::{
    error::Result,
    executor::Executor,
    migrate::{Applied, State, file::Migration},
    value::Bind,
};

use super::statement::{is_true, query, run, write};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether there is a table of this name, which is quoted where necessary.
pub(super) async fn has_table(on: &impl Executor, name: &str) -> Result<bool> {
    is_true(on, include_str!("sql/has_table.sql"), vec![text(name)]).await
}

/// Returns the history, oldest first; none if there is no table.
pub(super) async fn read(on: &impl Executor) -> Result<Vec<Applied>> {
    if !has_table(on, "public._orm_migrations").await? {
        return Ok(Vec::new());
    }
    query(on, include_str!("sql/read_history.sql"), vec![]).await
}

/// Creates the table. The caller holds the lock: two sessions that create it at once would collide.
pub(super) async fn create(on: &impl Executor) -> Result<()> {
    if has_table(on, "public._orm_migrations").await? {
        return Ok(());
    }
    run(on, include_str!("sql/create_history.sql")).await.map(drop)
}

/// Records a migration that has run in this transaction.
pub(super) async fn insert_done(on: &impl Executor, migration: &Migration, steps: i32) -> Result<()> {
    let binds = vec![text(&migration.id), text(&migration.up.checksum), Bind::new(steps), text(VERSION)];
    write(on, include_str!("sql/insert_done.sql"), binds).await.map(drop)
}

/// Records a migration whose steps are about to run, each in its own transaction.
pub(super) async fn insert_partial(on: &impl Executor, migration: &Migration, steps: i32) -> Result<()> {
    let binds = vec![text(&migration.id), text(&migration.up.checksum), Bind::new(steps), text(VERSION)];
    write(on, include_str!("sql/insert_partial.sql"), binds).await.map(drop)
}

/// Records a migration that did not run. Returns whether there was no row for it.
pub(super) async fn insert_marked(
    on: &impl Executor,
    migration: &Migration,
    state: State,
    reason: &str,
) -> Result<bool> {
    let steps = count(migration.up.steps.len());
    let binds = vec![
        text(&migration.id),
        text(&migration.up.checksum),
        text(state.as_str()),
        Bind::new(steps),
        text(reason),
        text(VERSION),
    ];
    write(on, include_str!("sql/insert_marked.sql"), binds).await.map(|rows| rows > 0)
}

/// Records that step `step`, counted from 0, is about to run on its own.
pub(super) async fn step_begun(on: &impl Executor, id: &str, step: usize) -> Result<()> {
    write(on, include_str!("sql/step_begun.sql"), vec![text(id), Bind::new(count(step))]).await.map(drop)
}

/// Records that `done` steps have run.
pub(super) async fn step_done(on: &impl Executor, id: &str, done: usize) -> Result<()> {
    write(on, include_str!("sql/step_done.sql"), vec![text(id), Bind::new(count(done))]).await.map(drop)
}

/// Records why a step failed.
pub(super) async fn step_failed(on: &impl Executor, id: &str, error: &str) -> Result<()> {
    write(on, include_str!("sql/step_failed.sql"), vec![text(id), text(error)]).await.map(drop)
}

/// Records that all steps have run.
pub(super) async fn finish(on: &impl Executor, id: &str) -> Result<()> {
    write(on, include_str!("sql/finish.sql"), vec![text(id)]).await.map(drop)
}

/// Records that the steps of a `.down.sql` are about to run, each in its own transaction.
pub(super) async fn begin_undoing(on: &impl Executor, id: &str, steps: i32) -> Result<()> {
    write(on, include_str!("sql/begin_undoing.sql"), vec![text(id), Bind::new(steps)]).await.map(drop)
}

/// Forgets a migration that is undone.
pub(super) async fn delete(on: &impl Executor, id: &str) -> Result<()> {
    write(on, include_str!("sql/delete.sql"), vec![text(id)]).await.map(drop)
}

/// Accepts another checksum.
pub(super) async fn accept(on: &impl Executor, id: &str, checksum: &str, reason: &str) -> Result<()> {
    write(on, include_str!("sql/accept.sql"), vec![text(id), text(checksum), text(reason)]).await.map(drop)
}

/// Records that a file was removed on purpose.
pub(super) async fn remove(on: &impl Executor, id: &str, reason: &str) -> Result<()> {
    write(on, include_str!("sql/remove.sql"), vec![text(id), text(reason)]).await.map(drop)
}

/// Forgets why steps failed, so that they run again.
pub(super) async fn forget_errors(on: &impl Executor) -> Result<()> {
    write(on, include_str!("sql/forget_errors.sql"), vec![]).await.map(drop)
}

pub(super) fn text(it: &str) -> Bind {
    Bind::new(it.to_owned())
}

/// A number of steps, as the table has it.
pub(super) fn count(steps: usize) -> i32 {
    i32::try_from(steps).unwrap_or(i32::MAX)
}
