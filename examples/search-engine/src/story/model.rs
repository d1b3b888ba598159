//! Where the story's pages are stored: a table of its own, with an index for the search.

use orm_pg::prelude::*;

/// A page as a run has stored it.
#[derive(Debug, Clone, Model)]
#[orm(schema = "search_engine", table = "story")]
pub struct Indexed {
    /// The run.
    #[orm(key)]
    pub run: i32,
    /// The page: each is visited once in a run.
    #[orm(key)]
    pub page: i64,
    /// Its title.
    pub title: String,
    /// Its visible text.
    pub body: String,
}

/// Makes the table; what an earlier story has left is dropped.
pub(super) async fn make(db: &Database) -> Result<()> {
    db.drop_tables(models![Indexed]).await?;
    db.create_tables(models![Indexed]).await?;
    sql!(
        "ALTER TABLE search_engine.story ADD COLUMN document tsvector GENERATED ALWAYS AS (
             setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'D')
         ) STORED"
    )
    .execute(db)
    .await?;
    sql!("CREATE INDEX ON search_engine.story USING gin (document)").execute(db).await?;
    Ok(())
}
