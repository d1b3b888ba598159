//! The crawl: takes addresses from the frontier, visits hundreds at once, and stores the results in batches.
//!
//! One task decides; visits and stores are separate tasks. While a batch is being stored, visits that end are collected
//! in the next one, so a slower database gets larger batches.

mod sites;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use orm_pg::{Database, Result};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep_until;

use self::sites::Sites;
use crate::fetch::Client;
use crate::frontier::Lease;
use crate::site::{Rules, Site};
use crate::store::{Retries, Stored, Visited, store};
use crate::visit::visit;

/// The maximum number of visits that are stored in one transaction.
const BATCH: usize = 64;

/// How many transactions may store at once: the server computes the `tsvector`s of each on a separate processor.
///
/// On two processors, four at once with batches of 64 store 40 % more pages a second than one, or than eight
/// transactions of a single page each.
const STORES: usize = 4;

/// How often the frontier is queried if it was empty.
const POLL: Duration = Duration::from_millis(200);

/// The settings of a crawl.
#[derive(Debug, Clone)]
pub struct Options {
    /// The number of simultaneous visits.
    pub tasks: usize,
    /// The number of pages after which the crawl stops, even if there are more.
    pub pages: u64,
    /// How temporary failures are retried.
    pub retries: Retries,
}

impl Default for Options {
    /// 200 tasks, no limit on pages, three attempts with pauses of one and two seconds.
    fn default() -> Self {
        let retries = Retries { tries: 3, pause: Duration::from_secs(1) };
        Self { tasks: 200, pages: u64::MAX, retries }
    }
}

/// Why a crawl ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All addresses have been visited.
    Complete,
    /// As many pages as requested are stored.
    Enough,
    /// Somebody asked it to stop.
    Stopped,
}

/// A crawl in progress.
#[derive(Debug)]
struct Crawl<'a> {
    db: &'a Database,
    client: &'a Client,
    options: &'a Options,
    visits: JoinSet<(usize, Visited)>,
    ended: VecDeque<Visited>,
    stores: JoinSet<Result<Stored>>,
    total: Stored,
}

/// Crawls `sites`, until all addresses are visited or `stop` is ready; visits in progress are then finished and stored.
/// `watch` receives the numbers after each batch. Start the sites first: [`begin`](crate::frontier::begin).
///
/// # Errors
/// When the database can no longer be reached, or refuses something. Everything stored until then is kept.
pub async fn crawl(
    db: &Database,
    client: &Client,
    sites: Vec<Site>,
    options: &Options,
    stop: impl Future<Output = ()>,
    watch: impl FnMut(&Stored),
) -> Result<(Stored, End)> {
    let lease = Lease::take(db).await?;
    let (visits, stores) = (JoinSet::new(), JoinSet::new());
    let mut crawl = Crawl { db, client, options, visits, ended: VecDeque::new(), stores, total: Stored::default() };
    let sites = Sites::open(db, client, lease.crawler, sites).await?;
    let end = crawl.run(sites, stop, watch).await;
    // After an error, work in progress is dropped; other crawlers may take its addresses from here on.
    let released = lease.release().await;
    let end = end?;
    released?;
    Ok((crawl.total, end))
}

impl Crawl<'_> {
    async fn run(
        &mut self,
        mut sites: Sites<'_>,
        stop: impl Future<Output = ()>,
        mut watch: impl FnMut(&Stored),
    ) -> Result<End> {
        let mut stop = std::pin::pin!(stop);
        let mut stopped = false;
        loop {
            let enough = self.total.pages >= self.options.pages;
            let free = if stopped || enough { 0 } else { self.free() };
            // Taking a few at a time costs a round trip each; while most tasks are busy there is no hurry.
            let hungry = free > 0 && (free >= self.options.tasks / 8 || self.visits.is_empty());
            if hungry {
                for (site, rules, taken) in sites.take(free).await? {
                    let client = self.client.clone();
                    self.visits.spawn(visit_one(client, site, rules, taken));
                }
            }
            self.store_ended();
            let idle = self.visits.is_empty() && self.stores.is_empty();
            if idle && stopped {
                return Ok(End::Stopped);
            }
            if idle && enough {
                return Ok(End::Enough);
            }
            if idle && sites.are_complete().await? {
                return Ok(End::Complete);
            }
            tokio::select! {
                Some(visited) = self.visits.join_next() => {
                    let (site, visited) = visited.map_err(died)?;
                    sites.ended(site);
                    self.ended.push_back(visited);
                }
                Some(stored) = self.stores.join_next() => {
                    let stored = stored.map_err(died)??;
                    self.total += stored;
                    if stored.queued > 0 {
                        sites.look_again();
                    }
                    watch(&self.total);
                }
                () = &mut stop, if !stopped => stopped = true,
                () = sleep_until(sites.next_look()), if hungry => {}
            }
        }
    }

    /// How many visits may start: one for each free task, unless storing lags behind or enough pages are on the way.
    fn free(&self) -> usize {
        let tasks = self.options.tasks.saturating_sub(self.visits.len());
        let unstored = self.visits.len() + self.ended.len() + self.stores.len() * BATCH;
        let room = (2 * self.options.tasks + STORES * BATCH).saturating_sub(unstored);
        let wanted = usize::try_from(self.options.pages.saturating_sub(self.total.pages)).unwrap_or(usize::MAX);
        tasks.min(room).min(wanted.saturating_sub(unstored))
    }

    fn store_ended(&mut self) {
        while self.stores.len() < STORES && !self.ended.is_empty() {
            let batch: Vec<_> = self.ended.drain(..self.ended.len().min(BATCH)).collect();
            let (db, retries) = (self.db.clone(), self.options.retries.clone());
            self.stores.spawn(async move { store(&db, &batch, &retries).await });
        }
    }
}

async fn visit_one(
    client: Client,
    site: usize,
    rules: Arc<Rules>,
    address: crate::frontier::Taken,
) -> (usize, Visited) {
    let visit = visit(&client, &address.url, &rules).await;
    (site, Visited { address, visit })
}

/// A task that panicked: a bug of this program, passed on as a panic.
fn died(error: JoinError) -> orm_pg::Error {
    if error.is_panic() {
        std::panic::resume_unwind(error.into_panic());
    }
    orm_pg::Error::new(orm_pg::ErrorKind::Closed, "a task of the crawl was cancelled")
}
