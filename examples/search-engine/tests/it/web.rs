//! The search page over HTTP: the page for a browser without scripts, and the JSON for programs.

use std::time::Duration;

use orm_pg::prelude::*;
use search_engine::crawl::{Options, crawl};
use search_engine::fetch::{Client, Limits};
use search_engine::folder::Folder;
use search_engine::frontier::begin;
use search_engine::schema;
use search_engine::web;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Attacks of a hostile page: in its title, in its text, and with the characters that mark matches.
const HOSTILE: &str = "<!doctype html><title>&lt;script&gt;window.hacked=1&lt;/script&gt; wolf</title>\
    <p>wolf \u{2}wolf\u{2}\" autofocus onfocus=window.hacked=3 &lt;img src=x onerror=window.hacked=2 wolf<a href=/pools.html></a>";

/// The search page over a database, until this is dropped.
pub(crate) struct Served {
    pub(crate) port: u16,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<std::io::Result<()>>,
}

impl Served {
    pub(crate) async fn start(db: &Database) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel();
        let stopped = async move { drop(stopped.await) };
        Self { port, stop, ended: tokio::spawn(web::run(db.clone(), listener, stopped)) }
    }

    /// Returns the status, the head and the body.
    async fn get(&self, host: &str, path: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}:{}\r\nConnection: close\r\n\r\n", self.port);
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), head.to_owned(), body.to_owned())
    }

    async fn page(&self, path: &str) -> String {
        let (status, _, body) = self.get("localhost", path).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn json(&self, path: &str) -> Value {
        let (status, head, body) = self.get("localhost", path).await;
        assert!(status == 200 && head.contains("application/json"), "{head} {body}");
        serde_json::from_str(&body).unwrap()
    }
}

/// Crawls a folder with a hostile page and 25 pages about pears.
pub(crate) async fn filled(db: &Database) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let links: String = (0..25).map(|number| format!("<a href=pear{number}.html>x</a> ")).collect();
    write("index.html", &format!("<title>Home</title>{links}<a href=hostile.html>y</a><a href=/pools.html>z</a>"));
    (0..25).for_each(|number| {
        write(&format!("pear{number}.html"), &format!("<title>Tree {number}</title><p>Pears grow."))
    });
    write("pools.html", "<title>Connection pools</title><p>A pool lends connections to tasks.");
    write("hostile.html", HOSTILE);
    let served = Folder::serve(folder.path()).await.unwrap();
    begin(db, &served.site, served.path.to_str()).await.unwrap();
    let client = Client::with_names(Limits::default(), [served.name().unwrap()].into_iter().collect());
    let sites = vec![served.site.clone()];
    let (stored, _) = crawl(db, &client, sites, &Options::default(), std::future::pending(), |_| {}).await.unwrap();
    assert_eq!(stored.pages, 28);
    folder
}

