//! What is kept: the models of the six tables, all in a schema of their own.
//!
//! An address is whatever a link has ever led to, visited or not, and belongs to a host. A page has the number of the
//! address it was found at, and links go from address to address, so that a page that must not be indexed still leads
//! somewhere.

use orm_pg::prelude::*;

/// Where an address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, PgEnum)]
#[orm(schema = "search_engine", name = "state")]
pub enum State {
    /// To be visited, when it is due.
    Queued,
    /// Being visited by a crawler.
    Taken,
    /// Visited; what was found is stored.
    Done,
    /// Visited without success, for the reason that is stored.
    Failed,
    /// Visited; it led to another address.
    Redirected,
    /// Not to be visited: on another site, or the site's robots rules forbid it.
    Skipped,
}

/// A host that an address is known of.
#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(schema = "search_engine", table = "hosts", has_many(addresses: Address))]
pub struct Host {
    /// Scheme, host and port.
    #[orm(key)]
    pub origin: String,
}

/// An address: the frontier of the crawl, and its memory.
#[derive(Debug, Clone, Model)]
#[orm(
    schema = "search_engine",
    table = "addresses",
    index(origin, state, due_at, id),
    has_one(page: Page),
    has_many(targets: Address, through = Link, key = source_id, other_key = target_id),
    has_many(sources: Address, through = Link, key = target_id, other_key = source_id),
    has_many(incoming: Link, key = target_id)
)]
pub struct Address {
    /// Counted up by the database.
    #[orm(key, identity)]
    pub id: i64,
    /// The address in its one spelling.
    #[orm(unique)]
    pub url: String,
    /// Scheme, host and port.
    #[orm(references(Host, relation = host))]
    pub origin: String,
    /// How many links away from where the crawl began it was first seen.
    pub depth: i32,
    /// Where it stands.
    #[orm(default = "'queued'")]
    pub state: State,
    /// Why it failed or was skipped, or why the last try failed.
    pub reason: Option<String>,
    /// How often a visit failed for a reason that may pass.
    #[orm(default = "0")]
    pub tries: i32,
    /// Not to be visited before this.
    #[orm(default = "now()")]
    pub due_at: DateTime<Utc>,
    /// The crawler that visits it now.
    pub taken_by: Option<i32>,
    /// When a link to it was first seen.
    #[orm(default = "now()")]
    pub discovered_at: DateTime<Utc>,
}

/// A page that can be searched. The table has one more column, made by [`schema`](crate::schema): the `tsvector`
/// that the search looks into.
#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(schema = "search_engine", table = "pages")]
pub struct Page {
    /// The number of its address.
    #[orm(key, references(Address, relation = address, on_delete = cascade))]
    pub id: i64,
    /// Its address.
    #[orm(unique)]
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its headings, a line each.
    pub headings: String,
    /// Its visible text.
    pub body: String,
    /// The charset it was read in.
    pub charset: String,
    /// What had to be mended, separated by commas.
    pub notes: String,
    /// The size in bytes, as it came.
    pub size: i32,
    /// When it was last stored.
    #[orm(default = "now()")]
    pub fetched_at: DateTime<Utc>,
}

/// That one address links to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Model)]
#[orm(schema = "search_engine", table = "links", index(target_id, source_id))]
pub struct Link {
    /// The address with the link.
    #[orm(key, references = Address, on_delete = "cascade")]
    pub source_id: i64,
    /// Where it leads.
    #[orm(key, references = Address, on_delete = "cascade")]
    pub target_id: i64,
}

/// A site that somebody asked to crawl.
#[derive(Debug, Clone, Model)]
#[orm(schema = "search_engine", table = "sites")]
pub struct Site {
    /// The address that the crawl begins at.
    #[orm(key)]
    pub seed: String,
    /// The folder on disk that is served as this site, if it is one.
    pub folder: Option<String>,
    /// When a crawl of it was last begun or resumed.
    #[orm(default = "now()", on_update = "now()")]
    pub crawled_at: DateTime<Utc>,
}

/// A crawler: a process that takes addresses, for as long as it holds the lock of its number.
#[derive(Debug, Clone, Model)]
#[orm(schema = "search_engine", table = "crawlers")]
pub struct Crawler {
    /// Counted up by the database.
    #[orm(key, identity)]
    pub id: i32,
    /// When it began.
    #[orm(default = "now()")]
    pub began_at: DateTime<Utc>,
}
