//! `story`: tasks and threads, measured.

use std::io::Write;

use orm_pg::prelude::*;

use super::Failed;
use crate::story::{Options, tell};

pub(super) async fn run(options: &Options, out: &mut (impl Write + Send)) -> Result<(), Failed> {
    // Always a separate database: nobody would search for the story's pages.
    let url = orm_pg::testing::database_url().await?;
    let told = tell(options, &url, &std::env::current_exe()?, out).await;
    let db = Database::builder().url(&url).max_connections(1).connect().await?;
    sql!("DROP SCHEMA IF EXISTS search_engine CASCADE").execute(&db).await?;
    told
}
