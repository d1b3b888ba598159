//! `crawl`: sites and folders, from the start or from where an earlier crawl stopped.

use std::io::Write;
use std::path::Path;

use orm_pg::Database;
use url::Url;

use super::args::Wish;
use super::{Failed, any, show};
use crate::crawl::{End, Options, crawl};
use crate::fetch::{Client, Limits};
use crate::folder::Folder;
use crate::frontier::{Beginning, begin};
use crate::names::Names;
use crate::progress::{Progress, rate, summary};
use crate::site::Site;
use crate::stats::stats;
use crate::store::Stored;

pub(super) async fn run(wish: Wish, out: &mut (impl Write + Send)) -> Result<(), Failed> {
    let mut progress = Progress::new();
    let (mut sites, mut folders) = (Vec::new(), Vec::new());
    for target in &wish.targets {
        let path = Path::new(target);
        if path.is_dir() {
            let folder = Folder::serve(path).await?;
            sites.push(folder.site.clone());
            folders.push(folder);
        } else {
            let url =
                Url::parse(target).map_err(|error| format!("{target}: neither a folder nor an address: {error}"))?;
            sites.push(Site::of(&url).ok_or_else(|| format!("{target}: not an http address"))?);
        }
    }
    let (db, lasts) = any(|note| progress.say(note)).await?;
    let options = Options { tasks: wish.tasks, pages: wish.pages, ..Options::default() };
    let outcome = go(&db, sites, &folders, &options, &mut progress).await;
    if outcome.is_err() && lasts {
        progress.say("the crawl broke off; what is stored stays, and the same command goes on from there");
    }
    let ((stored, end), took) = (outcome?, progress.finish());
    show::stats(out, &stats(&db).await?)?;
    match end {
        End::Complete => {}
        End::Enough | End::Stopped if lasts => {
            writeln!(out, "there is more to visit: the same command continues from here")?;
        }
        End::Enough | End::Stopped => writeln!(out, "there is more to visit")?,
    }
    Ok(writeln!(out, "{}", summary(stored.pages, took))?)
}

/// Crawls sites, showing progress; Ctrl-C stops it in order.
pub(super) async fn go(
    db: &Database,
    sites: Vec<Site>,
    folders: &[Folder],
    options: &Options,
    progress: &mut Progress,
) -> Result<(Stored, End), Failed> {
    let names: Names = folders.iter().map(Folder::name).collect::<Result<_, _>>()?;
    let client = Client::with_names(Limits::default(), names);
    for site in &sites {
        let folder = folders.iter().find(|folder| folder.site == *site).map(|it| it.path.to_string_lossy());
        let seed = site.seed();
        match begin(db, site, folder.as_deref()).await? {
            Beginning::New => progress.say(&format!("crawling {seed} with {} tasks", options.tasks)),
            Beginning::Resumed(open) => progress.say(&format!("resuming {seed}: {open} addresses wait")),
        }
    }
    // If signals are not available, the crawl just continues.
    let stop = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let watch = |stored: &Stored| {
        progress.show(|took| {
            let Stored { visits, pages, links, queued, failed, .. } = stored;
            let speed = rate(*pages, took);
            format!(
                "{pages} pages ({speed:.0}/s), {visits} visits, {queued} new addresses, {links} links, {failed} failed"
            )
        });
    };
    Ok(crawl(db, &client, sites, options, stop, watch).await?)
}
