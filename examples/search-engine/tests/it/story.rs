//! The story with minimal settings, so that it takes seconds: this test checks no times.

use std::path::Path;
use std::time::Duration;

use orm_pg::prelude::*;
use search_engine::story::{Indexed, Options, tell};

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_story_is_stored_and_every_run_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        wait: Duration::from_millis(5),
        cpu: Duration::from_millis(1),
        measured: Duration::from_millis(100),
        threads: vec![2, 3],
        tasks: 10,
        pages: 40,
        plot: folder.path().join("deep/story.svg"),
    };
    let url = orm_pg::testing::database_url().await.unwrap();
    let mut out = Vec::new();
    tell(&options, &url, Path::new(env!("CARGO_BIN_EXE_search-engine")), &mut out).await.unwrap();
    let text = String::from_utf8(out).unwrap();

    let table = rows(&text);
    let cores = std::thread::available_parallelism().unwrap().get();
    let names: Vec<_> = table.iter().map(|row| row.0.as_str()).collect();
    let two = |name| (cores > 1).then_some(name);
    let picture = [
        Some("one at a time"),
        Some("2 threads"),
        two("one at a time on each of two cores"),
        Some("8 tasks on one core"),
    ];
    let web = [
        Some("one at a time"),
        Some("2 threads"),
        Some("3 threads"),
        Some("10 tasks on one core"),
        two("10 tasks on two cores"),
    ];
    let expected: Vec<_> = picture.into_iter().chain(web).chain([Some("40 tasks on one core")]).flatten().collect();
    assert_eq!(names, expected, "{text}");
    assert!(!text.contains("did not finish"), "{text}");

    let db = Database::connect(&url).await.unwrap();
    let stored = Indexed::query().group_by(|i| i.run).order_by(|i| i.run.asc()).select(|i| (i.run, i.page.count()));
    let stored = stored.all(&db).await.unwrap();
    let expected: Vec<_> = (1..).zip(&table).map(|(run, row)| (run, row.2)).collect();
    assert_eq!(stored, expected, "{text}");
    assert!(table.iter().all(|(_, asked, stored)| asked == stored && *stored > 0), "{text}");
    assert_eq!(table.last().unwrap().2, 40);
    let found =
        sql!("SELECT count(*) FROM search_engine.story WHERE document @@ websearch_to_tsquery('english', 'servers')");
    assert_eq!(found.one::<i64>(&db).await.unwrap(), table.iter().map(|row| row.2).sum::<i64>(), "all can be searched");

    let svg = std::fs::read_to_string(&options.plot).unwrap();
    let svg = roxmltree::Document::parse(&svg).unwrap();
    let count = |class: &str| {
        let nodes = svg.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "rect")));
        nodes.filter(|node| node.attribute("class") == Some(class)).count()
    };
    // A bar for each run except the last, and two squares for the legend.
    assert_eq!(count("threads") + count("tasks"), table.len() - 1 + 2);
    let texts: Vec<_> = svg.descendants().filter_map(|node| node.text()).collect();
    assert!(names[..names.len() - 1].iter().all(|name| texts.contains(name)) && texts.contains(&"pages a second"));
}

/// Reads the rows of the tables: name, pages requested, pages stored.
fn rows(text: &str) -> Vec<(String, i64, i64)> {
    let row = |line: &str| {
        let (name, numbers) = line.split_at_checked(34)?;
        let mut numbers = numbers.split_whitespace().map(str::parse);
        Some((name.trim().to_owned(), numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn the_parts_refuse_what_they_cannot_read() {
    for part in ["story-pages", "story-client"] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_search-engine"));
        let output = command.arg(part).stdin(std::process::Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{part}");
    }
}
