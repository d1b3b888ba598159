//! Statistics about the database.

use orm_pg::prelude::*;

use crate::model::{Address, Host, Link, Page, Site, State};

/// The numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Pages that can be searched.
    pub pages: i64,
    /// Their original size in bytes.
    pub bytes: i64,
    /// Links from address to address.
    pub links: i64,
    /// Hosts with a known address.
    pub hosts: i64,
    /// Addresses by state.
    pub states: Vec<(State, i64)>,
    /// Addresses that could not be visited, by reason, the most frequent first.
    pub failures: Vec<(String, i64)>,
    /// The crawled sites, with the folder that each is served from, if any.
    pub sites: Vec<(String, Option<String>)>,
    /// The pages that most others link to.
    pub popular: Vec<(String, i64)>,
}

/// Counts everything.
///
/// # Errors
/// Any error from the server.
pub async fn stats(db: &Database) -> Result<Stats> {
    let pages = Page::query().select(|p| (p.id.count(), p.size.sum()));
    // Addresses of sites that were forgotten have none.
    let hosts = Host::query().filter(|h| Host::addresses().any(h, |a| a.url.is_not_null()));
    let states = Address::query().group_by(|a| a.state).order_by(|a| a.state.asc()).select(|a| (a.state, a.id.count()));
    let failures = Address::query()
        .filter(|a| a.state.eq(State::Failed))
        .group_by(|a| a.reason)
        .order_by(|a| (a.id.count().desc(), a.reason.asc()))
        .select(|a| (a.reason.coalesce("unknown"), a.id.count()));
    let sites = Site::query().order_by(|s| s.seed.asc()).select(|s| (s.seed, s.folder));
    let popular = Page::query()
        .join::<Link>(|(p, l)| l.target_id.eq(p.id))
        .group_by(|(p, _)| (p.id, p.title))
        .order_by(|(p, l)| (l.source_id.count().desc(), p.id.asc()))
        .limit(5)
        .select(|(p, l)| (p.title, l.source_id.count()));
    let (pages, links, hosts) = tokio::try_join!(pages.one(db), Link::query().count(db), hosts.count(db))?;
    let (states, failures, sites, popular) =
        tokio::try_join!(states.all(db), failures.all(db), sites.all(db), popular.all(db))?;
    let (pages, bytes) = (pages.0, pages.1.unwrap_or_default());
    Ok(Stats { pages, bytes, links, hosts, states, failures, sites, popular })
}
