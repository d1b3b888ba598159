//! The frontier: which address is visited next, by which crawler, and what happens to those of a crawler that died.
//!
//! It is just a table. Crawlers take rows with `SKIP LOCKED`, so any number of processes can work on one frontier. The
//! addresses that a crawler has taken are reserved for as long as it holds an advisory lock, which PostgreSQL releases
//! when the process dies in any way; then other crawlers queue its addresses again.

use orm_pg::prelude::*;
use url::Url;

use crate::failure::Failure;
use crate::hosts;
use crate::model::{self, Address, AddressColumns, Crawler, NewAddress, NewCrawler, NewSite, State};
use crate::site::Site;

/// The first half of the advisory locks that show which crawlers are alive; the second is the crawler's number.
const CLASS: i32 = 0x5ea2c4;

/// A crawler's sign of life, held by a separate connection.
#[derive(Debug)]
pub struct Lease {
    connection: Connection,
    /// The crawler's number.
    pub crawler: i32,
}

impl Lease {
    /// Registers a crawler, and takes its lock.
    ///
    /// # Errors
    /// Any error from the server.
    pub async fn take(db: &Database) -> Result<Self> {
        let connection = db.connection().await?;
        let crawler = Crawler::insert(NewCrawler { began_at: Auto }).returning(|c| c.id).one(&connection).await?;
        sql!("SELECT pg_advisory_lock({CLASS}, {crawler})").execute(&connection).await?;
        Ok(Self { connection, crawler })
    }

    /// Releases the lock: addresses that this crawler still holds become free. The same happens when the process ends.
    ///
    /// # Errors
    /// Any error from the server.
    pub async fn release(self) -> Result<()> {
        let crawler = self.crawler;
        sql!("SELECT pg_advisory_unlock({CLASS}, {crawler})").execute(&self.connection).await.map(drop)
    }
}

/// An address that this crawler is to visit.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Its number.
    pub id: i64,
    /// The address.
    pub url: Url,
    /// Its distance from the start, in links.
    pub depth: i32,
    /// The number of failed visits.
    pub tries: i32,
}

/// How a crawl of a site starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// It was never crawled, or completely: every address is visited, again if necessary.
    New,
    /// An earlier crawl was stopped, or another one is running: this many addresses are waiting.
    Resumed(i64),
}

/// Returns whether an address lies on the site.
fn on(site: &Site) -> impl Fn(AddressColumns) -> Cond {
    let (origin, folder) = (site.origin(), site.folder_address());
    move |a| a.origin.eq(origin.as_str()).and(a.url.starts_with(folder.as_str()))
}

/// Queues the site's seed, and all known addresses of the site if none of them is waiting. `folder` is the folder on
/// disk that is served as this site.
///
/// # Errors
/// Any error from the server.
pub async fn begin(db: &Database, site: &Site, folder: Option<&str>) -> Result<Beginning> {
    let (seed, here) = (site.seed().as_str(), on(site));
    db.transaction(async |tx| {
        // The row lock keeps other processes from starting the same site until this is done.
        model::Site::insert(NewSite { folder: folder.map(ToOwned::to_owned), ..NewSite::new(seed) })
            .on_conflict(|s| s.seed)
            .do_update(|s, new| (s.folder.set(new.folder), s.crawled_at.set(now())))
            .execute(tx)
            .await?;
        give_back(tx, site).await?;
        let open = Address::query().filter(&here).filter(|a| a.state.in_([State::Queued, State::Taken]));
        let open = open.count(tx).await?;
        let again = Address::query().filter(&here);
        // While one crawl is not finished, only addresses that another site's crawl has left to this one are queued.
        let again = if open > 0 { again.filter(|a| a.state.eq(State::Skipped)) } else { again };
        again
            .update(|a| (a.state.set(State::Queued), a.reason.set(None), a.tries.set(0), a.due_at.set(now())))
            .execute(tx)
            .await?;
        let new = NewAddress::new(seed, site.origin(), 0);
        hosts::enter(tx, [&new]).await?;
        Address::insert(new).on_conflict(|a| a.url).do_nothing().execute(tx).await?;
        Ok(if open > 0 { Beginning::Resumed(open) } else { Beginning::New })
    })
    .await
}

/// Takes up to `count` addresses of the site that are due, the longest waiting first. One round trip.
///
/// # Errors
/// Any error from the server.
pub async fn take(db: &Database, site: &Site, crawler: i32, count: usize) -> Result<Vec<Taken>> {
    // Locks without KEY, so that a row is not skipped because a new link that refers to it is being stored.
    let due = Address::query()
        .filter(on(site))
        .filter(|a| a.state.eq(State::Queued).and(a.due_at.le(now())))
        .order_by(|a| (a.due_at.asc(), a.id.asc()))
        .limit(u64::try_from(count).unwrap_or(u64::MAX))
        .for_no_key_update()
        .skip_locked()
        .select(|a| a.id);
    let rows = Address::query()
        .filter(|a| a.id.in_(due))
        .update(|a| (a.state.set(State::Taken), a.taken_by.set(crawler)))
        .returning(|a| (a.id, a.url, a.depth, a.tries))
        .all(db)
        .await?;
    let (mut all, mut unreadable) = (Vec::with_capacity(rows.len()), Vec::new());
    for (id, url, depth, tries) in rows {
        match Url::parse(&url) {
            Ok(url) => all.push(Taken { id, url, depth, tries }),
            Err(_) => unreadable.push(id),
        }
    }
    // Stored addresses come from `Url`s, so this is only for rows written by other programs.
    if !unreadable.is_empty() {
        fail(db, |a| a.id.in_(unreadable), Failure::BadAddress).await?;
    }
    Ok(all)
}

/// Queues the addresses of crawlers that have died again.
///
/// # Errors
/// Any error from the server.
pub async fn give_back(db: &impl Executor, site: &Site) -> Result<u64> {
    Address::query()
        .filter(on(site))
        .filter(|a| a.state.eq(State::Taken))
        .filter(|a| {
            sql!(
                "NOT EXISTS (
                     SELECT FROM pg_locks
                     WHERE locktype = 'advisory' AND granted AND classid = {CLASS} AND objid = {a.taken_by}
                         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                 )"
            )
        })
        .update(|a| (a.state.set(State::Queued), a.taken_by.set(None)))
        .execute(db)
        .await
}

/// Returns whether an address of the site is still waiting, or is being visited by any crawler.
///
/// # Errors
/// Any error from the server.
pub async fn is_open(db: &Database, site: &Site) -> Result<bool> {
    let open = Address::query().filter(on(site)).filter(|a| a.state.in_([State::Queued, State::Taken]));
    open.exists(db).await
}

/// Records why a site cannot be crawled, at its seed.
///
/// # Errors
/// Any error from the server.
pub async fn refuse(db: &Database, site: &Site, failure: Failure) -> Result<()> {
    fail(db, |a| a.url.eq(site.seed().as_str()), failure).await
}

async fn fail(db: &Database, which: impl FnOnce(AddressColumns) -> Cond, failure: Failure) -> Result<()> {
    let reason = failure.reason().into_owned();
    let update = Address::query().filter(which);
    let update = update.update(|a| (a.state.set(State::Failed), a.reason.set(reason), a.taken_by.set(None)));
    update.execute(db).await.map(drop)
}

/// Deletes everything known about a site: addresses, pages and links.
///
/// # Errors
/// Any error from the server.
pub async fn forget(db: &Database, site: &Site) -> Result<u64> {
    Address::query().filter(on(site)).delete().execute(db).await
}
