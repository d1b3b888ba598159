//! One visit: from an address to a page and its links, or to the reason for failure.
//!
//! There is no state between visits. The database decides the next address, and keeps what has been seen and stored.

use std::time::{Duration, Instant};

use url::Url;

use crate::failure::Failure;
use crate::fetch::{Client, Document};
use crate::page::Page;
use crate::site::Rules;

/// A larger page is parsed on a separate thread, so that it holds up no other visit.
const LARGE: usize = 256 << 10;

/// The result of visiting one address.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The page, or the reason why there is none.
    pub outcome: Result<Found, Failure>,
    /// The page's links that the rules allow to visit, without duplicates. A subset of the page's links.
    pub links: Vec<Url>,
    /// The page's other links, and the rules that forbid them.
    pub barred: Vec<(Url, Failure)>,
    /// The duration of the visit.
    pub took: Duration,
}

/// A page and its final address.
#[derive(Debug, Clone)]
pub struct Found {
    /// The address of the page, which differs from the one visited after a redirect.
    pub url: Url,
    /// The size of the body in bytes.
    pub size: usize,
    /// The page.
    pub page: Page,
}

/// Visits `url`. The only I/O is the GET; every failure is part of the result.
pub async fn visit(client: &Client, url: &Url, rules: &Rules) -> Visit {
    let begin = Instant::now();
    let outcome = match client.document(url, rules).await {
        Ok(document) if document.body.len() > LARGE => {
            // A panic while parsing would be a bug, but it affects one page and not the crawl.
            tokio::task::spawn_blocking(|| read(document)).await.map_err(|_| Failure::Broken)
        }
        Ok(document) => Ok(read(document)),
        Err(failure) => Err(failure),
    };
    let (mut links, mut barred) = (Vec::new(), Vec::new());
    for link in outcome.as_ref().map_or(&[][..], |found| &found.page.links) {
        match rules.check(link) {
            Ok(()) => links.push(link.clone()),
            Err(failure) => barred.push((link.clone(), failure)),
        }
    }
    Visit { outcome, links, barred, took: begin.elapsed() }
}

fn read(document: Document) -> Found {
    let mut page = Page::read(&document.body, document.kind, document.charset.as_deref(), &document.url);
    if let Some(wishes) = &document.wishes {
        page.obey(wishes);
    }
    Found { url: document.url, size: document.body.len(), page }
}
