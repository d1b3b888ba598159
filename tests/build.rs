//! Makes a test of each page of the guide: its blocks of Rust, in order, on a separate database.
//!
//! A block that starts with an item (`use`, an attribute, a doc comment, `fn`, …) becomes part of the page's module; every
//! other block becomes part of its test's body, so a later block can use the variables of an earlier one. A block of SQL
//! must be the text of a statement that the page has sent; it may be broken into lines. Blocks whose language is followed
//! by `,ignore` are skipped.

use std::{env, error::Error, fmt::Write, fs, path::Path};

const ITEMS: [&str; 10] =
    ["use ", "const ", "#[", "///", "pub ", "fn ", "async fn ", "struct ", "enum ", "orm_pg::sql_"];

fn main() -> Result<(), Box<dyn Error>> {
    let guide = Path::new("../docs/guide");
    println!("cargo::rerun-if-changed={}", guide.display());
    let mut pages: Vec<_> = fs::read_dir(guide)?.collect::<Result<_, _>>()?;
    pages.sort_by_key(fs::DirEntry::path);
    let mut tests = String::new();
    for page in pages.iter().map(fs::DirEntry::path).filter(|it| it.extension().is_some_and(|it| it == "md")) {
        println!("cargo::rerun-if-changed={}", page.display());
        let name = page.file_stem().and_then(|it| it.to_str()).ok_or("a page with a strange name")?.replace('-', "_");
        let text = fs::read_to_string(&page)?;
        let (items, statements): (Vec<_>, Vec<_>) =
            blocks(&text, "rust").into_iter().partition(|it| ITEMS.iter().any(|item| it.starts_with(item)));
        if items.is_empty() && statements.is_empty() {
            continue;
        }
        let (items, mut statements) = (items.concat(), statements.concat());
        let sql = blocks(&text, "sql");
        if !sql.is_empty() {
            statements = format!("let sent = crate::sent::listen();\n{statements}\nsent.must_have(&{sql:?});");
        }
        write!(
            tests,
            "mod {name} {{\n{items}\n#[orm_pg::test]\nasync fn page(db: orm_pg::Database) -> Result<(), Box<dyn std::error::Error>> \
             {{\n{statements}\nOk(())\n}}\n}}\n"
        )?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("guide.rs"), tests)?;
    Ok(())
}

/// The texts between "```" with the language's name and "```".
fn blocks(page: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}");
    let mut blocks = vec![];
    let mut open: Option<String> = None;
    for line in page.lines() {
        match &mut open {
            None if line == start => open = Some(String::new()),
            None => {}
            Some(_) if line == "```" => blocks.extend(open.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    blocks
}
