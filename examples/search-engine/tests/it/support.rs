//! A site to crawl, and crawls of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse as _, Response};
use orm_pg::prelude::*;
use search_engine::crawl::{End, Options, crawl};
use search_engine::fetch::{Client, Limits};
use search_engine::frontier::{Beginning, begin};
use search_engine::model::{Link, Page};
use search_engine::serve::Server;
use search_engine::site::Site;
use search_engine::store::{Retries, Stored};
use url::Url;

/// A web site of numbered pages that form a tree and link back to its root.
pub(crate) struct Web {
    server: Server,
    hits: Arc<Mutex<BTreeMap<String, u32>>>,
}

#[derive(Clone)]
struct Shape {
    pages: u32,
    pause: Duration,
    hits: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Web {
    /// Starts a site with this many pages, each of which takes this long.
    pub(crate) async fn start(pages: u32, pause: Duration) -> Self {
        let hits = Arc::default();
        let shape = Shape { pages, pause, hits: Arc::clone(&hits) };
        Self { server: Server::start(Router::new().fallback(answer).with_state(shape)).await.unwrap(), hits }
    }

    pub(crate) fn url(&self) -> &Url {
        self.server.url()
    }

    pub(crate) fn site(&self) -> Site {
        Site::of(self.url()).unwrap()
    }

    /// How often each page was requested.
    pub(crate) fn hits(&self) -> Vec<u32> {
        let hits = self.hits.lock().unwrap();
        hits.iter().filter(|(path, _)| *path != "/robots.txt").map(|(_, hits)| *hits).collect()
    }
}

async fn answer(State(shape): State<Shape>, uri: Uri) -> Response {
    *shape.hits.lock().unwrap().entry(uri.path().to_owned()).or_default() += 1;
    let number = match uri.path() {
        "/" => Some(0),
        path => path.strip_prefix("/page/").and_then(|number| number.parse::<u32>().ok()),
    };
    tokio::time::sleep(shape.pause).await;
    match number {
        Some(number) if number < shape.pages => {
            let (left, right) = (number * 2 + 1, number * 2 + 2);
            let links = [left, right].map(|it| format!("<a href=/page/{it}>page {it}</a> "));
            let text = format!("<title>Page {number}</title><h1>Number {number}</h1><p>word{number} in the text.");
            Html(format!("{text}<a href=/>home</a> {}<a href=http://example.org/>off</a>", links.concat()))
                .into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Crawls without long pauses.
pub(crate) async fn go(db: &Database, sites: &[Site], pages: u64) -> (Stored, End) {
    for site in sites {
        begin(db, site, None).await.unwrap();
    }
    resume(db, sites, pages, std::future::pending()).await
}

/// Crawls sites that have been started.
pub(crate) async fn resume(db: &Database, sites: &[Site], pages: u64, stop: impl Future<Output = ()>) -> (Stored, End) {
    let limits = Limits { timeout: Duration::from_millis(1500), size: 256 << 10, redirects: 5 };
    let retries = Retries { tries: 2, pause: Duration::from_millis(20) };
    let options = Options { tasks: 50, pages, retries };
    crawl(db, &Client::new(limits), sites.to_vec(), &options, stop, |_| {}).await.unwrap()
}

/// Starts a crawl and returns how.
pub(crate) async fn beginning(db: &Database, site: &Site) -> Beginning {
    begin(db, site, None).await.unwrap()
}

/// All pages and all links by their addresses, which must be the same for two crawls of one site.
pub(crate) async fn contents(db: &impl Executor) -> (Vec<(String, String, String)>, Vec<(String, String)>) {
    let pages = Page::query().order_by(|p| p.url.asc()).select(|p| (p.url, p.title, p.body)).all(db).await.unwrap();
    let links = Link::query().with(Link::source().select(|a| a.url)).with(Link::target().select(|a| a.url));
    let links = links.all(db).await.unwrap();
    let mut links: Vec<_> = links.into_iter().map(|(_, source, target)| (source, target)).collect();
    links.sort();
    (pages, links)
}
