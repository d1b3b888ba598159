//! Reads the schemas of a folder (`*.sql.gz`), each in an empty database, and compares introspection with the server:
//! `cargo run -p orm-tests --bin schemas -- FOLDER`. Ends with an error if a fact is missing or invented.

use std::{collections::BTreeMap, error::Error, path::Path, time::Instant};

use orm_pg::{schema::introspect, testing};
use orm_tests::{dump, facts};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("the folder is missing")?;
    let files = dump::files(Path::new(&folder))?;
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
    let sql = dump::read(file)?;
    let db = testing::database().await?;
    let refused = dump::load(&db, &sql).await?;
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
