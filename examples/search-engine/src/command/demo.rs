//! Without arguments: a demonstration on a machine without a database.

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;
use std::time::Duration;

use orm_pg::Database;

use super::{Failed, any, crawl, show};
use crate::crawl::Options;
use crate::folder::Folder;
use crate::frontier::forget;
use crate::pages::provide;
use crate::progress::{Progress, summary};
use crate::search::search;
use crate::stats::stats;
use crate::store::Stored;

/// The most pages that the demonstration crawls: an old folder of documentation can hold ten times as many.
const PAGES: u64 = 5000;

/// The queries of the demonstration.
const QUESTIONS: [&str; 3] = ["connection pool timeout", "\"async runtime\" -tracing", "parse url or percent encoding"];

pub(super) async fn run(out: &mut (impl Write + Send)) -> Result<(), Failed> {
    let mut preparing = Progress::new();
    let (db, _) = any(|note| preparing.say(note)).await?;
    let (_folder, stored, took) = fill(&db, preparing).await?;

    show::stats(out, &stats(&db).await?)?;
    for question in QUESTIONS {
        writeln!(out, "\nsearch {question}")?;
        show::answer(out, &search(&db, question, 3).await?, io::stdout().is_terminal())?;
    }
    if stored.pages == 0 {
        return Err("no page was stored".into());
    }
    writeln!(out, "\nsearch-engine serve  searches them in a browser, as you type")?;
    writeln!(out, "search-engine story  compares tasks with threads")?;
    Ok(writeln!(out, "\n{}", summary(stored.pages, took))?)
}

/// Crawls pages that every machine has. Returns the folder that they are in, and how long the crawl took.
pub(super) async fn fill(db: &Database, mut preparing: Progress) -> Result<(Folder, Stored, Duration), Failed> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let pages = provide(&workspace, |line| preparing.say(line)).await?;
    let folder = Folder::serve(&pages.folder).await?;
    preparing.say(&format!("serving {} pages of {} on loopback", pages.count, pages.folder.display()));
    preparing.finish();
    // An earlier demonstration in this database would leave nothing to crawl.
    forget(db, &folder.site).await?;

    let mut progress = Progress::new();
    let options = Options { pages: PAGES, ..Options::default() };
    let sites = vec![folder.site.clone()];
    let (stored, _) = crawl::go(db, sites, std::slice::from_ref(&folder), &options, &mut progress).await?;
    Ok((folder, stored, progress.finish()))
}
