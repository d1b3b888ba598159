//! The cost of orm-pg compared with raw tokio-postgres: the same statements on both, in turn, on one server.
//!
//! `cargo run --release -p overhead` prints times, `--bin allocations` counts allocations. See `benches/README.md`.
#![expect(clippy::print_stdout, reason = "programs that show figures")]

mod arguments;
mod cases;
mod compare;
mod levels;
mod model;
mod raw;
mod tasks;
mod waits;

use std::error::Error;

use orm_pg::Database;

pub use self::{
    arguments::Arguments,
    compare::{Bench, Meter, Reading},
};
use self::{cases::Ours, model::TABLES, raw::Raw};

/// Any error of a benchmark, which ends it.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The maximum number of connections of either pool.
const CONNECTIONS: u32 = 10;

/// Creates and fills a separate database, and opens both sides of the comparison.
async fn open(arguments: &Arguments) -> Result<(Ours, Raw)> {
    let (url, db) = filled(arguments).await?;
    Ok((Ours::new(db).await?, Raw::connect(&url).await?))
}

/// Creates and fills a separate database.
async fn filled(arguments: &Arguments) -> Result<(String, Database)> {
    let url = match &arguments.url {
        Some(url) => url.clone(),
        None => orm_pg::testing::database_url().await?,
    };
    let db = Database::builder().url(&url).max_connections(CONNECTIONS).connect().await?;
    db.drop_tables(TABLES).await?;
    db.create_tables(TABLES).await?;
    raw::fill(&url).await?;
    Ok((url, db))
}

/// Runs all comparisons of single statements on one thread, which has the least noise.
///
/// # Errors
/// When there is no server, or a statement fails.
pub fn statements(arguments: &Arguments, meter: Meter) -> Result<Bench> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (ours, raw) = open(arguments).await?;
        let mut bench = Bench::new(arguments, meter);
        cases::run(&mut bench, &ours, &raw).await?;
        levels::run(&mut bench, &ours.held, &raw.levels).await?;
        Ok(bench)
    })
}

/// Runs ten thousand tasks over ten connections of either side.
///
/// # Errors
/// As [`statements`].
pub fn tasks(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let (ours, raw) = open(arguments).await?;
        tasks::run(arguments, &ours.db, &raw).await
    })
}

/// Runs sixteen tasks that loop over four connections of either side, on one thread and on two.
///
/// # Errors
/// As [`statements`].
pub fn waits(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (url, db) = runtime.block_on(filled(arguments))?;
    waits::run(arguments, &url)?;
    runtime.block_on(db.close());
    Ok(())
}
