//! One visit: from an address to a page and where it leads, or to the reason why not.
//!
//! Nothing is kept between visits. Which address comes next, what has been seen and what is stored are the database's.

use std::time::{Duration, Instant};

use url::Url;

use crate::failure::Failure;
use crate::fetch::{Client, Document};
use crate::page::Page;
use crate::site::Rules;

/// A larger page is read on a thread of its own, so that it holds up no other visit.
const LARGE: usize = 256 << 10;

/// What came of visiting one address.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The page, or why there is none.
    pub outcome: Result<Found, Failure>,
    /// The page's links that the rules allow to visit, each once. A subset of the page's links.
    pub links: Vec<Url>,
    /// The page's other links, and what forbids them.
    pub barred: Vec<(Url, Failure)>,
    /// How long it took.
    pub took: Duration,
}

/// A page and where it was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The address of the page, which differs from the one visited after a redirect.
    pub url: Url,
    /// The size of the body in bytes.
    pub size: usize,
    /// The page.
    pub page: Page,
}

/// Visits `url`. The only I/O is the GET; every way it can fail is part of the answer.
pub async fn visit(client: &Client, url: &Url, rules: &Rules) -> Visit {
    let begin = Instant::now();
    let outcome = match client.document(url, rules).await {
        Ok(document) if document.body.len() > LARGE => {
            // A panic while reading would be a mistake of ours, but it is one page's and not the crawl's.
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
