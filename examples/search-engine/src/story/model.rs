//! The table of the story's pages, with an index for the search.

use orm_pg::prelude::*;

/// A page stored by a run.
#[derive(Debug, Clone, Model)]
#[orm(schema = "search_engine", table = "story")]
pub struct Indexed {
    /// The run.
    #[orm(key)]
    pub run: i32,
    /// The page's number: each page is visited once in a run.
    #[orm(key)]
    pub page: i64,
    /// Its title.
    pub title: String,
    /// Its visible text.
    pub body: String,
}

/// Creates the table, after dropping that of an earlier story.
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
