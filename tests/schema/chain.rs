//! Models that were written from a database are what it has: they are compiled here, compared with it, and create it again.

use expect_test::expect_file;
use orm_pg::{
    prelude::*,
    schema::{
        Table, catalog_of_models,
        generate::{self, GeneratedModels, Options},
        introspect,
        migrate::{self, desired, diff},
    },
};
use orm_tests::{change, created};

use super::load;

#[allow(dead_code, clippy::duplicated_attributes)]
#[rustfmt::skip]
#[path = "chain/hard.models.txt"]
mod hard;
#[allow(dead_code, clippy::duplicated_attributes)]
#[rustfmt::skip]
#[path = "chain/legacy.models.txt"]
mod legacy;
#[allow(dead_code, clippy::duplicated_attributes)]
#[rustfmt::skip]
#[path = "chain/nasty.models.txt"]
mod nasty;
#[allow(dead_code, clippy::duplicated_attributes)]
#[rustfmt::skip]
#[path = "chain/peers.models.txt"]
mod peers;

async fn models(db: &Database, previous: Option<&str>) -> GeneratedModels {
    generate::models(&introspect(db).await.expect("a catalog"), Options::default(), previous).expect("models")
}

/// Compares the models with the database, plans the way to them, and creates their tables in place of those of the database.
/// Returns what only the database has.
async fn follow(db: &Database, models: &[&'static Table]) -> Vec<String> {
    let found = db.verify(models).await.expect("a comparison");
    assert!(found.is_clean(), "{found}");
    // A plan starts from the schema as the server writes it when it reads its own texts.
    let (again, live) = change::of_catalog(db, &introspect(db).await.expect("a catalog")).await.expect("a copy");
    let declared = catalog_of_models(again.database(), &live, models).await.expect("the catalog of the models");
    let (wanted, _) = desired(&live, &declared, &migrate::Options::new());
    let plan = diff(&live, &wanted, &migrate::Options::new().allow_all()).expect("a plan");
    assert!(plan.is_empty(), "{:#?}", plan.steps);
    let statements: String =
        orm_pg::ddl::create_tables(models).expect("statements").iter().map(|it| format!("{it};\n")).collect();
    let created =
        created::compare(again.database(), &statements).await.unwrap_or_else(|error| panic!("{error}\n{statements}"));
    again.drop().await.expect("the database is dropped");
    assert!(created.different.is_empty(), "{}", created.different.join("\n"));
    found.extras.into_iter().map(|it| it.text).collect()
}

#[orm_pg::test]
async fn names_and_keys_that_have_grown_over_years(db: Database) {
    load(&db, include_str!("chain/legacy.sql")).await;
    let generated = models(&db, None).await;
    expect_file!["chain/legacy.models.txt"].assert_eq(&generated.source);
    assert_eq!(models(&db, Some(&generated.source)).await.source, generated.source);
    let notes = [
        "3 domains are in migrations only",
        "2 partitions are in migrations only",
        "1 tables that inherit from others are in migrations only",
        "1 tables without columns are in migrations only",
        "6 tables without a key have a model that finds no row by its key",
        "2 queries of views are in migrations only",
    ];
    assert_eq!(generated.notes, notes);
    assert_eq!(follow(&db, legacy::MODELS).await, [""; 0]);
}

#[orm_pg::test]
async fn what_other_tools_write_wrongly(db: Database) {
    load(&db, include_str!("chain/peers.sql")).await;
    expect_file!["chain/peers.models.txt"].assert_eq(&models(&db, None).await.source);
    assert_eq!(follow(&db, peers::MODELS).await, [""; 0]);
}

#[orm_pg::test]
async fn one_of_everything_that_introspection_reads(db: Database) {
    load(&db, include_str!("hard.sql")).await;
    expect_file!["chain/hard.models.txt"].assert_eq(&models(&db, None).await.source);
    assert_eq!(follow(&db, hard::MODELS).await, [""; 0]);
}

// What is written for it is in `generate`.
#[orm_pg::test]
async fn names_that_mean_something_else_in_rust(db: Database) {
    load(&db, include_str!("nasty.sql")).await;
    assert_eq!(follow(&db, nasty::MODELS).await, [""; 0]);
}

#[orm_pg::test]
async fn a_model_finds_rows_by_what_stands_for_a_primary_key(db: Database) -> Result<()> {
    use legacy::{NewPresence, NewPresenceNote, Presence, PresenceNote};

    load(&db, include_str!("chain/legacy.sql")).await;
    let one = Presence::insert(NewPresence::new(7, 1)).one(&db).await?;
    Presence::insert(NewPresence::new(8, 1)).execute(&db).await?;
    let new = NewPresenceNote { member: Some(1), room_id: Some(7), ..NewPresenceNote::new() };
    PresenceNote::insert(new).execute(&db).await?;
    assert_eq!(Presence::get((one.room_id, one.member)).one(&db).await?.room_id, 7);
    let found: Vec<_> = Presence::query().with(Presence::presence_notes()).all(&db).await?;
    let notes: Vec<_> = found.iter().map(|(it, notes)| (it.room_id, notes.len())).collect();
    assert!(notes.contains(&(7, 1)) && notes.contains(&(8, 0)), "{notes:?}");
    one.delete().execute(&db).await.expect_err("a note refers to it");
    Ok(())
}
