//! Models from a database.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use expect_test::expect_file;
use orm_pg::{
    prelude::*,
    schema::{
        generate::{self, Dates, GeneratedModels, Options},
        introspect,
    },
    types::Opaque,
};

use super::load;

async fn models(db: &Database, previous: Option<&str>) -> GeneratedModels {
    let catalog = introspect(db).await.expect("a catalog");
    generate::models(&catalog, Options::default(), previous).expect("models")
}

/// What rustfmt makes of it.
fn formatted(source: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path", "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt");
    rustfmt.stdin.take().expect("its input").write_all(source.as_bytes()).expect("a pipe");
    let output = rustfmt.wait_with_output().expect("its output");
    assert!(output.status.success(), "{source}");
    String::from_utf8(output.stdout).expect("text")
}

/// The source with `from` replaced, which must be there once.
#[track_caller]
fn edited(source: &str, from: &str, to: &str) -> String {
    assert_eq!(source.matches(from).count(), 1, "{from} in\n{source}");
    source.replace(from, to)
}

#[orm_pg::test]
async fn names_that_mean_something_else(db: Database) {
    load(&db, include_str!("nasty.sql")).await;
    let generated = models(&db, None).await;
    expect_file!["chain/nasty.models.txt"].assert_eq(&generated.source);
    assert_eq!(generated.features, ["chrono", "rust_decimal", "uuid"]);
    assert!(generated.serde_json);
    assert_eq!(
        generated.notes,
        [
            "1 domains are in migrations only",
            "2 tables without a key have a model that finds no row by its key",
            "1 queries of views are in migrations only",
        ]
    );
}

#[orm_pg::test]
async fn rustfmt_changes_nothing_and_neither_does_a_second_run(db: Database) {
    load(&db, include_str!("hard.sql")).await;
    load(&db, include_str!("nasty.sql")).await;
    let generated = models(&db, None).await;
    assert_eq!(formatted(&generated.source), generated.source);
    assert_eq!(models(&db, Some(&generated.source)).await.source, generated.source);
}

#[orm_pg::test]
async fn the_date_crate_is_a_choice(db: Database) {
    load(&db, "CREATE TABLE t (a timestamptz, b timestamp, c date, d time, e tstzrange)").await;
    let catalog = introspect(&db).await.expect("a catalog");
    for (dates, feature, types) in [
        (Dates::Chrono, "chrono", "DateTime<Utc> NaiveDateTime NaiveDate NaiveTime PgRange<DateTime<Utc>>"),
        (
            Dates::Time,
            "time",
            "OffsetDateTime PrimitiveDateTime orm_pg::types::time::Date orm_pg::types::time::Time PgRange<OffsetDateTime>",
        ),
        (
            Dates::Jiff,
            "jiff",
            "Timestamp orm_pg::types::jiff::civil::DateTime orm_pg::types::jiff::civil::Date \
             orm_pg::types::jiff::civil::Time PgRange<Timestamp>",
        ),
    ] {
        let generated = generate::models(&catalog, Options::default().dates(dates), None).expect("models");
        assert_eq!(generated.features, [feature]);
        for (field, ty) in ["a", "b", "c", "d", "e"].into_iter().zip(types.split(' ')) {
            let line = format!("    pub {field}: Option<{ty}>,\n");
            assert!(generated.source.contains(&line), "{line} in\n{}", generated.source);
        }
    }
}

#[orm_pg::test]
async fn what_was_changed_by_hand_stays(db: Database) {
    load(&db, include_str!("nasty.sql")).await;
    let source = models(&db, None).await.source;
    let source = edited(&source, "pub struct Person {", "/// Somebody.\npub struct Human {");
    let source = source.replace("Person,", "Human,").replace("Person)", "Human)").replace("(Person", "(Human");
    let source = edited(
        &source,
        "    pub born: Option<NaiveDate>,\n    #[orm(default",
        "    pub birthday: Option<Day>, // a day\n    #[orm(default",
    );
    let source = edited(&source, "    #[orm(index)]\n", "    #[orm(index, column = \"born\")]\n");
    let source = edited(&source, "has_many(children: ", "has_many(offspring: ");
    let source = edited(
        &source,
        "    pub data: Json<serde_json::Value>,",
        "    #[orm(json, on_update = \"data\")]\n    pub data: Settings,",
    );
    let source = source + "\n/// Mine.\npub fn answer() -> u8 {\n    42 // not 43\n}\n";
    assert_eq!(models(&db, Some(&source)).await.source, source);
    // The name is also used by what is new.
    load(&db, "CREATE TABLE pets (id int PRIMARY KEY, owner_id uuid NOT NULL REFERENCES people)").await;
    let changed = models(&db, Some(&source)).await.source;
    assert!(changed.contains("    #[orm(references = Human)]\n    pub owner_id: Uuid,\n"), "{changed}");
    assert!(changed.contains("#[orm(has_many(pets: Pet))]\n"), "{changed}");
    assert!(changed.contains("    Pet,\n"), "{changed}");
    assert_eq!(formatted(&changed), changed);
    assert_eq!(models(&db, Some(&changed)).await.source, changed);
}

