//! The displayed data of a result: one projection, with its relations.

use orm_pg::expr::Expr;
use orm_pg::prelude::*;

use crate::model::{Address, AddressColumns, Host, HostColumns, Page};

/// A page in the results. Other columns are not fetched.
///
/// Five statements for any number of pages, those of one level sent at once: the pages; their addresses; the hosts of
/// those, and the addresses that link to them; the pages of those addresses.
#[derive(Debug, Clone, PartialEq, Eq, Projection)]
#[orm(of = Page)]
pub struct Card {
    /// The number of its address.
    pub id: i64,
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its address and links.
    pub address: Place,
}

/// An address and its neighbours.
#[derive(Debug, Clone, PartialEq, Eq, Projection)]
#[orm(of = Address)]
pub struct Place {
    /// The host that it is on.
    pub host: HostCard,
    /// The number of addresses that link to it.
    #[orm(expr = incoming)]
    pub links: i64,
    /// Some addresses that link to it and have a title, the first known ones.
    #[orm(filter = titled, order_by = |a| a.id.asc(), limit = 4)]
    pub sources: Vec<Source>,
}

/// A host in the results.
#[derive(Debug, Clone, PartialEq, Eq, Projection)]
#[orm(of = Host)]
pub struct HostCard {
    /// Scheme, host and port.
    pub origin: String,
    /// The title of its first page, if that is stored.
    #[orm(expr = name)]
    pub name: Option<String>,
}

/// An address that links to a page.
#[derive(Debug, Clone, PartialEq, Eq, Projection)]
#[orm(of = Address)]
pub struct Source {
    /// The address.
    pub url: String,
    /// Its page, if stored.
    pub page: Option<Title>,
}

/// Only the title of a page.
#[derive(Debug, Clone, PartialEq, Eq, Projection)]
#[orm(of = Page)]
pub struct Title {
    /// The title.
    pub title: String,
}

impl Card {
    /// The addresses and titles of other pages that link to this one, three at most.
    pub fn linked_from(&self) -> impl Iterator<Item = (&str, &str)> {
        let titles = self.address.sources.iter().filter_map(|it| Some((it.url.as_str(), it.page.as_ref()?)));
        // A page may link to itself, which does not count.
        titles.map(|(url, page)| (url, page.title.trim())).filter(|(url, _)| *url != self.url).take(3)
    }

    /// The name of its host: the title of its first page, or else the host's name.
    pub fn host(&self) -> &str {
        let host = &self.address.host;
        let name = host.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| host.origin.split_once("://").map_or(host.origin.as_str(), |(_, name)| name))
    }
}

fn incoming(a: AddressColumns) -> Expr<i64> {
    Address::incoming().aggregate(a, |l| l.source_id.count())
}

fn titled(a: AddressColumns) -> Cond {
    Address::page().any(a, |p| p.title.ne(""))
}

fn name(h: HostColumns) -> Expr<Option<String>> {
    Page::query().filter(|p| p.url.eq(h.origin.concat("/"))).select(|p| p.title).scalar()
}
