//! A search engine over real pages: crawls a site over HTTP, and stores the pages in PostgreSQL.
//!
//! Without a database, in the order of a visit:
//!
//! - [`site`]: which addresses belong to a site, and their normalised form; [`robots`]: the addresses that the site
//!   allows.
//! - [`fetch`]: one GET with limits on time, size and redirects; [`names`]: the addresses of hosts; [`failure`]: every
//!   way in which it can end without a page.
//! - [`charset`] and [`page`]: bytes to text, title, headings and links.
//! - [`visit`]: the three together, one visit at a time, without any state.
//! - [`pages`], [`serve`] and [`folder`]: real pages to crawl, and a server on loopback for them.
//! - [`progress`]: progress output.
//!
//! With the database:
//!
//! - [`model`] and [`schema`]: the tables.
//! - [`frontier`]: the next addresses for each crawler; [`store`]: stores the results of visits, in one transaction;
//!   [`hosts`]: the hosts of addresses.
//! - [`crawl`]: takes addresses, visits hundreds at once, and stores the results.
//! - [`search`] and [`stats`]: queries; [`command`] and [`web`]: their interfaces, in a terminal and in a browser.
//! - [`story`]: tasks and threads, measured.

pub mod charset;
pub mod command;
pub mod crawl;
pub mod failure;
pub mod fetch;
pub mod folder;
pub mod frontier;
pub mod hosts;
pub mod model;
pub mod names;
pub mod page;
pub mod pages;
pub mod progress;
pub mod robots;
pub mod schema;
pub mod search;
pub mod serve;
pub mod site;
pub mod stats;
pub mod store;
#[cfg(unix)]
pub mod story;
pub mod visit;
pub mod web;
