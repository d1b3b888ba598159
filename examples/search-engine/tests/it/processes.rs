//! The real program: killed during a crawl, and several at once.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use orm_pg::prelude::*;
use search_engine::model::{Address, Page, State};
use search_engine::schema;

use crate::support::{Web, contents};

/// The program, with a separate database.
struct Program {
    url: String,
    db: Database,
}

impl Program {
    async fn new() -> Self {
        let url = orm_pg::testing::database_url().await.unwrap();
        let db = Database::connect(&url).await.unwrap();
        schema::ensure(&db).await.unwrap();
        Self { url, db }
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_search-engine"));
        command.args(arguments).env("DATABASE_URL", &self.url);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Waits without blocking the server that the program crawls.
    async fn finish(child: Child) -> String {
        let output: Output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        assert!(output.status.success(), "{text}");
        text
    }

    async fn run(&self, arguments: &[&str]) -> String {
        Self::finish(self.start(arguments)).await
    }

    async fn pages(&self) -> i64 {
        Page::query().count(&self.db).await.unwrap()
    }

    async fn until_pages(&self, pages: i64) {
        let began = Instant::now();
        while self.pages().await < pages {
            assert!(began.elapsed() < Duration::from_secs(30), "{} pages", self.pages().await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stored_is_lost_by_kills_and_the_rest_follows() {
    let web = Web::start(400, Duration::from_millis(15)).await;
    let crawl = ["crawl", "--tasks", "20", web.url().as_str()];
    let whole = Program::new().await;
    whole.run(&crawl).await;
    let expected = contents(&whole.db).await;
    assert_eq!(expected.0.len(), 400);

    let program = Program::new().await;
    let mut least = 0;
    for pages in [20, 90, 160, 230] {
        let mut child = program.start(&crawl);
        program.until_pages(pages).await;
        // On Unix this is SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        // The server may still be storing the last batch, so read everything from one snapshot.
        let moment = TransactionOptions::repeatable_read().read_only();
        let moment = program.db.begin_with(moment).await.unwrap();
        let (pages, _) = contents(&moment).await;
        assert!(pages.len() >= least && pages.len() < 400, "{} pages", pages.len());
        assert!(pages.iter().all(|page| expected.0.contains(page)), "every page that is there is whole");
        let half = sql!(
            "SELECT count(*) FROM search_engine.pages p
             WHERE (SELECT count(*) FROM search_engine.links l WHERE l.source_id = p.id) <> 4"
        );
        assert_eq!(half.one::<i64>(&moment).await.unwrap(), 0, "every page that is there has its links");
        let done = Address::query().filter(|a| a.state.eq(State::Done)).count(&moment).await.unwrap();
        assert_eq!(done, i64::try_from(pages.len()).unwrap(), "nothing counts as done that is not stored");
        least = pages.len();
        moment.commit().await.unwrap();
    }
    let text = program.run(&crawl).await;
    assert!(text.contains("resuming"), "{text}");
    assert_eq!(contents(&program.db).await, expected);
    let taken = Address::query().filter(|a| a.state.in_([State::Taken, State::Queued])).count(&program.db).await;
    assert_eq!(taken.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_one_frontier() {
    let web = Web::start(300, Duration::from_millis(20)).await;
    let program = Program::new().await;
    let crawl = ["crawl", "--tasks", "5", web.url().as_str()];
    let children = [program.start(&crawl), program.start(&crawl)];
    let mut pages = Vec::new();
    for child in children {
        let text = Program::finish(child).await;
        let last = text.lines().find(|line| line.contains(" pages in ")).unwrap().to_owned();
        pages.push(last.split(' ').next().unwrap().parse::<i64>().unwrap());
    }
    assert_eq!((pages.iter().sum::<i64>(), program.pages().await), (300, 300), "{pages:?}");
    assert!(pages.iter().all(|pages| *pages > 30), "{pages:?}");
    assert!(web.hits().iter().all(|hits| *hits == 1), "no page is visited twice");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_a_crawl_in_order() {
    let web = Web::start(400, Duration::from_millis(20)).await;
    let program = Program::new().await;
    let child = program.start(&["crawl", "--tasks", "10", web.url().as_str()]);
    program.until_pages(20).await;
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let text = Program::finish(child).await;
    assert!(text.contains("the same command continues from here"), "{text}");
    let taken = Address::query().filter(|a| a.state.eq(State::Taken)).count(&program.db).await.unwrap();
    assert!(taken == 0 && program.pages().await < 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_crawled_searched_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("index.html"),
        "<title>Home</title>Words of \x1b[31mthe page <a href=b.txt>b</a>",
    )
    .unwrap();
    std::fs::write(folder.path().join("b.txt"), "More words").unwrap();
    let program = Program::new().await;
    let path = folder.path().to_str().unwrap();
    let text = program.run(&["crawl", path]).await;
    assert!(text.contains("2 pages in "), "{text}");
    let text = program.run(&["search", "page", "words"]).await;
    assert!(text.contains("1. Home") && text.contains("*Words* of") && text.contains("1 of 1 pages"), "{text}");
    assert!(!text.contains('\x1b'), "a page does not talk to the terminal");
    let text = program.run(&["stats"]).await;
    assert!(text.contains("         2  pages") && text.contains(".localhost/ ("), "{text}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_search_page_is_served_until_an_interrupt() {
    let program = Program::new().await;
    let mut child = program.start(&["serve", "--port", "0"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let address = line.split_once("http://localhost:").unwrap().1.split_once('/').unwrap().0.to_owned();
    assert!(
        line.contains("search at") && std::net::TcpStream::connect(("127.0.0.1", address.parse().unwrap())).is_ok()
    );

    let output = program.start(&["serve", "--port", &address]).wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && text.contains("is taken: name another one with --port"), "{text}");

    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(lines.next().unwrap().unwrap(), "ended");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_command_that_needs_a_lasting_database_says_so() {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_search-engine"));
        let output = command.args(arguments).env_remove("DATABASE_URL").output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, text) = run(&["stats"]);
    assert!(code == Some(1) && text.contains("set DATABASE_URL"), "{text}");
    let (code, text) = run(&["dance"]);
    assert!(code == Some(2) && text.contains("usage:"), "{text}");
}
