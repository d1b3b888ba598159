//! The commands of the program.

mod args;
mod crawl;
mod demo;
mod serve;
mod show;
#[cfg(unix)]
mod story;

use std::error::Error;
use std::io::{self, IsTerminal as _, Write};

use orm_pg::Database;
use orm_pg::prelude::*;

pub use self::args::{Command, USAGE, parse};
use crate::fetch::{Client, Limits};
use crate::schema;
use crate::search::search;
use crate::site::{Rules, Site};
use crate::stats::stats;
use crate::visit::visit;

/// Any error of a command; its sources give the reasons.
pub type Failed = Box<dyn Error + Send + Sync>;

/// Connections of the pool: two that store, one that takes, one for the crawler's lock, and the rest for queries.
const CONNECTIONS: u32 = 12;

/// Runs a command; its output is written to `out`, progress to standard error.
///
/// # Errors
/// Any error that makes an answer impossible. A page that cannot be visited is not an error.
pub async fn run(command: Command, out: &mut (impl Write + Send)) -> Result<(), Failed> {
    match command {
        Command::Demo => demo::run(out).await,
        Command::Crawl(wish) => crawl::run(wish, out).await,
        Command::Search(words) => {
            let answer = search(&lasting().await?, &words, 10).await?;
            Ok(show::answer(out, &answer, io::stdout().is_terminal())?)
        }
        Command::Serve(port) => serve::run(port, out).await,
        #[cfg(unix)]
        Command::Story(options) => story::run(&options, out).await,
        Command::Stats => Ok(show::stats(out, &stats(&lasting().await?).await?)?),
        Command::Fetch(url) => {
            let site = Site::of(&url).ok_or_else(|| format!("{url}: not an http address"))?;
            let client = Client::new(Limits::default());
            let robots =
                client.robots(&site).await.map_err(|failure| format!("{}: {failure}", site.robots_address()))?;
            Ok(show::visit(out, &url, &visit(&client, &url, &Rules { site, robots }).await)?)
        }
        Command::Help => Ok(writeln!(out, "{USAGE}")?),
    }
}

/// Connects to the database that `DATABASE_URL` names, if it names one.
async fn named() -> Result<Option<Database>, Failed> {
    if std::env::var_os("DATABASE_URL").is_none() {
        return Ok(None);
    }
    let db = Database::builder_from_env().max_connections(CONNECTIONS).application_name("search-engine");
    let db = db.connect().await?;
    schema::ensure(&db).await?;
    Ok(Some(db))
}

/// Connects to the database that `DATABASE_URL` names, which may contain an earlier crawl.
async fn lasting() -> Result<Database, Failed> {
    named().await?.ok_or_else(|| {
        "set DATABASE_URL to the database that the crawl has filled; without it a crawl stores into a throw-away server, \
         which is gone when the crawl is over"
            .into()
    })
}

/// Connects to the database that `DATABASE_URL` names, or to a new one on a temporary server. Returns whether it lasts.
async fn any(say: impl FnOnce(&str)) -> Result<(Database, bool), Failed> {
    if let Some(db) = named().await? {
        return Ok((db, true));
    }
    let url = orm_pg::testing::database_url().await?;
    let db = Database::builder().url(&url).max_connections(CONNECTIONS).connect().await?;
    let version = sql!("SELECT current_setting('server_version')").one::<String>(&db).await?;
    say(&format!(
        "DATABASE_URL is not set: using a throw-away database (PostgreSQL {version}), whose data will not last"
    ));
    schema::ensure(&db).await?;
    Ok((db, false))
}
