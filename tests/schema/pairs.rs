//! Pairs of random schemas: one is created, changed into the other, and back.

use orm_pg::{prelude::*, schema::Scratch, tokio_postgres::error::ErrorPosition};
use orm_tests::change;

use crate::random;

/// How many pairs are tried: `ORM_SCHEMA_PAIRS` from `ORM_SCHEMA_SEED` on, or so many.
fn seeds(by_default: u64) -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().map(|it| it.parse::<u64>().expect("a number"));
    let first = number("ORM_SCHEMA_SEED").unwrap_or(0);
    first..first + number("ORM_SCHEMA_PAIRS").unwrap_or(by_default)
}

#[orm_pg::test]
async fn random_schemas_become_each_other(db: Database) {
    let version = change::version(&db).await;
    let mut wrong = Vec::new();
    for seed in seeds(10) {
        if let Err(why) = pair(&db, seed, version).await {
            eprintln!("seed {seed}: {why}\n");
            wrong.push(format!("seed {seed}: {}", why.lines().take(3).collect::<Vec<_>>().join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{} pairs:\n{}", wrong.len(), wrong.join("\n"));
}

/// The pair of a seed. Its databases stay on the server if something is wrong with it.
async fn pair(db: &Database, seed: u64, version: u32) -> Result<(), String> {
    let from = loaded(db, &random::schema(seed, version)).await?;
    let to = loaded(db, &random::changed(seed, version)).await?;
    there_and_back(from.database(), to.database()).await?;
    dropped([from, to]).await;
    Ok(())
}

async fn loaded(db: &Database, sql: &str) -> Result<Scratch, String> {
    let scratch = Scratch::create(db).await.expect("a database");
    let connection = scratch.database().connection().await.expect("a connection");
    connection.client().batch_execute(sql).await.map_err(|error| refused(&error, sql))?;
    drop(connection);
    Ok(scratch)
}

async fn there_and_back(from: &Database, to: &Database) -> Result<(), String> {
    let said = |what: &'static str| move |why: String| format!("{what}: {why}");
    let (work, first) = change::as_created(from).await.map_err(said("created"))?;
    let (target, second) = change::as_created(to).await.map_err(said("created"))?;
    change::same_after(work.database(), &second, target.database()).await.map_err(said("there"))?;
    // As it was, in a database that was not changed.
    dropped([target]).await;
    let (target, _) = change::of_catalog(from, &first).await.map_err(said("created again"))?;
    change::same_after(work.database(), &first, target.database()).await.map_err(said("back"))?;
    dropped([work, target]).await;
    Ok(())
}

async fn dropped<const N: usize>(all: [Scratch; N]) {
    for it in all {
        it.drop().await.expect("the database is dropped");
    }
}

/// What the server says, with the text there.
fn refused(error: &orm_pg::tokio_postgres::Error, sql: &str) -> String {
    let Some(error) = error.as_db_error() else { return error.to_string() };
    let at = match error.position() {
        Some(ErrorPosition::Original(at)) => *at as usize,
        _ => 0,
    };
    let text: String = sql.chars().skip(at.saturating_sub(300)).take(600).collect();
    format!("{} {:?} {:?}\n{text}", error.message(), error.detail(), error.where_())
}
