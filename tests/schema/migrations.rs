//! Migrations: what runs, what is refused, and what is left after a kill.

mod apply;
mod baseline;
mod interrupt;
mod locks;
mod refuse;

use std::time::Duration;

use orm_pg::{
    prelude::*,
    schema::{Migrations, migrate::Applied},
};

const A: &str = "20260101000000_a";
const B: &str = "20260101000001_b";
const C: &str = "20260101000002_c";

/// Migrations from ids and texts.
fn files(files: &[(&str, &str)]) -> Migrations {
    Migrations::from_files(files.iter().map(|(id, text)| (format!("{id}.up.sql"), (*text).to_owned())))
        .lock_timeout(Duration::from_millis(200))
}

/// The rows of the history.
async fn history(db: &Database) -> Vec<Applied> {
    let rows = files(&[]).status(db).await.expect("a status").migrations;
    rows.into_iter().filter_map(|it| it.applied).collect()
}

/// The id and the state of each row, in the order in which they were written.
async fn states(db: &Database) -> Vec<String> {
    history(db).await.iter().map(|it| format!("{} {} {}/{}", it.id, it.state, it.steps_done, it.steps_total)).collect()
}

async fn tables(db: &Database) -> Vec<String> {
    let names = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \
                 AND relname <> '_orm_migrations' ORDER BY 1";
    sql(db, names).await
}

/// The first column of a query.
async fn sql(db: &Database, text: &str) -> Vec<String> {
    let connection = db.connection().await.expect("a connection");
    let rows = connection.client().query(text, &[]).await.unwrap_or_else(|error| panic!("{text}: {error:?}"));
    rows.iter().map(|it| it.get(0)).collect()
}

async fn invalid_indexes(db: &Database) -> Vec<String> {
    sql(db, "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid").await
}

/// Ends the session that has the lock of the migrations; returns whether there was one.
async fn kill(db: &Database) -> bool {
    let holder = "SELECT pg_terminate_backend(pid)::text FROM pg_locks WHERE locktype = 'advisory' AND granted \
                  AND classid = 1869770079 AND objid = 1835624306 \
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    !sql(db, holder).await.is_empty()
}
