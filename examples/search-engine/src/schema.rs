//! Creates the tables, and the column that models cannot declare: the one for the full-text search.

use orm_pg::prelude::*;

use crate::model::{Address, Crawler, Host, Link, Page, Site};

/// The advisory lock of processes that create the tables.
const MAKING: i64 = 0x5ea2c4;

/// Creates everything that is missing. Several processes may do so at once, and one that is killed half way does no
/// harm.
///
/// # Errors
/// Any error from the server.
pub async fn ensure(db: &Database) -> Result<()> {
    // The tables are created on other connections than the one with the lock, which only keeps others out.
    db.transaction(async |lock| {
        sql!("SELECT pg_advisory_xact_lock({MAKING})").execute(lock).await?;
        if !sql!("SELECT to_regclass('search_engine.pages') IS NOT NULL").one::<bool>(lock).await? {
            db.create_tables(models![Host, Address, Page, Link, Site, Crawler]).await?;
        } else if !sql!("SELECT to_regclass('search_engine.hosts') IS NOT NULL").one::<bool>(lock).await? {
            db.transaction(async |tx| hosts(tx).await).await?;
        }
        search_column(db).await
    })
    .await
}

/// Updates a database from a version in which addresses had no hosts to refer to. All of it or nothing.
async fn hosts(tx: &Transaction<'_>) -> Result<()> {
    tx.create_tables(models![Host]).await?;
    sql!("INSERT INTO search_engine.hosts SELECT DISTINCT origin FROM search_engine.addresses").execute(tx).await?;
    sql!("ALTER TABLE search_engine.addresses ADD FOREIGN KEY (origin) REFERENCES search_engine.hosts")
        .execute(tx)
        .await?;
    sql!("CREATE INDEX links_target_id_source_id_idx ON search_engine.links (target_id, source_id)")
        .execute(tx)
        .await?;
    sql!("DROP INDEX IF EXISTS search_engine.links_target_id_idx").execute(tx).await.map(drop)
}

/// Adds the words of title, headings and text, weighted in that order; the server keeps them up to date.
async fn search_column(db: &Database) -> Result<()> {
    sql!(
        "ALTER TABLE search_engine.pages ADD COLUMN IF NOT EXISTS document tsvector GENERATED ALWAYS AS (
             setweight(to_tsvector('english', title), 'A')
             || setweight(to_tsvector('english', headings), 'B')
             || setweight(to_tsvector('english', body), 'D')
         ) STORED"
    )
    .execute(db)
    .await?;
    sql!("CREATE INDEX IF NOT EXISTS pages_document_idx ON search_engine.pages USING gin (document)")
        .execute(db)
        .await?;
    Ok(())
}
