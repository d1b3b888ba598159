//! What an answer shows of a page: one projection, relations and all.

use orm_pg::expr::Expr;
use orm_pg::prelude::*;

use crate::model::{Address, AddressColumns, Host, HostColumns, Page};

/// A page as an answer shows it. What is not named here does not travel.
///
/// Five statements for any number of pages, those of one level sent at once: the pages; their addresses; the hosts of
/// those, and what links to them; the pages of that.
#[derive(Debug, Clone, PartialEq, Eq, Projection)]
#[orm(of = Page)]
pub struct Card {
    /// The number of its address.
    pub id: i64,
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Where it is in the web.
    pub address: Place,
}

/// An address among others.
#[derive(Debug, Clone, PartialEq, Eq, Projection)]
#[orm(of = Address)]
pub struct Place {
    /// The host that it is on.
    pub host: HostCard,
    /// How many addresses link to it.
    #[orm(expr = incoming)]
    pub links: i64,
    /// Some of those that link to it and have a title to show, the first that were known.
    #[orm(filter = titled, order_by = |a| a.id.asc(), limit = 4)]
    pub sources: Vec<Source>,
}

/// A host, as an answer shows it.
#[derive(Debug, Clone, PartialEq, Eq, Projection)]
#[orm(of = Host)]
pub struct HostCard {
    /// Scheme, host and port.
    pub origin: String,
    /// The title of its first page, where that is stored.
    #[orm(expr = name)]
    pub name: Option<String>,
}

/// An address that links to a page.
#[derive(Debug, Clone, PartialEq, Eq, Projection)]
#[orm(of = Address)]
pub struct Source {
    /// The address.
    pub url: String,
    /// What is stored of it.
    pub page: Option<Title>,
}

/// No more of a page than its title.
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
        // A page may well link to itself, which says nothing about it.
        titles.map(|(url, page)| (url, page.title.trim())).filter(|(url, _)| *url != self.url).take(3)
    }

    /// What its host is called: by the title of its first page, or else by the host's name.
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
