//! Reads the schemas of a folder (`*.sql.gz`), each in an empty database, compares introspection with the server, and with
//! `--create` creates what was read in other databases and compares `pg_dump` of all of them:
//! `cargo run -p orm-tests --bin schemas -- FOLDER [--create] [NAME..]`. Ends with an error if anything differs.

use std::{collections::BTreeMap, error::Error, path::Path, time::Instant};

use orm_pg::{Database, schema::introspect, testing};
use orm_tests::{change, dump, facts, pg_dump};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("the folder is missing")?;
    let mut names: Vec<_> = arguments.collect();
    let create = names.iter().any(|it| it == "--create");
    names.retain(|it| it != "--create");
    let mut files = dump::files(Path::new(&folder))?;
    files.retain(|it| names.is_empty() || names.iter().any(|name| it.to_string_lossy().contains(name)));
    let mut wrong = 0;
    for file in &files {
        wrong += one(file, create).await?;
    }
    match wrong {
        0 if files.is_empty() => Err("no *.sql.gz in the folder".into()),
        0 => Ok(()),
        _ => Err(format!("{wrong} differences").into()),
    }
}

/// Returns how many facts of the schema differ.
async fn one(file: &Path, create: bool) -> Result<usize, Box<dyn Error>> {
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
    let mut wrong = told.symmetric_difference(&read).count();
    if create && let Err(why) = again(&db).await {
        println!("  {}", why.replace('\n', "\n  "));
        wrong += 1;
    }
    db.close().await;
    Ok(wrong)
}

/// Creates the schema in an empty database, and what was created there in another one. What `pg_dump` writes of the first must
/// be what it writes after its own text was loaded once, and of the second the same.
async fn again(db: &Database) -> Result<(), String> {
    let written = introspect(db).await.map_err(|it| it.to_string())?;
    let start = Instant::now();
    let (first, once) = change::of_catalog(db, &written).await?;
    let (second, twice) = change::of_catalog(db, &once).await?;
    let changed = change::left(&written, &once)?;
    let (from, to) = (pg_dump::of(first.database()).await?, pg_dump::of(second.database()).await?);
    let loaded = change::of_text(db, &pg_dump::of(db).await?).await;
    let dumped = pg_dump::of(loaded.database()).await?;
    println!(
        "  created twice in {:.0?}; {} texts written in another way at first; {} lines of pg_dump",
        start.elapsed(),
        changed.len(),
        to.lines().count()
    );
    changed.iter().for_each(|it| println!("    {it}"));
    change::same(&once, &twice)?;
    change::nothing_left(&once, &twice)?;
    pg_dump::same(&from, &dumped)?;
    pg_dump::same(&to, &from)?;
    for it in [first, second, loaded] {
        it.drop().await.map_err(|it| it.to_string())?;
    }
    Ok(())
}
