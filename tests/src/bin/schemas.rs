//! Reads the schemas of a folder (`*.sql.gz`), each in an empty database, and compares introspection with the server:
//! `cargo run -p orm-tests --bin schemas -- FOLDER`. Ends with an error if a fact is missing or invented.

use std::{collections::BTreeMap, error::Error, path::Path, process::Command, time::Instant};

use orm_pg::{Database, schema::introspect, testing};
use orm_tests::facts;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("the folder is missing")?;
    let mut files = std::fs::read_dir(folder)?.map(|it| it.map(|it| it.path())).collect::<Result<Vec<_>, _>>()?;
    files.retain(|it| it.to_string_lossy().ends_with(".sql.gz"));
    files.sort();
    let mut wrong = 0;
    for file in &files {
        wrong += one(file).await?;
    }
    match wrong {
        0 if files.is_empty() => Err("no *.sql.gz in the folder".into()),
        0 => Ok(()),
        _ => Err(format!("{wrong} facts differ").into()),
    }
}

/// Returns how many facts of the schema differ.
async fn one(file: &Path) -> Result<usize, Box<dyn Error>> {
    let sql = Command::new("gzip").arg("-dc").arg(file).output()?.stdout;
    let sql = String::from_utf8(sql)?;
    let sql: String = sql.lines().filter(|it| !it.starts_with('\\')).flat_map(|it| [it, "\n"]).collect();
    let db = testing::database().await?;
    let refused = load(&db, &sql).await?;
    let start = Instant::now();
    let catalog = introspect(&db).await?;
    let took = start.elapsed();
    let (told, read) = (facts::of_database(&db).await?, facts::of_catalog(&catalog));
    let mut kinds = BTreeMap::<_, usize>::new();
    for it in &catalog.unmanaged {
        *kinds.entry(&it.kind).or_default() += 1;
    }
    println!(
        "{}: {} facts, {} tables, {} statements refused, read in {took:.0?}; unmanaged: {} {kinds:?}",
        file.file_name().unwrap_or_default().to_string_lossy(),
        told.len(),
        catalog.tables.len(),
        refused.len(),
        catalog.unmanaged.len(),
    );
    refused.iter().for_each(|it| println!("  refused: {it}"));
    told.difference(&read).for_each(|it| println!("  missing: {it}"));
    read.difference(&told).for_each(|it| println!("  invented: {it}"));
    db.close().await;
    Ok(told.symmetric_difference(&read).count())
}

/// Runs a dump. What the server refuses, as an extension that is not installed, is left out and returned.
async fn load(db: &Database, sql: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let connection = db.connection().await?;
    if connection.client().batch_execute(sql).await.is_ok() {
        return Ok(Vec::new());
    }
    let mut refused = Vec::new();
    for statement in statements(sql) {
        if let Err(error) = connection.client().batch_execute(&statement).await {
            refused.push(error.as_db_error().map_or_else(|| error.to_string(), |it| it.message().to_owned()));
        }
    }
    Ok(refused)
}

/// Cuts a dump into statements: a semicolon at the end of a line ends one, outside of dollar quotes.
fn statements(sql: &str) -> Vec<String> {
    let (mut all, mut one, mut quoted) = (Vec::new(), String::new(), false);
    for line in sql.lines() {
        one.push_str(line);
        one.push('\n');
        quoted ^= line.matches("$$").count() % 2 == 1;
        if !quoted && line.trim_end().ends_with(';') {
            all.push(std::mem::take(&mut one));
        }
    }
    all
}
