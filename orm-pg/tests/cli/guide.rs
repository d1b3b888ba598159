//! The page of the guide about `orm`: its commands are run, in order, and must print what the page shows.

use std::fs;

use orm_pg::Database;

use crate::{load, orm, url};

/// The blocks of a language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let start = format!("```{language}\n");
    page.split(start.as_str()).skip(1).filter_map(|it| it.split("```").next()).collect()
}

/// The words of a command line; quotes keep spaces together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quote) = (vec![String::new()], None);
    for c in line.chars() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(it), c) if it == c => quote = None,
            (None, ' ') => words.push(String::new()),
            (_, c) => words.last_mut().expect("a word").push(c),
        }
    }
    words
}

/// Times, the padding of columns, and where blocks are found differ from run to run.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    let blocks = |it: &&str| it.contains(" found in memory") || it.contains(" read from ") || it.contains("iB changed");
    for word in text.lines().filter(|it| !blocks(it)).flat_map(|it| it.split(' ')).filter(|it| !it.is_empty()) {
        let number = word.trim_end_matches('%').chars().all(|it| it.is_ascii_digit() || matches!(it, '.' | ','));
        out += if number { "#" } else { word };
        out.push(' ');
    }
    out
}

#[orm_pg::test]
async fn the_page_shows_what_is_printed(db: Database) {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/guide/orm.md")).expect("the page");
    for block in blocks(&page, "sql") {
        load(&db, block).await;
    }
    let url = url(&db).await;
    let folder = tempfile::tempdir().expect("a folder");
    let project = folder.path().join("shop");
    fs::create_dir(&project).expect("a folder");
    let commands: Vec<_> = blocks(&page, "console").iter().flat_map(|it| it.split("$ orm ").skip(1)).collect();
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        let (line, shown) = command.split_once('\n').expect("a line");
        let mut arguments = words(line);
        if line.starts_with("init") {
            arguments.extend(["--orm-pg-path".to_owned(), env!("CARGO_MANIFEST_DIR").to_owned()]);
        }
        let ran = orm(arguments.iter().map(String::as_str)).on(&url).within(&project).run();
        let printed = format!("{}{}", ran.out, ran.err);
        assert_eq!(without_numbers(&printed), without_numbers(shown), "$ orm {line}\n{printed}");
    }
}
