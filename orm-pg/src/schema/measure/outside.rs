//! Steps that cannot run in a transaction, observed from another connection.

use std::{pin::pin, time::Duration};

use orm_core::{
    catalog::Name,
    ddl,
    error::{Error, Result},
    migrate::{Effects, LockMode, RelationKind},
};
use tokio_postgres::Client;

use super::{Locks, Relations, pid};
use crate::{Connection, Database, error::from_driver};

/// How often the locks of the step are read while it runs.
const PAUSE: Duration = Duration::from_millis(2);

/// The locks that are held while the step starts, on all tables or only on those that are not partitioned. One is released
/// each time that the step waits for it, so the step stops, and can be observed, where it waits for transactions that write,
/// and where it takes a lock that excludes readers.
const HELD: [(LockMode, bool); 2] = [(LockMode::RowExclusive, true), (LockMode::AccessShare, false)];

/// Runs the step on `client` and returns what it did.
pub(super) async fn measure(scratch: &Database, client: &Client, sql: &str) -> Result<Effects> {
    let observer = scratch.connection().await?;
    let counted = flush(client).await?;
    let before = Relations::read(client, false).await?;
    let mut blockers = Vec::new();
    for (mode, partitioned) in HELD {
        let tables = before.0.values().filter(|it| it.kind == RelationKind::Table && (partitioned || it.file != 0));
        let tables: Vec<_> = tables.map(|it| &it.name).collect();
        blockers.push(Blocker::new(scratch, &tables, mode).await?);
    }
    let step = pid(client).await?;
    let mut locks = Locks::default();
    let mut running = pin!(client.batch_execute(sql));
    loop {
        if let Ok(done) = tokio::time::timeout(PAUSE, running.as_mut()).await {
            done.map_err(from_driver)?;
            break;
        }
        locks.add(observer.client(), step).await?;
        if let Some(position) = blockers.iter().position(|it| locks.blocked_by.contains(&it.pid)) {
            blockers.remove(position).release().await?;
        }
    }
    for blocker in blockers {
        blocker.release().await?;
    }
    flush(client).await?;
    let after = Relations::read(client, false).await?;
    let mut effects = before.compare(&after, &locks, true);
    if !counted {
        // Building an index reads the table.
        effects.relations.iter_mut().for_each(|it| it.scanned = !it.indexes.is_empty());
    }
    Ok(effects)
}

/// Makes the scans of this session visible, and returns whether the server can do that (PostgreSQL 15 or later).
async fn flush(client: &Client) -> Result<bool> {
    let known = "SELECT to_regproc('pg_catalog.pg_stat_force_next_flush') IS NOT NULL";
    let row = client.query_one(known, &[]).await.map_err(from_driver)?;
    let known = row.try_get(0).map_err(from_driver)?;
    if known {
        client.batch_execute("SELECT pg_stat_force_next_flush()").await.map_err(from_driver)?;
    }
    Ok(known)
}

/// A transaction that holds a lock on all tables.
#[derive(Debug)]
struct Blocker {
    connection: Connection,
    pid: i32,
}

impl Blocker {
    async fn new(scratch: &Database, tables: &[&Name], mode: LockMode) -> Result<Self> {
        let connection = scratch.connection().await?;
        let pid = pid(connection.client()).await?;
        let mut text = "BEGIN".to_owned();
        if !tables.is_empty() {
            text.push_str(&format!("; {}", ddl::lock_tables(tables, mode)));
        }
        connection.client().batch_execute(&text).await.map_err(from_driver)?;
        Ok(Self { connection, pid })
    }

    async fn release(self) -> Result<(), Error> {
        self.connection.client().batch_execute("COMMIT").await.map_err(from_driver)
    }
}
