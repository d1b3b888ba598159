//! The results of a search and the statistics.

use std::sync::atomic::{AtomicUsize, Ordering};

use orm_pg::executor::{BoxRowStream, Executor};
use orm_pg::prelude::*;
use orm_pg::row::RowSink;
use orm_pg::statement::Statement;
use search_engine::model::State;
use search_engine::search::{BEGIN, END, search};
use search_engine::serve::{Server, files};
use search_engine::site::Site;
use search_engine::stats::stats;

use crate::support::go;

async fn filled(db: &Database) -> (Server, Site) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let links = "<a href=pools.html>x</a><a href=pears.html>y</a><a href=gone.html>z</a><a href=secret.html>s</a>";
    write("index.html", &format!("<title>Home</title>{links}"));
    write("pools.html", "<title>Pools</title><h1>Connection pools</h1><p>A pool lends connections to tasks.");
    write(
        "pears.html",
        &format!("<title>Pears</title><p>{} Once a pool was beside the tree.", "pear tree ".repeat(50)),
    );
    write("secret.html", "<meta name=robots content=noindex><title>Secret pool</title><a href=pools.html>x</a>");
    let server = Server::start(files(folder.path()).unwrap()).await.unwrap();
    let site = Site::of(server.url()).unwrap();
    go(db, std::slice::from_ref(&site), u64::MAX).await;
    (server, site)
}

#[orm_pg::test(migrations = "migrations")]
async fn the_best_page_comes_first_with_its_words_shown(db: Database) -> Result<()> {
    filled(&db).await;
    let titles = async |words: &str| {
        let answer = search(&db, words, 10).await.unwrap();
        answer.hits.into_iter().map(|hit| hit.card.title).collect::<Vec<_>>()
    };
    assert_eq!(titles("pool").await, ["Pools", "Pears"]);
    assert_eq!(titles("pooling -tree").await, ["Pools"]);
    assert_eq!(titles("\"pear tree\"").await, ["Pears"]);
    assert_eq!(titles("lends or beside").await.len(), 2);
    assert!(titles("secret").await.is_empty(), "what asked not to be indexed is not found");
    let nothing = ["", "\0", "the", "((& | !", "'); DROP TABLE pages; --", "\"open"];
    for words in nothing {
        assert!(titles(words).await.is_empty(), "{words:?}");
    }
    let answer = search(&db, "pools", 1).await?;
    assert_eq!((answer.count, answer.hits.len()), (2, 1));
    let hit = &answer.hits[0];
    assert!(hit.excerpt.contains(&format!("{BEGIN}pool{END} lends")), "{:?}", hit.excerpt);
    assert_eq!(hit.card.address.links, 2, "the page that is not indexed links to it too");
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn an_answer_says_whose_page_it_is_and_who_links_to_it(db: Database) -> Result<()> {
    let (_server, site) = filled(&db).await;
    let mut answer = search(&db, "pools", 2).await?;
    let (pears, pools) = (answer.hits.remove(1).card, answer.hits.remove(0).card);
    assert_eq!((pools.title.as_str(), pools.host()), ("Pools", "Home"));
    assert_eq!(pools.address.host.origin, site.origin());
    let home = (site.seed().as_str(), "Home");
    assert_eq!(pools.linked_from().collect::<Vec<_>>(), [home], "a page that is not indexed is not shown");
    assert_eq!(pears.linked_from().collect::<Vec<_>>(), [home]);

    // If the first page is not stored or has no title, the host's own name is shown.
    for sql in [
        sql!("UPDATE search_engine.pages SET title = ' ' WHERE title = 'Home'"),
        sql!("DELETE FROM search_engine.pages WHERE title = ' '"),
    ] {
        sql.execute(&db).await?;
        let card = search(&db, "pools", 1).await?.hits.remove(0).card;
        assert_eq!(format!("http://{}", card.host()), site.origin());
    }
    let card = search(&db, "pools", 1).await?.hits.remove(0).card;
    assert_eq!((card.address.links, card.linked_from().count()), (2, 0));
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn a_few_of_many_links_are_shown_and_none_of_the_page_itself(db: Database) -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let links: String = (0..9).map(|number| format!("<a href={number}.html>x</a> ")).collect();
    write("index.html", &format!("<title>Home</title><p>A pear. <a href=/>self</a> {links}"));
    (0..9).for_each(|it| write(&format!("{it}.html"), &format!("<title>{it}</title><a href=/>home</a>")));
    let server = Server::start(files(folder.path()).unwrap()).await.unwrap();
    go(&db, &[Site::of(server.url()).unwrap()], u64::MAX).await;
    let card = search(&db, "pear", 1).await?.hits.remove(0).card;
    assert_eq!((card.address.links, card.address.sources.len()), (10, 4));
    let from: Vec<_> = card.linked_from().collect();
    assert!(from.len() == 3 && from.iter().all(|(url, title)| *url != card.url && *title != "Home"), "{from:?}");
    Ok(())
}

/// Counts the statements that are sent to a database.
struct Counting<'a> {
    db: &'a Database,
    statements: AtomicUsize,
}

impl Executor for Counting<'_> {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        self.statements.fetch_add(1, Ordering::SeqCst);
        self.db.fetch(statement, rows).await
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.statements.fetch_add(1, Ordering::SeqCst);
        self.db.execute(statement).await
    }

    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        self.statements.fetch_add(statements.len(), Ordering::SeqCst);
        self.db.batch(statements, rows).await
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        self.statements.fetch_add(1, Ordering::SeqCst);
        self.db.stream(statement).await
    }
}

#[orm_pg::test(migrations = "migrations")]
async fn an_answer_takes_as_many_statements_for_one_page_as_for_many(db: Database) -> Result<()> {
    filled(&db).await;
    for (words, hits, expected) in [("lends", 1, 7), ("lends or beside", 2, 7), ("xyzzy", 0, 2)] {
        let counting = Counting { db: &db, statements: AtomicUsize::new(0) };
        assert_eq!(search(&counting, words, 10).await?.hits.len(), hits);
        assert_eq!(counting.statements.into_inner(), expected, "{words}");
    }
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn the_numbers_add_up(db: Database) -> Result<()> {
    let (_server, site) = filled(&db).await;
    let stats = stats(&db).await?;
    assert_eq!((stats.pages, stats.links, stats.hosts), (3, 5, 1));
    assert!(stats.bytes > 500);
    assert_eq!(stats.states, [(State::Done, 4), (State::Failed, 1)]);
    assert_eq!(stats.failures, [("status 404".to_owned(), 1)]);
    assert_eq!(stats.sites, [(site.seed().to_string(), None)]);
    assert_eq!(stats.popular[0], ("Pools".to_owned(), 2));
    Ok(())
}
