//! The sites of a crawl: which one is next, and when.

use std::sync::Arc;
use std::time::Duration;

use orm_pg::{Database, Result};
use tokio::time::Instant;

use super::POLL;
use crate::fetch::Client;
use crate::frontier::{Taken, give_back, is_open, refuse, take};
use crate::site::{Rules, Site};

/// The sites that are being crawled by this process.
#[derive(Debug)]
pub(super) struct Sites<'a> {
    db: &'a Database,
    crawler: i32,
    sites: Vec<Turn>,
}

/// One of them.
#[derive(Debug)]
struct Turn {
    rules: Arc<Rules>,
    delay: Option<Duration>,
    /// Not to be visited before this: because the site asks for it, or because nothing was waiting.
    next: Instant,
    visiting: usize,
    complete: bool,
}

impl<'a> Sites<'a> {
    /// Reads each site's robots rules. A site that does not answer is not crawled; its seed is marked with the reason.
    pub(super) async fn open(db: &'a Database, client: &Client, crawler: i32, sites: Vec<Site>) -> Result<Self> {
        let mut turns = Vec::new();
        for site in sites {
            match client.robots(&site).await {
                Ok(robots) => {
                    let (delay, next) = (robots.delay(), Instant::now());
                    let rules = Arc::new(Rules { site, robots });
                    turns.push(Turn { rules, delay, next, visiting: 0, complete: false });
                }
                Err(failure) => refuse(db, &site, failure).await?,
            }
        }
        Ok(Self { db, crawler, sites: turns })
    }

    /// Takes up to `free` addresses, a fair share from each site that is due.
    pub(super) async fn take(&mut self, free: usize) -> Result<Vec<(usize, Arc<Rules>, Taken)>> {
        let now = Instant::now();
        let mut ready = self.sites.iter().filter(|it| !it.complete && it.next <= now).count();
        let mut free = free;
        let mut all = Vec::new();
        for (index, turn) in self.sites.iter_mut().enumerate() {
            if turn.complete || turn.next > now || free == 0 {
                continue;
            }
            let share = if turn.delay.is_some() { 1 } else { free.div_ceil(ready.max(1)) };
            ready = ready.saturating_sub(1);
            let taken = take(self.db, &turn.rules.site, self.crawler, share).await?;
            free = free.saturating_sub(taken.len());
            turn.visiting += taken.len();
            turn.next = match turn.delay {
                Some(delay) if !taken.is_empty() => now + delay,
                _ if taken.len() < share => now + POLL,
                _ => now,
            };
            all.extend(taken.into_iter().map(|taken| (index, Arc::clone(&turn.rules), taken)));
        }
        Ok(all)
    }

    /// Records that a visit has ended.
    pub(super) fn ended(&mut self, index: usize) {
        if let Some(turn) = self.sites.get_mut(index) {
            turn.visiting = turn.visiting.saturating_sub(1);
        }
    }

    /// Records that there are new addresses.
    pub(super) fn look_again(&mut self) {
        let now = Instant::now();
        self.sites.iter_mut().filter(|it| it.delay.is_none()).for_each(|it| it.next = now);
    }

    /// When to query the frontier again.
    pub(super) fn next_look(&self) -> Instant {
        let turns = self.sites.iter().filter(|it| !it.complete).map(|it| it.next);
        turns.min().unwrap_or_else(Instant::now).max(Instant::now() + Duration::from_millis(1))
    }

    /// Returns whether nothing is left to visit, here or by another crawler. Addresses of a dead crawler are queued
    /// again.
    pub(super) async fn are_complete(&mut self) -> Result<bool> {
        for turn in &mut self.sites {
            let site = &turn.rules.site;
            if turn.complete || turn.visiting > 0 {
                continue;
            }
            if give_back(self.db, site).await? == 0 {
                turn.complete = !is_open(self.db, site).await?;
            }
        }
        Ok(self.sites.iter().all(|it| it.complete))
    }
}
