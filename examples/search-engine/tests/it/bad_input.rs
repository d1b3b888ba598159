//! Bad input over a real connection: a crawler meets pages like these, and none of them may stop it.

use std::time::{Duration, Instant};

use search_engine::failure::Failure;
use search_engine::fetch::{Client, Limits};
use search_engine::page::{Note, Page};
use search_engine::serve::{Server, files};
use search_engine::site::{Rules, Site};
use search_engine::visit::{Visit, visit};
use url::Url;

use crate::server;

const TIMEOUT: Duration = Duration::from_millis(1500);

fn client() -> Client {
    Client::new(Limits { timeout: TIMEOUT, size: 256 << 10, redirects: 5 })
}

async fn go(base: &Url, path: &str) -> Visit {
    let rules = Rules::open(Site::of(base).unwrap());
    visit(&client(), &base.join(path).unwrap(), &rules).await
}

/// Visits a path of the bad server and expects a failure.
async fn fails(path: &str, failure: Failure) {
    let visit = go(&server::start().await, path).await;
    assert_eq!(visit.outcome.map(|found| found.page).unwrap_err(), failure, "{path}");
    assert!(visit.links.is_empty());
}

/// Visits a path of the bad server and expects a page.
async fn page(path: &str) -> Page {
    go(&server::start().await, path).await.outcome.unwrap().page
}

#[tokio::test]
async fn an_unreachable_server_is_a_reason() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    assert_eq!(go(&base, "/").await.outcome.unwrap_err(), Failure::Unreachable);
    let rules = Rules::open(Site::of(&base).unwrap());
    assert_eq!(client().robots(&rules.site).await.unwrap_err(), Failure::Unreachable);
}

#[tokio::test]
async fn a_server_that_never_answers_times_out() {
    for path in ["/silent", "/drip", "/drip-header"] {
        let begin = Instant::now();
        fails(path, Failure::Timeout).await;
        assert!(begin.elapsed() < TIMEOUT * 3, "{path} took {:?}", begin.elapsed());
    }
}

#[tokio::test]
async fn a_broken_connection_is_a_reason() {
    for path in ["/reset", "/close", "/short-body", "/not-http", "/huge-header"] {
        fails(path, Failure::Broken).await;
    }
}

#[tokio::test]
async fn endless_redirects_end() {
    fails("/loop", Failure::RedirectLoop).await;
    fails("/loop-two", Failure::RedirectLoop).await;
    fails("/endless", Failure::TooManyRedirects).await;
    fails("/redirect-nowhere", Failure::BadRedirect).await;
    fails("/redirect-mail", Failure::BadRedirect).await;
    fails("/redirect-away", Failure::OffSite).await;
}

#[tokio::test]
async fn a_short_redirect_is_followed() {
    let base = server::start().await;
    let found = go(&base, "/redirect").await.outcome.unwrap();
    assert_eq!((found.url, found.page.title.as_str()), (base.join("/good").unwrap(), "Good"));
}

#[tokio::test]
async fn a_huge_page_is_not_read_to_its_end() {
    let begin = Instant::now();
    fails("/huge", Failure::TooBig).await;
    fails("/huge-announced", Failure::TooBig).await;
    fails("/endless-body", Failure::TooBig).await;
    assert!(begin.elapsed() < TIMEOUT);
}

#[tokio::test]
async fn statuses_and_content_types_are_reasons() {
    fails("/missing", Failure::Status(404)).await;
    fails("/error", Failure::Status(500)).await;
    fails("/image", Failure::ContentType).await;
    fails("/no-type", Failure::ContentType).await;
    fails("/gzip", Failure::ContentEncoding).await;
}

#[tokio::test]
async fn wrong_encodings_give_readable_text_and_a_note() {
    assert_eq!(page("/latin1").await.title, "Grün");
    assert_eq!(page("/utf-16").await.title, "Grün");
    let wrong = page("/wrong-charset").await;
    assert_eq!((wrong.title.as_str(), wrong.notes.as_slice()), ("Gr\u{fffd}n", &[Note::Undecodable][..]));
    assert_eq!(page("/unknown-charset").await.notes, [Note::UnknownCharset]);
}

