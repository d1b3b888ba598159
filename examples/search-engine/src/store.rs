//! Stores the results of visits: several visits in one transaction, each completely or not at all.
//!
//! A visit has four results: its page, the links of the page, the new addresses among them, and the state of the
//! address. Together they distinguish a visited address from one that is still waiting.

mod fate;
mod links;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use orm_pg::ErrorKind;
use orm_pg::prelude::*;

use self::fate::Fate;
use crate::frontier::Taken;
use crate::hosts;
use crate::model::{Address, Link, NewAddress, NewPage, Page, State};
use crate::visit::{Found, Visit};

/// A finished visit, and its address.
#[derive(Debug, Clone)]
pub struct Visited {
    /// The address.
    pub address: Taken,
    /// Its result.
    pub visit: Visit,
}

/// Counts of stored visits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stored {
    /// Visits.
    pub visits: u64,
    /// Pages that can be searched now.
    pub pages: u64,
    /// Bytes of those pages.
    pub bytes: u64,
    /// Links on those pages.
    pub links: u64,
    /// Addresses that are new and will be visited.
    pub queued: u64,
    /// Addresses that failed permanently.
    pub failed: u64,
    /// Addresses that will be tried again later.
    pub retried: u64,
}

impl std::ops::AddAssign for Stored {
    fn add_assign(&mut self, other: Self) {
        self.visits += other.visits;
        self.pages += other.pages;
        self.bytes += other.bytes;
        self.links += other.links;
        self.queued += other.queued;
        self.failed += other.failed;
        self.retried += other.retried;
    }
}

/// How often an address is tried again after temporary failures, and how long to wait before the first time; each wait
/// is twice as long as the one before.
#[derive(Debug, Clone)]
pub struct Retries {
    /// The maximum number of visits for an address.
    pub tries: i32,
    /// The first pause.
    pub pause: Duration,
}

/// Stores a batch of visits in one transaction.
///
/// If the server refuses it, each visit is stored in a separate transaction, and one that is still refused is recorded
/// as failed: no page stops a crawl.
///
/// # Errors
/// When the database cannot be reached. Then nothing is stored: the visits are repeated when the crawl resumes.
pub async fn store(db: &Database, batch: &[Visited], retries: &Retries) -> Result<Stored> {
    let refused = match together(db, batch, retries).await {
        Err(error) if is_about_data(&error) => error,
        other => return other,
    };
    match batch {
        [] => Err(refused),
        [visited] => fate::refused(db, visited.address.id).await,
        batch => {
            let mut stored = Stored::default();
            for visited in batch {
                stored += Box::pin(store(db, std::slice::from_ref(visited), retries)).await?;
            }
            Ok(stored)
        }
    }
}

/// Whether the database refused the data, or the data could not even be sent, and the same would happen again: not a
/// failure of the server or the connection.
fn is_about_data(error: &Error) -> bool {
    let refused = |state: &str| ["22", "23", "54"].iter().any(|class| state.starts_with(class));
    error.kind() == ErrorKind::Encode || error.sql_state().is_some_and(refused)
}

async fn together(db: &Database, batch: &[Visited], retries: &Retries) -> Result<Stored> {
    // Two crawlers that store the same new addresses wait for each other; after a deadlock one of them starts again.
    db.transaction_with(TransactionOptions::new().retry(5), async |tx| write(tx, batch, retries).await).await
}

/// A page that was found, at its final address.
struct Source<'a> {
    id: i64,
    depth: i32,
    found: &'a Found,
    visit: &'a Visit,
}

