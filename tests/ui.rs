//! The compiler's messages for mistakes: one mistake in each file, each message read as a newcomer would.
//!
//! Messages differ between compilers, so this runs on the one that the `.stderr` files were written with; with another
//! one it only prints a note. `TRYBUILD=overwrite cargo test -p orm-tests --test ui` updates them.

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

/// A page quotes the first line of a message, and where that says little the label; a line that no program gives any more
/// has to go. What a paragraph that speaks of the compiler has in double quotes is such a line, too.
#[test]
fn the_guide_quotes_messages_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let topics = fs::read_dir(root.join("ui")).expect("the cases are there");
    let files = topics.flat_map(|it| fs::read_dir(it.expect("a topic").path()).expect("its cases"));
    let paths = files.map(|it| it.expect("a case").path()).filter(|it| it.extension().is_some_and(|it| it == "stderr"));
    let messages: Vec<String> = paths.map(|it| fs::read_to_string(it).expect("a message")).collect();
    let pages = fs::read_dir(root.join("../docs/guide")).expect("the guide is there");
    let pages = pages.map(|it| it.expect("a page").path()).filter(|it| it.extension().is_some_and(|it| it == "md"));
    // What these show are statements and the output of the command `orm`, which the tests of those compare.
    let pages = pages.filter(|it| !["locks.md", "orm.md"].iter().any(|page| it.ends_with(page)));
    let quoted = pages.flat_map(|page| quoted(&fs::read_to_string(page).expect("a page"))).collect::<Vec<_>>();
    assert!(quoted.len() >= 25, "the guide quotes {} lines", quoted.len());
    let gone: Vec<_> = quoted.iter().filter(|line| !messages.iter().any(|it| it.contains(*line))).collect();
    assert!(gone.is_empty(), "no program gives these any more: {gone:#?}");
}

/// The lines of messages that a page quotes.
fn quoted(page: &str) -> Vec<String> {
    let mut lines = vec![];
    for (n, part) in page.split("```").enumerate() {
        if n % 2 == 1 {
            lines.extend(part.strip_prefix("text\n").into_iter().flat_map(str::lines).map(str::to_owned));
        } else {
            for paragraph in part.split("\n\n").filter(|it| it.contains("compiler")) {
                let text = paragraph.lines().collect::<Vec<_>>().join(" ");
                lines.extend(text.split('"').skip(1).step_by(2).map(str::to_owned));
            }
        }
    }
    lines
}

#[test]
fn quotes_are_found_in_blocks_and_beside_the_word_compiler() {
    let page = "A \"word\".\n\nThe compiler says \"no\nfield\".\n```rust\nlet it = \"compiler\";\n```\n```text\nerror: no\n```\n";
    assert_eq!(quoted(page), ["no field", "error: no"]);
}
