//! The models of the six tables, all in a separate schema.
//!
//! An address is the target of any link, visited or not, and belongs to a host. A page has the number of the address it
//! was found at, and links connect addresses, so that a page that must not be indexed can still lead to other pages.

use orm_pg::{prelude::*, schema::Table};

/// All models, which must be what the migrations lead to.
pub const MODELS: &[&Table] = models![Host, Address, Page, Link, Site, Crawler];

/// The state of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, PgEnum)]
#[orm(schema = "search_engine", name = "state")]
pub enum State {
    /// To be visited when it is due.
    Queued,
    /// Being visited by a crawler.
    Taken,
    /// Visited; the result is stored.
    Done,
    /// Visited without success, for the stored reason.
    Failed,
    /// Visited; it redirected to another address.
    Redirected,
    /// Not to be visited: it is on another site, or the site's robots rules forbid it.
    Skipped,
}

/// A host with a known address.
#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(schema = "search_engine", table = "hosts", has_many(addresses: Address))]
pub struct Host {
    /// Scheme, host and port.
    #[orm(key)]
    pub origin: String,
}

/// An address: the crawl's frontier, and its memory.
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
    /// Assigned by the database.
    #[orm(key, identity)]
    pub id: i64,
    /// The normalised address.
    #[orm(unique)]
    pub url: String,
    /// Scheme, host and port.
    #[orm(references(Host, relation = host))]
    pub origin: String,
    /// Its distance from the start of the crawl, in links, when it was first seen.
    pub depth: i32,
    /// Its state.
    #[orm(default = "'queued'")]
    pub state: State,
    /// Why it failed or was skipped, or why the last attempt failed.
    pub reason: Option<String>,
    /// How often a visit failed for a temporary reason.
    #[orm(default = "0")]
    pub tries: i32,
    /// Not to be visited before this time.
    #[orm(default = "now()")]
    pub due_at: DateTime<Utc>,
    /// The crawler that is visiting it.
    pub taken_by: Option<i32>,
    /// When a link to it was first seen.
    #[orm(default = "now()")]
    pub discovered_at: DateTime<Utc>,
}

/// A page that can be searched. The table has one more column, which a migration creates: the `tsvector` for the search.
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
    /// Its headings, one on each line.
    pub headings: String,
    /// Its visible text.
    pub body: String,
    /// The charset it was read in.
    pub charset: String,
    /// The repairs, separated by commas.
    pub notes: String,
    /// The original size in bytes.
    pub size: i32,
    /// When it was last stored.
    #[orm(default = "now()")]
    pub fetched_at: DateTime<Utc>,
}

/// A link from one address to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Model)]
#[orm(schema = "search_engine", table = "links", index(target_id, source_id))]
pub struct Link {
    /// The address with the link.
    #[orm(key, references = Address, on_delete = "cascade")]
    pub source_id: i64,
    /// The target of the link.
    #[orm(key, references = Address, on_delete = "cascade")]
    pub target_id: i64,
}

/// A site that somebody asked to crawl.
#[derive(Debug, Clone, Model)]
#[orm(schema = "search_engine", table = "sites")]
pub struct Site {
    /// The address at which the crawl starts.
    #[orm(key)]
    pub seed: String,
    /// The folder on disk that is served as this site, if it is one.
    pub folder: Option<String>,
    /// When a crawl of it was last started or resumed.
    #[orm(default = "now()", on_update = "now()")]
    pub crawled_at: DateTime<Utc>,
}

/// A crawler: a process that takes addresses for as long as it holds the lock with its number.
#[derive(Debug, Clone, Model)]
#[orm(schema = "search_engine", table = "crawlers")]
pub struct Crawler {
    /// Assigned by the database.
    #[orm(key, identity)]
    pub id: i32,
    /// When it started.
    #[orm(default = "now()")]
    pub began_at: DateTime<Utc>,
}