/// Nine round trips, and two more if there are redirects.
async fn write(tx: &Transaction<'_>, batch: &[Visited], retries: &Retries) -> Result<Stored> {
    let mut moved = moved(tx, batch).await?;
    let mut sources = Vec::new();
    let mut fates = Vec::new();
    for Visited { address, visit } in batch {
        fates.push((address.id, Fate::of(address, visit, retries)));
        let Ok(found) = &visit.outcome else { continue };
        // The target of a redirect may be stored already, or be about to be: then it is not ours.
        let id = if found.url == address.url { Some(address.id) } else { moved.remove(found.url.as_str()) };
        sources.extend(id.map(|id| Source { id, depth: address.depth, found, visit }));
    }
    let (targets, queued) = links::targets(tx, &sources).await?;
    let pages: Vec<_> = sources.iter().filter(|source| source.found.page.index).map(page).collect();
    let mut stored = Stored { visits: count(batch), pages: count(&pages), queued, ..Stored::default() };
    stored.bytes = pages.iter().map(|page| u64::try_from(page.size).unwrap_or_default()).sum();
    for (_, fate) in &fates {
        stored.failed += u64::from(fate.is_failure());
        stored.retried += u64::from(matches!(fate, Fate::Retry(..)));
    }
    drop_old(tx, &sources, &fates, &pages).await?;
    stored.links = links::write(tx, &sources, &targets).await?;
    Page::insert_many(pages)
        .on_conflict(|p| p.id)
        .do_update(|p, new| {
            let text = (p.title.set(new.title), p.headings.set(new.headings), p.body.set(new.body));
            (text, p.charset.set(new.charset), p.notes.set(new.notes), p.size.set(new.size), p.fetched_at.set(now()))
        })
        .execute(tx)
        .await?;
    fate::write(tx, fates).await?;
    Ok(stored)
}

fn count<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

/// Marks the targets of redirects as visited, and returns those that no other crawler has visited or is about to visit.
async fn moved(tx: &Transaction<'_>, batch: &[Visited]) -> Result<HashMap<String, i64>> {
    let mut seen = HashSet::new();
    let mut new: Vec<NewAddress> = Vec::new();
    for Visited { address, visit } in batch {
        let Ok(found) = &visit.outcome else { continue };
        if found.url != address.url && seen.insert(&found.url) {
            let origin = found.url.origin().ascii_serialization();
            let row = NewAddress::new(found.url.as_str(), origin, address.depth);
            new.push(NewAddress { state: State::Done.into(), ..row });
        }
    }
    new.sort_by(|a, b| a.url.cmp(&b.url));
    hosts::enter(tx, &new).await?;
    let ours = Address::insert_many(new)
        .on_conflict(|a| a.url)
        .do_update(|a, new| (a.state.set(new.state), a.reason.set(None)))
        .filter(|a, _| a.state.not_in([State::Done, State::Taken]))
        .returning(|a| (a.url, a.id));
    Ok(ours.all(tx).await?.into_iter().collect())
}

fn page(source: &Source<'_>) -> NewPage {
    let Found { url, size, page } = source.found;
    let notes: Vec<_> = page.notes.iter().map(crate::page::Note::as_str).collect();
    NewPage {
        id: source.id,
        url: url.as_str().to_owned(),
        title: page.title.clone(),
        headings: page.headings.join("\n"),
        body: page.text.clone(),
        charset: page.charset.to_owned(),
        notes: notes.join(", "),
        size: i32::try_from(*size).unwrap_or(i32::MAX),
        fetched_at: Auto,
    }
}

/// Deletes outdated results of an earlier crawl: the links of pages that were read again, and the pages of addresses
/// that no longer have one.
async fn drop_old(
    tx: &Transaction<'_>,
    sources: &[Source<'_>],
    fates: &[(i64, Fate)],
    pages: &[NewPage],
) -> Result<()> {
    let kept: HashSet<i64> = pages.iter().map(|page| page.id).collect();
    let gone = fates.iter().filter(|(_, fate)| fate.is_final()).map(|(id, _)| *id);
    let all: Vec<i64> = gone.chain(sources.iter().map(|source| source.id)).collect();
    let without: Vec<i64> = all.iter().copied().filter(|id| !kept.contains(id)).collect();
    Link::query().filter(|l| l.source_id.in_(&all)).delete().execute(tx).await?;
    if !without.is_empty() {
        Page::query().filter(|p| p.id.in_(&without)).delete().execute(tx).await?;
    }
    Ok(())
}
