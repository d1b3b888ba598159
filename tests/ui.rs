//! What the compiler says about mistakes with the derives: one mistake a file, each message read as a stranger.
//!
//! Messages differ between compilers, so this runs on the one that the `.stderr` files were written with; elsewhere it
//! only says so. `TRYBUILD=overwrite cargo test -p orm-tests --test ui` writes them anew.

use std::{fs, path::Path, process::Command};

/// The compiler of the messages.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn mistakes_are_told_once_and_where_they_were_made() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("the compiler says its version");
    let version = String::from_utf8_lossy(&output.stdout);
    if !version.starts_with(COMPILER) {
        println!("the messages are those of {COMPILER}x, and this is {version}");
        return;
    }
    trybuild::TestCases::new().compile_fail("ui/*/*.rs");
}

/// The guide quotes the first line of each message, and where that says little the label; a line that no program gives any more has to go.
#[test]
fn the_guide_quotes_messages_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../docs/guide/compile-errors.md")).expect("the page is there");
    let topics = fs::read_dir(root.join("ui")).expect("the cases are there");
    let files = topics.flat_map(|it| fs::read_dir(it.expect("a topic").path()).expect("its cases"));
    let paths = files.map(|it| it.expect("a case").path()).filter(|it| it.extension().is_some_and(|it| it == "stderr"));
    let messages: Vec<String> = paths.map(|it| fs::read_to_string(it).expect("a message")).collect();
    let blocks: Vec<&str> = page.split("```").filter_map(|it| it.strip_prefix("text\n")).collect();
    assert!(blocks.len() >= 25, "the page has {} messages", blocks.len());
    let quoted = blocks.into_iter().flat_map(str::lines);
    let gone: Vec<_> = quoted.filter(|line| !messages.iter().any(|it| it.contains(line))).collect();
    assert!(gone.is_empty(), "no program gives these any more: {gone:#?}");
}
