//! The links of fetched pages, and their target addresses.

use std::collections::{BTreeMap, HashMap};

use orm_pg::prelude::*;

use super::{Source, count};
use crate::failure::Failure;
use crate::hosts;
use crate::model::{Address, Link, NewAddress, NewLink, State};

/// Looks up the addresses that the links of `sources` lead to, and inserts new ones. Returns their numbers, and how
/// many were queued.
pub(super) async fn targets(tx: &Transaction<'_>, sources: &[Source<'_>]) -> Result<(HashMap<String, i64>, u64)> {
    let proposed = proposed(sources);
    let mut ids = HashMap::with_capacity(proposed.len());
    let mut left = Vec::new();
    for (url, id, state) in known(tx, proposed.keys().copied()).await? {
        // Another site's crawl has seen it before, and left it to this one.
        let wanted = proposed.get(url.as_str()).is_some_and(|new| matches!(new.state, Defaulted::Auto));
        if wanted && state == State::Skipped {
            left.push(id);
        }
        ids.insert(url, id);
    }
    let mut queued = count(&left);
    if !left.is_empty() {
        let left = Address::query().filter(|a| a.id.in_(left));
        left.update(|a| (a.state.set(State::Queued), a.reason.set(None))).execute(tx).await?;
    }
    // Sorted by address: two crawlers that insert the same ones wait for each other once, without a deadlock.
    let new: Vec<_> = proposed.into_iter().filter(|(url, _)| !ids.contains_key(*url)).map(|(_, new)| new).collect();
    let urls: Vec<_> = new.iter().map(|new| new.url.clone()).collect();
    hosts::enter(tx, &new).await?;
    let entered = Address::insert_many(new).on_conflict(|a| a.url).do_nothing().returning(|a| (a.url, a.id, a.state));
    for (url, id, state) in entered.all(tx).await? {
        queued += u64::from(state == State::Queued);
        ids.insert(url, id);
    }
    let missed: Vec<_> = urls.iter().map(String::as_str).filter(|url| !ids.contains_key(*url)).collect();
    if !missed.is_empty() {
        let others = known(tx, missed.into_iter()).await?;
        ids.extend(others.into_iter().map(|(url, id, _)| (url, id)));
    }
    Ok((ids, queued))
}

/// The targets of links, without duplicates, sorted.
fn proposed<'a>(sources: &[Source<'a>]) -> BTreeMap<&'a str, NewAddress> {
    let mut proposed: BTreeMap<&str, NewAddress> = BTreeMap::new();
    for Source { depth, visit, .. } in sources {
        let allowed = visit.links.iter().map(|url| (url, None));
        let barred = visit.barred.iter().map(|(url, failure)| (url, Some(*failure)));
        for (url, barred) in allowed.chain(barred) {
            let depth = depth.saturating_add(1);
            let new = proposed.entry(url.as_str()).or_insert_with(|| {
                let new = NewAddress::new(url.as_str(), url.origin().ascii_serialization(), depth);
                match barred {
                    Some(failure) => {
                        let reason = Some(why(failure).to_owned());
                        NewAddress { state: State::Skipped.into(), reason, ..new }
                    }
                    None => new,
                }
            });
            new.depth = new.depth.min(depth);
        }
    }
    proposed
}

fn why(failure: Failure) -> &'static str {
    if failure == Failure::OffSite { "another site" } else { "robots" }
}

async fn known(tx: &Transaction<'_>, urls: impl Iterator<Item = &str>) -> Result<Vec<(String, i64, State)>> {
    let urls: Vec<&str> = urls.collect();
    if urls.is_empty() {
        return Ok(Vec::new());
    }
    Address::query().filter(|a| a.url.in_(urls)).select(|a| (a.url, a.id, a.state)).all(tx).await
}

/// Stores the links of `sources`, whose targets have the numbers `ids`.
pub(super) async fn write(tx: &Transaction<'_>, sources: &[Source<'_>], ids: &HashMap<String, i64>) -> Result<u64> {
    let mut rows = Vec::new();
    for source in sources {
        let targets = source.found.page.links.iter().filter_map(|url| ids.get(url.as_str()));
        rows.extend(targets.map(|target| NewLink { source_id: source.id, target_id: *target }));
    }
    Link::insert_many(rows).on_conflict(|l| (l.source_id, l.target_id)).do_nothing().execute(tx).await
}
