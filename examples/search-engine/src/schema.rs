//! The migrations of the folder `migrations`, which are part of the program.

use orm_pg::{
    prelude::*,
    schema::{Baseline, Migrations},
};

/// The files.
pub const MIGRATIONS: Migrations = orm_pg::migrate!("migrations");

/// The advisory lock of processes that look for tables from before there were migrations.
const LOOKING: i64 = 0x5ea2c4;

/// Runs the migrations that have not run yet. Several processes may do so at once, and one that is killed half way does no
/// harm.
///
/// # Errors
/// Any error from the server; a file that was changed after it ran.
pub async fn ensure(db: &Database) -> Result<()> {
    adopt(db).await?;
    MIGRATIONS.run(db).await.map(drop)
}

/// Records what a version of this program without migrations has created.
async fn adopt(db: &Database) -> Result<()> {
    // The baseline is recorded on another connection than the one with the lock, which only keeps others out.
    db.transaction(async |lock| {
        sql!("SELECT pg_advisory_xact_lock({LOOKING})").execute(lock).await?;
        let exists = async |table: &str| sql!("SELECT to_regclass({table}) IS NOT NULL").one::<bool>(lock).await;
        if exists("_orm_migrations").await? || !exists("search_engine.pages").await? {
            return Ok(());
        }
        let hosts = exists("search_engine.hosts").await?;
        let last = if hosts { "20260320090000_hosts" } else { "20260111090000_search" };
        MIGRATIONS.baseline(db, &Baseline::up_to(last)).await.map(drop)
    })
    .await
}