#[tokio::test]
async fn nul_bytes_do_not_reach_the_database() {
    let page = page("/nul").await;
    assert_eq!((page.title.as_str(), page.text.as_str(), page.notes.as_slice()), ("Nul", "text", &[Note::Nul][..]));
}

#[tokio::test]
async fn broken_html_is_read() {
    let base = server::start().await;
    let visit = go(&base, "/broken").await;
    assert_eq!(visit.links, [base.join("/next").unwrap()]);
    let page = visit.outcome.unwrap().page;
    assert_eq!((page.title.as_str(), page.text.as_str()), ("Broken", "Open\nnext page\n<"));
}

#[tokio::test]
async fn binary_rubbish_named_html_is_a_page_without_nul() {
    let page = page("/rubbish").await;
    assert!(!page.text.contains('\0') && page.notes.contains(&Note::Nul));
}

#[tokio::test]
async fn wishes_in_a_header_are_obeyed() {
    let base = server::start().await;
    let visit = go(&base, "/robots-tag").await;
    assert!(visit.links.is_empty() && !visit.outcome.unwrap().page.index);
}

#[tokio::test]
async fn robots_rules_hold_for_visits_links_and_redirects() {
    let base = server::start().await;
    let site = Site::of(&base).unwrap();
    let robots = client().robots(&site).await.unwrap();
    let rules = Rules { site, robots };
    let at = async |path: &str| visit(&client(), &base.join(path).unwrap(), &rules).await;
    assert_eq!(at("/private/a").await.outcome.unwrap_err(), Failure::Robots);
    assert_eq!(at("/redirect-private").await.outcome.unwrap_err(), Failure::Robots);
    assert_eq!(at("/links").await.links, [base.join("/good").unwrap()]);
}

#[tokio::test]
async fn hundreds_of_visits_at_once_share_one_client() {
    let base = server::start().await;
    let (client, rules) = (client(), Rules::open(Site::of(&base).unwrap()));
    let mut visits = tokio::task::JoinSet::new();
    for number in 0..300 {
        let (client, rules, url) = (client.clone(), rules.clone(), base.join(&format!("/good?{number}")).unwrap());
        visits.spawn(async move { visit(&client, &url, &rules).await.outcome.is_ok() });
    }
    assert!(visits.join_all().await.into_iter().all(|ok| ok));
}

#[tokio::test]
async fn a_folder_is_served_and_can_be_crawled_by_links() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("a b&c.html", "<title>Odd name</title>");
    write("book/index.html", "<title>Book</title><a href=one.html>one</a>");
    write("plain/notes.txt", "Notes");
    write("plain/picture.png", "no page");
    write(".hidden/a.html", "hidden");
    let server = Server::start(files(folder.path()).unwrap()).await.unwrap();
    let base = server.url();
    let links = |visit: &Visit| visit.links.iter().map(|link| link.path().to_owned()).collect::<Vec<_>>();

    let list = go(base, "/").await;
    assert_eq!(links(&list), ["/a%20b%26c.html", "/book/index.html", "/plain/"]);
    assert!(!list.outcome.unwrap().page.index);
    assert_eq!(links(&go(base, "/plain/").await), ["/plain/notes.txt"]);
    assert_eq!(go(base, "/a%20b%26c.html").await.outcome.unwrap().page.title, "Odd name");
    let book = go(base, "/book").await;
    assert_eq!(links(&book), ["/book/one.html"]);
    assert_eq!(book.outcome.unwrap().url.path(), "/book/");
    assert_eq!(go(base, "/plain/notes.txt").await.outcome.unwrap().page.text, "Notes");
    assert_eq!(go(base, "/none").await.outcome.unwrap_err(), Failure::Status(404));
}

#[cfg(unix)]
#[tokio::test]
async fn what_lies_outside_the_folder_is_not_served() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(outside.path().join("secret.txt"), "secret").unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).unwrap();
    let server = Server::start(files(folder.path()).unwrap()).await.unwrap();
    for path in ["/link/secret.txt", "/..%2fsecret.txt", "/link", "/%2fetc/hostname"] {
        assert_eq!(go(server.url(), path).await.outcome.unwrap_err(), Failure::Status(403), "{path}");
    }
}