#[orm_pg::test]
async fn new_columns_appear_and_dropped_ones_disappear_with_a_note(db: Database) {
    load(&db, include_str!("nasty.sql")).await;
    let source = models(&db, None).await.source;
    load(
        &db,
        "ALTER TABLE tag ADD added bigint, ALTER name TYPE varchar(30);
         ALTER TABLE people DROP born CASCADE, ALTER data DROP NOT NULL; DROP TABLE users; ALTER TYPE mood ADD VALUE 'new' BEFORE '2'",
    )
    .await;
    let changed = models(&db, Some(&source)).await;
    let notes: Vec<_> = changed.notes.iter().filter(|it| it.starts_with("removed")).map(String::as_str).collect();
    assert_eq!(
        notes,
        [
            "removed Person.born: the database no longer has born",
            "removed OldPerson: the database no longer has old_people",
            "removed Users: the database no longer has users",
        ]
    );
    let fresh = models(&db, None).await.source;
    let sorted = |text: &str| {
        let mut parts: Vec<String> = text.split("\n\n").map(|it| it.trim().to_owned()).collect();
        parts.sort();
        parts
    };
    assert_eq!(sorted(&changed.source), sorted(&fresh));
}

#[orm_pg::test]
async fn a_file_that_is_not_rust_is_refused(db: Database) {
    let catalog = introspect(&db).await.expect("a catalog");
    let error = generate::models(&catalog, Options::default(), Some("pub struct")).expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Migration);
    assert!(error.to_string().contains("at line 1"), "{error}");
}

#[derive(Debug, Clone, Model)]
#[orm(table = "places")]
struct Place {
    #[orm(key, sql_type = "serial")]
    id: i32,
    #[orm(sql_type = "point")]
    spot: Opaque,
    #[orm(sql_type = "tsvector[]")]
    words: Option<Opaque>,
}

#[orm_pg::test(models(Place))]
async fn a_value_without_a_rust_type_is_kept_as_it_is(db: Database) -> Result<()> {
    let read: Opaque = sql!("SELECT point(1, 2)").one(&db).await?;
    let place = Place::insert(NewPlace::new(read.clone())).one(&db).await?;
    assert_eq!((place.id, &place.spot, &place.words), (1, &read, &None));
    let words: Opaque = sql!("SELECT ARRAY['a b'::tsvector]").one(&db).await?;
    let new = || NewPlace { words: Some(words.clone()), ..NewPlace::new(place.spot.clone()) };
    let two = Place::insert_many([new(), new()]).all(&db).await?;
    assert_eq!(two.iter().map(|it| it.id).collect::<Vec<_>>(), [2, 3]);
    let texts: Vec<String> = sql!("SELECT spot::text || words::text FROM places WHERE id > 1").all(&db).await?;
    assert_eq!(texts, ["(1,2){\"'a' 'b'\"}", "(1,2){\"'a' 'b'\"}"]);
    Ok(())
}

#[orm_pg::test]
async fn what_a_model_cannot_declare_is_noted(db: Database) {
    load(
        &db,
        "CREATE TABLE nodes (id integer UNIQUE);
         CREATE TABLE items (id integer PRIMARY KEY, node_id integer NOT NULL CONSTRAINT of_node REFERENCES nodes (id) ON DELETE SET NULL);
         CREATE INDEX of_node ON items (node_id)",
    )
    .await;
    let generated = models(&db, None).await;
    let expected = "the foreign key of_node of public.items is not in the models: ON DELETE SET NULL would set a column that is NOT NULL";
    assert!(generated.notes.iter().any(|it| it == expected), "{:?}", generated.notes);
    assert!(generated.source.contains("#[orm(index(name = \"of_node\"))]"), "{}", generated.source);
    // Without a key nothing can be loaded for the rows of the other table.
    assert!(!generated.source.contains("has_many"), "{}", generated.source);
}