#[orm_pg::test(migrations = "migrations")]
async fn the_page_works_without_its_script(db: Database) -> Result<()> {
    let _folder = filled(&db).await;
    let served = Served::start(&db).await;
    let page = served.page("/?q=pools").await;
    assert!(page.contains("<title>pools – Search engine</title>") && page.contains("value=\"pools\""), "{page}");
    assert!(page.contains(">Connection pools</a>") && page.contains("<mark>pool</mark> lends"), "{page}");
    assert!(page.contains("<span class=\"host\">Home</span>") && page.contains(" · 2 links</p>"), "{page}");
    assert!(
        page.contains("<p class=\"from\">Linked from <a href=\"http://") && page.contains(">Home</a> · <a"),
        "{page}"
    );
    assert!(page.contains("role=\"status\" aria-live=\"polite\">1 page in "), "{page}");
    assert!(page.contains("<label for=\"q\">") && page.contains("action=\"/\" method=\"get\""), "{page}");
    let page = served.page("/?q=xyzzy").await;
    assert!(page.contains("No page has these words") && !page.contains("<ol"), "{page}");
    let page = served.page("/").await;
    assert!(page.contains("28 pages of 1 site"), "{page}");
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn more_results_are_a_link_away(db: Database) -> Result<()> {
    let _folder = filled(&db).await;
    let served = Served::start(&db).await;
    let mut seen = Vec::new();
    for (page, start, hits) in [(1, "<ol start=\"1\">", 10), (2, "<ol start=\"11\">", 10), (3, "<ol start=\"21\">", 5)]
    {
        let html = served.page(&format!("/?q=pears&page={page}")).await;
        assert!(html.contains(start) && html.contains(">25 pages in "), "{html}");
        let titles: Vec<_> =
            html.split(">Tree ").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
        assert_eq!(titles.len(), hits);
        seen.extend(titles);
        assert_eq!(html.contains("rel=\"next\""), page < 3);
        assert_eq!(html.contains("rel=\"prev\""), page > 1);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 25, "each once");
    assert!(served.page("/?q=pears&page=4").await.contains("none so far down"));
    let (status, _, body) = served.get("localhost", "/?q=pears&page=0").await;
    assert!(status == 400 && body.contains("page is a number from 1 to 20, not &quot;0&quot;"), "{body}");
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn no_page_that_was_crawled_adds_html(db: Database) -> Result<()> {
    let _folder = filled(&db).await;
    let served = Served::start(&db).await;
    let (_, head, body) = served.get("localhost", "/?q=wolf").await;
    assert!(
        head.contains("content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'"),
        "{head}"
    );
    assert!(body.contains("&lt;script&gt;window.hacked=1&lt;/script&gt;"), "the title is shown: {body}");
    let text = "&quot; autofocus onfocus=window.hacked=3 &lt;img src=x onerror=window.hacked=2 ";
    assert!(body.contains(text), "the text is shown: {body}");
    assert!(!body.contains("<img") && !body.contains("<script>") && !body.contains("<b>"), "{body}");
    assert_eq!(body.matches("<mark>").count(), body.matches("</mark>").count());

    let (_, _, body) = served.get("localhost", "/?q=pools").await;
    assert!(body.contains("&lt;script&gt;window.hacked=1&lt;/script&gt; wolf</a></p>"), "it links here: {body}");
    assert!(!body.contains("<script>"), "{body}");

    let words = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E'";
    for path in [format!("/?q={words}"), format!("/?q={words}&page={words}")] {
        let (_, _, body) = served.get("localhost", &path).await;
        assert!(!body.contains("<script>") && body.contains("&quot;&gt;&lt;script&gt;"), "{body}");
    }
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn programs_get_json(db: Database) -> Result<()> {
    let _folder = filled(&db).await;
    let served = Served::start(&db).await;
    let answer = served.json("/search.json?q=pools").await;
    assert_eq!((&answer["count"], &answer["more"], &answer["page"]), (&1.into(), &false.into(), &1.into()));
    let hit = &answer["hits"][0];
    assert_eq!(hit["title"], "Connection pools");
    assert!(hit["url"].as_str().unwrap().ends_with(".localhost/pools.html"));
    assert_eq!((&hit["host"]["name"], &hit["links"]), (&"Home".into(), &2.into()));
    let from: Vec<_> = hit["linked_from"].as_array().unwrap().iter().map(|it| it["title"].as_str().unwrap()).collect();
    assert_eq!(from, ["Home", "<script>window.hacked=1</script> wolf"]);
    let pieces = hit["excerpt"].as_array().unwrap();
    assert!(pieces.iter().any(|piece| piece["text"] == "pool" && piece["match"] == true), "{pieces:?}");
    assert_eq!(served.json("/search.json?q=pears&page=2").await["more"], true);
    assert_eq!(served.json("/search.json?q=wolf").await["hits"][0]["title"], "<script>window.hacked=1</script> wolf");
    let (status, _, body) = served.get("localhost", "/search.json?page=x").await;
    assert_eq!((status, body.as_str()), (400, "{\"error\":\"page is a number from 1 to 20, not \\\"x\\\"\"}"));
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn a_word_that_is_being_typed_finds_its_beginning(db: Database) -> Result<()> {
    let _folder = filled(&db).await;
    let served = Served::start(&db).await;
    let count = async |query: &str| served.json(&format!("/search.json?q={query}")).await["count"].as_i64().unwrap();
    assert_eq!((count("connect+le").await, count("connect+le&typing=1").await), (0, 1));
    assert_eq!((count("pe&typing=1").await, count("pe+&typing=1").await), (25, 0));
    assert_eq!(count("pears+-gr&typing=1").await, 25, "what is excluded is not guessed");
    for odd in ["%27", "a%27:*", "%22pea", "%26%7C!", "%00", "%C3%BC", "-", "a%5C"] {
        count(&format!("{odd}&typing=1")).await;
    }
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn pages_of_a_folder_open_under_the_name_they_were_crawled_by(db: Database) -> Result<()> {
    let folder = filled(&db).await;
    let served = Served::start(&db).await;
    let open = served.json("/search.json?q=pools").await["hits"][0]["open"].as_str().unwrap().to_owned();
    let (host, path) = open.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let (host, port) = host.split_once(':').unwrap();
    assert_eq!(port, served.port.to_string());
    let (status, _, body) = served.get(host, &format!("/{path}")).await;
    assert!(status == 200 && body.contains("A pool lends"), "{body}");
    assert_eq!(served.get(host, "/gone.html").await.0, 404);
    assert_eq!(served.get("other-12345678.localhost", "/pools.html").await.0, 404);
    // A row in the table cannot make this server show an arbitrary folder.
    sql!("UPDATE search_engine.sites SET folder = '/'").execute(&db).await?;
    assert_eq!(served.get(host, "/etc/hostname").await.0, 403);
    drop(folder);
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn an_empty_database_says_how_to_crawl(db: Database) -> Result<()> {
    let served = Served::start(&db).await;
    for path in ["/", "/?q=pool"] {
        let page = served.page(path).await;
        assert!(page.contains("There are no pages yet") && page.contains("search-engine crawl "), "{page}");
    }
    Ok(())
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_said() {
    let db = orm_pg::testing::database().await.unwrap();
    schema::ensure(&db).await.unwrap();
    let served = Served::start(&db).await;
    db.close().await;
    let (status, _, body) = served.get("localhost", "/?q=pool").await;
    assert!(
        status == 503 && body.contains("The database does not answer") && body.contains("value=\"pool\""),
        "{body}"
    );
    let (status, _, body) = served.get("localhost", "/search.json?q=pool").await;
    assert!(status == 503 && body.contains("\"error\":\"The database does not answer"), "{body}");
}

#[orm_pg::test(migrations = "migrations")]
async fn it_ends_in_order_even_when_a_connection_is_left_open(db: Database) -> Result<()> {
    let served = Served::start(&db).await;
    let idle = TcpStream::connect(("127.0.0.1", served.port)).await.unwrap();
    served.page("/").await;
    let port = served.port;
    served.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(60), served.ended).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    drop(idle);
    Ok(())
}
