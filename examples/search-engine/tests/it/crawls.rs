//! The state of the database after a crawl.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use orm_pg::prelude::*;
use search_engine::crawl::End;
use search_engine::folder::Folder;
use search_engine::frontier::{Beginning, Lease, Taken, forget, give_back, take};
use search_engine::hosts;
use search_engine::model::{Address, Link, NewAddress, Page, State};
use search_engine::page::Kind;
use search_engine::serve::{Server, files};
use search_engine::site::Site;
use search_engine::store::{Retries, Visited, store};
use search_engine::visit::{Found, Visit};
use url::Url;

use crate::server;
use crate::support::{Web, beginning, contents, go, resume};

async fn count(db: &Database, state: State) -> i64 {
    Address::query().filter(|a| a.state.eq(state)).count(db).await.unwrap()
}

#[orm_pg::test(migrations = "migrations")]
async fn every_bad_page_is_recorded_and_the_crawl_goes_on(db: Database) -> Result<()> {
    let base = server::start().await;
    let (stored, end) = go(&db, &[Site::of(&base).unwrap()], u64::MAX).await;
    assert_eq!(end, End::Complete);

    let addresses = Address::query().select(|a| (a.url, a.state, a.reason)).all(&db).await?;
    let mut found: BTreeMap<String, (State, String)> = BTreeMap::new();
    for (url, state, reason) in addresses {
        let path = url.strip_prefix(base.as_str()).map_or(url.clone(), |path| format!("/{path}"));
        found.insert(path, (state, reason.unwrap_or_default()));
    }
    let expect = |state: State, reason: &str, paths: &str| {
        for path in paths.split(' ') {
            assert_eq!(found.get(path), Some(&(state, reason.to_owned())), "{path}");
        }
    };
    expect(State::Failed, "timeout", "/silent /drip /drip-header");
    expect(State::Failed, "broken answer", "/close /reset /huge-header /short-body /not-http");
    expect(State::Failed, "redirect loop", "/loop /loop-two");
    expect(State::Failed, "too many redirects", "/endless");
    expect(State::Failed, "bad redirect", "/redirect-nowhere /redirect-mail");
    expect(State::Failed, "redirect off site", "/redirect-away");
    expect(State::Failed, "robots", "/redirect-private");
    expect(State::Failed, "too big", "/huge /huge-announced /endless-body");
    expect(State::Failed, "status 404", "/missing /next");
    expect(State::Failed, "status 500", "/error");
    expect(State::Failed, "content type", "/image /no-type");
    expect(State::Failed, "content encoding", "/gzip");
    expect(State::Skipped, "robots", "/private/a /private/b");
    expect(State::Skipped, "another site", "http://example.org/");
    expect(State::Redirected, "", "/redirect");
    expect(State::Done, "", "/ /good /links /latin1 /nul /broken /rubbish /robots-tag");
    assert_eq!(found.len(), 36, "{found:?}");

    let mut pages = Page::query().order_by(|p| p.url.asc()).select(|p| p.url).all(&db).await?;
    pages.iter_mut().for_each(|url| *url = url.replace(base.as_str(), "/"));
    assert_eq!(pages, ["/", "/broken", "/good", "/latin1", "/links", "/nul", "/rubbish"]);
    assert_eq!(stored.pages, 7);
    let nul = Page::query().filter(|p| p.title.eq("Nul")).one(&db).await?;
    assert_eq!((nul.body.as_str(), nul.notes.as_str(), nul.charset.as_str()), ("text", "nul bytes", "UTF-8"));
    let tries = Address::query().filter(|a| a.url.ends_with("/error")).one(&db).await?.tries;
    assert_eq!(tries, 1, "a server error is tried again before it counts");
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn pages_and_links_are_all_there(db: Database) -> Result<()> {
    let web = Web::start(100, Duration::ZERO).await;
    let (stored, end) = go(&db, &[web.site()], u64::MAX).await;
    assert_eq!((stored.pages, end), (100, End::Complete));
    let (pages, links) = contents(&db).await;
    // The last pages link to some that are missing; every page links to two others, the first one and another site.
    assert_eq!((pages.len(), links.len()), (100, 400));
    assert!(pages.windows(2).all(|two| two[0].0 < two[1].0), "each page once");
    assert_eq!((count(&db, State::Failed).await, count(&db, State::Skipped).await), (101, 1));
    let deepest = Address::query().select(|a| a.depth.max()).one(&db).await?;
    assert_eq!(deepest, Some(7));
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn a_crawl_that_is_over_begins_anew_and_drops_what_is_gone(db: Database) -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("index.html", "<title>Home</title><a href=a.html>a</a><a href=b.html>b</a>");
    write("a.html", "<title>A</title><a href=b.html>b</a>");
    write("b.html", "<title>B</title>");
    let server = Server::start(files(folder.path()).unwrap()).await.unwrap();
    let site = Site::of(server.url()).unwrap();
    assert_eq!(go(&db, std::slice::from_ref(&site), u64::MAX).await.0.pages, 3);

    write("a.html", "<title>A2</title>");
    std::fs::remove_file(folder.path().join("b.html")).unwrap();
    assert_eq!(beginning(&db, &site).await, Beginning::New);
    resume(&db, std::slice::from_ref(&site), u64::MAX, std::future::pending()).await;
    let titles = Page::query().order_by(|p| p.title.asc()).select(|p| p.title).all(&db).await?;
    assert_eq!(titles, ["A2", "Home"]);
    assert_eq!(Link::query().count(&db).await?, 2);

    assert_eq!(forget(&db, &site).await?, 3);
    assert_eq!((Page::query().count(&db).await?, Link::query().count(&db).await?), (0, 0));
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn a_crawl_stops_at_a_number_of_pages_and_goes_on_from_there(db: Database) -> Result<()> {
    let web = Web::start(100, Duration::from_millis(1)).await;
    let (stored, end) = go(&db, &[web.site()], 30).await;
    assert_eq!((stored.pages, end), (30, End::Enough));
    assert!(matches!(beginning(&db, &web.site()).await, Beginning::Resumed(_)));
    let (stored, end) = resume(&db, &[web.site()], u64::MAX, std::future::pending()).await;
    assert_eq!((stored.pages, end), (70, End::Complete));
    assert!(web.hits().iter().all(|hits| *hits == 1));
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn a_crawl_that_is_stopped_stores_what_it_has_begun(db: Database) -> Result<()> {
    let web = Web::start(500, Duration::from_millis(10)).await;
    beginning(&db, &web.site()).await;
    let stop = tokio::time::sleep(Duration::from_millis(200));
    let (stored, end) = resume(&db, &[web.site()], u64::MAX, stop).await;
    assert_eq!((end, count(&db, State::Taken).await), (End::Stopped, 0));
    assert_eq!(Page::query().count(&db).await?, i64::try_from(stored.pages).unwrap());
    let (more, _) = go(&db, &[web.site()], u64::MAX).await;
    assert_eq!(stored.pages + more.pages, 500);
    assert!(web.hits().iter().all(|hits| *hits == 1));
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn several_sites_are_crawled_at_once_and_each_takes_up_what_the_other_has_left(db: Database) -> Result<()> {
    let (one, two) = (tempfile::tempdir().unwrap(), Web::start(20, Duration::ZERO).await);
    let link = format!("<title>One</title><a href={}>two</a>", two.url().join("/page/19").unwrap());
    std::fs::write(one.path().join("index.html"), link).unwrap();
    let server = Server::start(files(one.path()).unwrap()).await.unwrap();
    let dead = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap()
    };
    let sites = [Site::of(server.url()).unwrap(), two.site(), Site::of(&dead).unwrap()];
    let (stored, end) = go(&db, &sites, u64::MAX).await;
    assert_eq!((stored.pages, end), (21, End::Complete));
    let seed = Address::query().filter(|a| a.url.eq(dead.as_str())).one(&db).await?;
    assert_eq!((seed.state, seed.reason.as_deref()), (State::Failed, Some("unreachable")));
    Ok(())
}

#[tokio::test]
async fn a_folder_has_the_same_address_wherever_it_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (Folder::serve(folder.path()).await.unwrap(), Folder::serve(folder.path()).await.unwrap());
    assert_eq!(one.site, two.site);
    assert_ne!(one.name().unwrap().1, two.name().unwrap().1);
}

/// An address that is being taken, and a page found there.
fn visited(address: Taken, url: &str, html: &str) -> Visited {
    let url: Url = url.parse().unwrap();
    let page = search_engine::page::Page::read(html.as_bytes(), Kind::Html, None, &url);
    let links = page.links.clone();
    let outcome = Ok(Found { url, size: html.len(), page });
    Visited { address, visit: Visit { outcome, links, barred: vec![], took: Duration::ZERO } }
}

#[orm_pg::test(migrations = "migrations")]
async fn a_page_that_the_database_refuses_fails_alone(db: Database) -> Result<()> {
    let site = Site::of(&"http://example.org/".parse().unwrap()).unwrap();
    let rows = ["a", "b", "c", "d"].map(|name| NewAddress::new(format!("http://example.org/{name}"), site.origin(), 0));
    hosts::enter(&db, &rows).await?;
    Address::insert_many(rows).execute(&db).await?;
    let lease = Lease::take(&db).await?;
    let mut taken = take(&db, &site, lease.crawler, 10).await?;
    taken.sort_by_key(|address| address.id);
    assert_eq!(taken.len(), 4);
    let mut batch: Vec<_> = taken
        .into_iter()
        .map(|address| visited(address.clone(), address.url.as_str(), "<title>Good</title>"))
        .collect();
    // The reader removes NUL and cuts pages to the size of a `tsvector`; this is what would happen if it missed one.
    let words: String = (0..200_000).map(|number| format!("word{number} ")).collect();
    for (index, text) in [(1, "a\0b".to_owned()), (2, words)] {
        if let Ok(found) = &mut batch[index].visit.outcome {
            found.page.text = text;
        }
    }
    let retries = Retries { tries: 1, pause: Duration::ZERO };
    let stored = store(&db, &batch, &retries).await?;
    assert_eq!((stored.visits, stored.pages, stored.failed), (4, 2, 2));
    let failed = Address::query().filter(|a| a.state.eq(State::Failed)).order_by(|a| a.id.asc());
    let failed = failed.select(|a| (a.url, a.reason.coalesce(""))).all(&db).await?;
    let refused = |url: &str| (url.to_owned(), "refused by the database".to_owned());
    assert_eq!(failed, ["http://example.org/b", "http://example.org/c"].map(refused));
    lease.release().await
}

#[orm_pg::test(migrations = "migrations")]
async fn only_what_dead_crawlers_have_taken_is_given_back(db: Database) -> Result<()> {
    let site = Site::of(&"http://example.org/".parse().unwrap()).unwrap();
    let rows = (0..10).map(|n| NewAddress::new(format!("http://example.org/{n}"), site.origin(), 0));
    let rows: Vec<_> = rows.collect();
    hosts::enter(&db, &rows).await?;
    Address::insert_many(rows).execute(&db).await?;
    let (one, two) = (Lease::take(&db).await?, Lease::take(&db).await?);
    assert_eq!(take(&db, &site, one.crawler, 3).await?.len(), 3);
    assert_eq!(take(&db, &site, two.crawler, 4).await?.len(), 4);
    assert_eq!(give_back(&db, &site).await?, 0);
    one.release().await?;
    assert_eq!(give_back(&db, &site).await?, 3);
    assert_eq!(take(&db, &site, two.crawler, 10).await?.len(), 6);
    two.release().await
}

#[orm_pg::test(migrations = "migrations")]
async fn the_wish_for_pauses_is_honoured(db: Database) -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("robots.txt", "User-agent: *\nCrawl-delay: 0.3");
    write("index.html", "<a href=a.html>a</a><a href=b.html>b</a><a href=c.html>c</a>");
    ["a.html", "b.html", "c.html"].iter().for_each(|name| write(name, "text"));
    let server = Server::start(files(folder.path()).unwrap()).await.unwrap();
    let began = Instant::now();
    let (stored, _) = go(&db, &[Site::of(server.url()).unwrap()], u64::MAX).await;
    assert_eq!(stored.pages, 4);
    assert!(began.elapsed() >= Duration::from_millis(900), "{:?}", began.elapsed());
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn a_site_that_refuses_its_rules_is_recorded(db: Database) -> Result<()> {
    let refusal = || async { axum::http::StatusCode::SERVICE_UNAVAILABLE };
    let server = Server::start(axum::Router::new().fallback(refusal)).await.unwrap();
    let site = Site::of(server.url()).unwrap();
    go(&db, std::slice::from_ref(&site), u64::MAX).await;
    let seed = Address::query().one(&db).await?;
    assert_eq!((seed.state, seed.reason), (State::Failed, Some("status 503".to_owned())));
    Ok(())
}
