//! Tests on a database that migrations have made: `#[orm_pg::test(migrations = ..)]`.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    thread,
};

use orm_pg::{
    __private::testing::{TestCase, folder, run},
    prelude::*,
    schema::{DataSteps, Migrations, Table},
};

#[derive(Debug, Clone, Model)]
#[orm(table = "items", index(price))]
pub struct Item {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    #[orm(default = "0")]
    pub price: i64,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "items")]
pub struct Drifted {
    #[orm(key, identity)]
    pub id: i64,
    pub name: Option<String>,
    pub color: String,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "notes")]
pub struct Note {
    #[orm(key, identity(always))]
    pub id: i64,
    pub slug: Option<String>,
}

const SHOP: Migrations = orm_pg::migrate!("migrations/shop");
const MODELS: &[&Table] = models![Item];

fn notes() -> Migrations<impl DataSteps> {
    orm_pg::migrate!("migrations").with("20260302090000_slugs", async |tx: &mut Transaction<'_>| {
        sql!("TABLE notes").execute(&*tx).await.map(drop)
    })
}

async fn two_items(db: Database) -> Result<()> {
    Item::insert_many(["a", "b"].map(NewItem::new)).execute(&db).await.map(drop)
}

#[orm_pg::test(migrations = "migrations/shop")]
async fn all_migrations_of_the_folder_ran(db: Database) {
    assert!(SHOP.contract().run(&db).await.expect("a history").ran.is_empty());
    let columns =
        sql!("SELECT column_name::text FROM information_schema.columns WHERE table_name = 'items' ORDER BY 1");
    assert_eq!(columns.all::<String>(&db).await.expect("columns"), ["id", "name", "price"]);
    let valid = sql!("SELECT indisvalid FROM pg_index WHERE indexrelid = 'items_price_idx'::regclass");
    assert!(valid.one::<bool>(&db).await.expect("an index"));
}

#[orm_pg::test(migrations = SHOP, models = MODELS, models(Item), setup = two_items)]
async fn models_may_be_compared_and_a_set_up_run_behind_them(db: Database) {
    assert_eq!(Item::query().count(&db).await.expect("a number"), 2);
}

#[orm_pg::test(migrations = notes, models(Note))]
async fn a_function_may_return_migrations_with_steps_in_rust(db: Database) {
    assert_eq!(Note::query().count(&db).await.expect("a number"), 0);
}

/// When the first migration ran: the same in all copies of a template.
async fn began(db: &Database) -> String {
    sql!("SELECT min(started_at)::text FROM _orm_migrations").one(db).await.expect("a time")
}

/// Runs a test on these files once in each of six threads; when the migrations ran for each of them.
fn six_times(files: &[(&str, &str)]) -> Vec<String> {
    let times = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let case = TestCase::new("six").migrations(Ok(Migrations::from_files(files.iter().copied())));
                run(case, async |db: Database| {
                    let at = began(&db).await;
                    sql!("DROP TABLE t").execute(&db).await.expect("its own table");
                    times.lock().expect("no panic").push(at);
                });
            });
        }
    });
    times.into_inner().expect("no panic")
}

#[test]
fn the_files_run_once_and_again_only_if_they_change() {
    // Those who wait must not keep an index from being built: it waits for all transactions of its database.
    let sql = "-- orm: transaction = none\nCREATE TABLE t (a int);\n-- orm: step\nCREATE INDEX CONCURRENTLY t_a_idx ON t (a);\n\
               -- orm: step\nSELECT pg_sleep(0.2);";
    let mut first = six_times(&[("20260401090000_t.up.sql", sql)]);
    assert_eq!(first.len(), 6);
    first.dedup();
    assert_eq!(first.len(), 1, "one template: {first:?}");
    // Blanks at the end of a line are no change, as for the history.
    let same = six_times(&[("20260401090000_t.up.sql", &sql.replace('\n', "  \r\n"))]);
    assert_eq!(same[0], first[0]);
    let other = six_times(&[("20260401090000_t.up.sql", &sql.replace("a int", "a bigint"))]);
    assert_ne!(other[0], first[0]);
    let more = six_times(&[("20260401090000_t.up.sql", sql), ("20260402090000_s.up.sql", "CREATE TABLE s ()")]);
    assert_ne!(more[0], first[0]);
}

/// What the test says that fails before it begins.
fn failure<S: DataSteps + 'static>(migrations: Result<Migrations<S>>, models: &[&'static Table]) -> String {
    let case = TestCase::new("fails").migrations(migrations).models(models);
    let caught = catch_unwind(AssertUnwindSafe(|| run(case, async |_: Database| ())));
    *caught.expect_err("a failure").downcast::<String>().expect("a text")
}

#[test]
fn what_is_wrong_is_said_with_the_file_and_the_line() {
    let files = |text: &'static str| Ok(Migrations::from_files([("20260401090000_t.up.sql", text)]));
    for _ in 0..2 {
        let text = failure(files("CREATE TABLE t (a int);\n\nALTER TABLE s ADD b int;"), &[]);
        assert!(
            text.contains("20260401090000_t.up.sql:3: ") && text.contains(r#"relation "s" does not exist"#),
            "{text}"
        );
    }
    let text = failure(files("-- orm: nonsense\nSELECT 1"), &[]);
    assert!(text.contains("20260401090000_t.up.sql:1: `nonsense` is not understood"), "{text}");
    let text = failure(files("SELECT 1;\nCOMMIT;"), &[]);
    assert!(text.contains("20260401090000_t.up.sql:2: `COMMIT` cannot be in a migration"), "{text}");
    let text = failure(folder(env!("CARGO_MANIFEST_DIR"), "schema/nowhere"), &[]);
    assert!(text.contains("schema/nowhere cannot be read: "), "{text}");
    let text = failure(folder(env!("CARGO_MANIFEST_DIR"), "ui"), &[]);
    assert!(text.contains("there are no migrations to run"), "{text}");
    let text = failure(folder(env!("CARGO_MANIFEST_DIR"), "migrations"), &[]);
    assert!(text.contains("20260302090000_slugs has a step in Rust, and no function for it"), "{text}");
}

/// An archive of nextest runs where the folder of the compilation is not; cargo's variable has the place.
#[test]
fn a_folder_is_found_where_cargo_says_that_the_package_is() {
    let moved = folder("/nowhere", "migrations/shop").expect("the folder");
    assert_eq!(moved.check().expect("files"), SHOP.check().expect("files"));
}

#[test]
fn models_that_the_migrations_do_not_lead_to_are_a_failure() {
    let text = failure(Ok(SHOP), models![Drifted]);
    for part in [
        "the migrations do not lead to what the models declare: 2 differences",
        "Drifted.name: the column items.name is NOT NULL, and the field is an `Option`",
        r#"ALTER TABLE "public"."items" ADD COLUMN "color" text NOT NULL;"#,
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}
