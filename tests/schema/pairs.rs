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

async fn loaded(db: &Database, seed: u64, sql: &str) -> Scratch {
    let scratch = Scratch::create(db).await.expect("a database");
    let connection = scratch.database().connection().await.expect("a connection");
    if let Err(error) = connection.client().batch_execute(sql).await {
        panic!("seed {seed}: {}", refused(&error, sql));
    }
    scratch
}

#[orm_pg::test]
async fn random_schemas_become_each_other(db: Database) {
    let version = change::version(&db).await;
    let mut wrong = Vec::new();
    for seed in seeds(10) {
        let from = loaded(&db, seed, &random::schema(seed, version)).await;
        let to = loaded(&db, seed, &random::changed(seed, version)).await;
        if let Err(why) = there_and_back(from.database(), to.database()).await {
            eprintln!("seed {seed}: {}", why.lines().next().unwrap_or_default());
            wrong.push(format!("seed {seed}: {why}"));
        }
        for it in [from, to] {
            it.drop().await.expect("the database is dropped");
        }
    }
    assert!(wrong.is_empty(), "{} pairs:\n{}", wrong.len(), wrong.join("\n\n"));
}

async fn there_and_back(from: &Database, to: &Database) -> Result<(), String> {
    let said = |what: &'static str| move |why: String| format!("{what}: {why}");
    let (work, first) = change::as_created(from).await.map_err(said("created"))?;
    let (target, second) = change::as_created(to).await.map_err(said("created"))?;
    change::same_after(work.database(), &second, target.database()).await.map_err(said("there"))?;
    // As it was, in a database that was not changed.
    target.drop().await.expect("the database is dropped");
    let (target, _) = change::of_catalog(from, &first).await.map_err(said("created again"))?;
    change::same_after(work.database(), &first, target.database()).await.map_err(said("back"))?;
    for it in [work, target] {
        it.drop().await.expect("the database is dropped");
    }
    Ok(())
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
