//! A search engine over real pages: crawls a site over HTTP, and keeps in PostgreSQL what it found.
//!
//! Without a database, in the order of a visit:
//!
//! - [`site`]: which addresses belong to a site, and their one spelling; [`robots`]: what the site allows.
//! - [`fetch`]: one GET with limits on time, size and redirects; [`names`]: where hosts are; [`failure`]: every way it
//!   can end without a page.
//! - [`charset`] and [`page`]: bytes to text, title, headings and links.
//! - [`visit`]: the three together, one visit at a time, without any state.
//! - [`pages`], [`serve`] and [`folder`]: real pages to crawl, and a server on loopback to crawl them from.
//! - [`progress`]: what the user sees meanwhile.
//!
//! With the database:
//!
//! - [`model`] and [`schema`]: the tables.
//! - [`frontier`]: which address comes next, and for whom; [`store`]: what visits leave, in one transaction; [`hosts`]:
//!   what addresses belong to.
//! - [`crawl`]: hundreds of visits at once, from the one to the other.
//! - [`search`] and [`stats`]: what the user asks; [`command`] and [`web`]: how, in a terminal and in a browser.
//! - [`story`]: what tasks bring over threads, measured.

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
