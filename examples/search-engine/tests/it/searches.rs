//! What a search and the numbers say.

use orm_pg::prelude::*;
use search_engine::model::State;
use search_engine::search::{BEGIN, END, search};
use search_engine::serve::{Server, files};
use search_engine::site::Site;
use search_engine::stats::stats;

use crate::support::{go, tables};

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

#[orm_pg::test(setup = tables)]
async fn the_best_page_comes_first_with_its_words_shown(db: Database) -> Result<()> {
    filled(&db).await;
    let titles = async |words: &str| {
        let answer = search(&db, words, 10).await.unwrap();
        answer.hits.into_iter().map(|hit| hit.title).collect::<Vec<_>>()
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
    assert_eq!(hit.links, 2, "the page that is not indexed links to it too");
    Ok(())
}

#[orm_pg::test(setup = tables)]
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
