//! The gate: models, migrations, a database in use and the statements of the sources do not drift apart.

mod sources;

use orm_pg::{
    ErrorKind,
    prelude::*,
    schema::{GateReport, Migrations, Table, apply},
};

use super::load;

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

const SHOP: Migrations = orm_pg::migrate!("migrations/shop");
const MODELS: &[&Table] = models![Item];

async fn gate(db: &Database, migrations: Migrations, models: &[&'static Table]) -> GateReport {
    migrations.gate(models).run(db).await.unwrap_or_else(|error| panic!("{error}"))
}

fn lines(report: &GateReport) -> Vec<String> {
    report.models.differences.iter().map(ToString::to_string).collect()
}

#[orm_pg::test]
async fn models_that_the_migrations_lead_to_pass(db: Database) {
    let report = gate(&db, SHOP, MODELS).await;
    assert_eq!(
        report.to_string(),
        "MODELS, compared with a database that the migrations have made:\nthe models and the database agree"
    );
    report.into_result().expect("no difference");
    let tables: i64 =
        sql!("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").one(&db).await.expect("a count");
    assert_eq!(tables, 0, "the database itself is not changed");
}

#[orm_pg::test]
async fn a_model_without_its_migration_is_found_with_its_statements(db: Database) {
    let report = gate(&db, SHOP, models![Drifted]).await;
    assert_eq!(
        lines(&report),
        [
            "Drifted.name: the column items.name is NOT NULL, and the field is an `Option`",
            "Drifted.color: the column items.color is missing",
            "Drifted: the column items.price has no field",
            "Drifted: the index items_price_idx is in no model: CREATE INDEX \"items_price_idx\" ON \"public\".\"items\" USING \
             \"btree\" (\"price\")",
        ]
    );
    // The index goes with the column.
    let steps: Vec<_> = report.models.differences.iter().map(|it| it.steps.len()).collect();
    assert_eq!(steps, [1, 1, 1, 0], "{report}");
    SHOP.contract().run(&db).await.expect("the migrations");
    apply(&db, &report.models.plan).await.unwrap_or_else(|error| panic!("{error}\n{report}"));
    assert!(db.verify(models![Drifted]).await.expect("a verification").strict().is_clean());
    let error = report.into_result().expect_err("differences");
    assert_eq!(error.kind(), ErrorKind::Migration);
    assert!(error.to_string().contains("\n    ALTER TABLE \"public\".\"items\" DROP COLUMN \"price\";"), "{error}");
}

#[orm_pg::test]
async fn what_models_cannot_declare_is_excepted_by_its_name(db: Database) {
    let sql = "ALTER TABLE items ADD search tsvector GENERATED ALWAYS AS (to_tsvector('simple', name)) STORED, \
               ADD CONSTRAINT dear CHECK (price > 0); CREATE INDEX by_search ON items USING gin (search)";
    let files = |more: &str| {
        let models = orm_pg::ddl::create_tables(MODELS).expect("statements").join(";\n");
        Migrations::from_files([("20260101000000_all.up.sql", format!("{models};\n{more};"))])
    };
    let search = files(sql).gate(MODELS).except("items.search").except("by_search");
    let report = search.except("items.dear").run(&db).await.expect("a report");
    assert!(report.is_clean() && report.models.extras.len() == 3, "{report}");

    let report = files(sql).gate(MODELS).except("items.search").except("by_search").run(&db).await.expect("a report");
    assert_eq!(lines(&report), ["Item: the constraint items.dear is in no model: CHECK ((price > 0))"]);
    assert_eq!(report.models.plan.steps.len(), 1, "{report}");

    let error = files("SELECT 1").gate(MODELS).except("items.search").run(&db).await.expect_err("nothing to except");
    assert!(error.to_string().contains("items.search is excepted, and it is not something"), "{error}");
}

async fn compared(db: &Database, migrations: Migrations) -> GateReport {
    migrations.gate(MODELS).live(db).run(db).await.unwrap_or_else(|error| panic!("{error}"))
}

#[orm_pg::test(migrations = SHOP)]
async fn a_database_that_was_changed_by_hand_is_found_with_what_mends_it(db: Database) {
    load(&db, "INSERT INTO items (name) VALUES ('a')").await;
    let report = compared(&db, SHOP).await;
    assert!(report.is_clean(), "{report}");
    load(
        &db,
        "DROP INDEX items_price_idx; ALTER TABLE items ALTER name DROP NOT NULL, ADD nick text, ALTER name SET DEFAULT 'x';
         GRANT SELECT ON items TO public;
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER t BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION f(); CREATE TABLE other (a int)",
    )
    .await;
    let report = compared(&db, SHOP).await;
    let live = report.live.as_ref().expect("it was asked for");
    assert!(!report.is_clean() && report.models.is_clean() && live.problems.is_empty(), "{report}");
    for part in [
        "\n\ntable column items.name\n    ALTER TABLE \"public\".\"items\" ALTER COLUMN \"name\" SET NOT NULL;",
        "DROP COLUMN \"nick\";",
        "ALTER COLUMN \"name\" DROP DEFAULT;",
        "object of the database is not managed and was not compared",
        "DROP TABLE \"public\".\"other\";",
        "DROP TRIGGER \"t\" ON \"public\".\"items\";",
        "CREATE INDEX \"items_price_idx\"",
    ] {
        assert!(report.to_string().contains(part), "{part}\n{report}");
    }
    apply(&db, &live.plan).await.unwrap_or_else(|error| panic!("{error}\n{report}"));
    let report = compared(&db, SHOP).await;
    assert!(report.is_clean(), "{report}");
    assert_eq!(Item::query().count(&db).await.expect("a number"), 1);
}

#[orm_pg::test]
async fn migrations_that_did_not_run_are_no_difference(db: Database) {
    // Those with `phase = contract` wait.
    let waiting = SHOP.run(&db).await.expect("a run").waiting;
    let report = compared(&db, SHOP).await;
    let live = report.live.as_ref().expect("it was asked for");
    assert!(report.is_clean() && live.pending == waiting && waiting.len() == 1, "{report}");
    assert!(report.to_string().contains("note: 20260403090000_old_prices did not run there"), "{report}");
    load(&db, "ALTER TABLE items DROP COLUMN old_price").await;
    let report = compared(&db, SHOP).await;
    assert!(report.to_string().contains("ADD COLUMN \"old_price\" integer;"), "{report}");
}

#[orm_pg::test]
async fn a_history_that_does_not_fit_is_told_with_the_command_that_mends_it(db: Database) {
    let report = compared(&db, SHOP).await;
    let live = report.live.expect("it was asked for");
    assert!(live.problems[0].contains("`orm migrate baseline` records"), "{live}");
    assert!(live.to_string().contains("CREATE TABLE \"public\".\"items\""), "{live}");

    SHOP.contract().run(&db).await.expect("a run");
    let edited = Migrations::from_files([
        ("20260401090000_items.up.sql", "CREATE TABLE items (id bigint PRIMARY KEY)"),
        ("20260402090000_prices.up.sql", "ALTER TABLE items ADD price bigint"),
    ]);
    let report = edited.gate(&[]).live(&db).run(&db).await.expect("a report");
    let text = report.to_string();
    assert!(text.contains("orm migrate repair --accept 20260401090000_items"), "{text}");
    assert!(text.contains("orm migrate repair --removed 20260403090000_old_prices"), "{text}");
    assert!(!report.is_clean());
}

#[orm_pg::test]
async fn files_that_the_program_was_not_compiled_with_are_refused(db: Database) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = &*Box::leak(folder.path().to_str().expect("UTF-8").to_owned().into_boxed_str());
    let write = |name: &str| std::fs::write(folder.path().join(name), "SELECT 1;").expect("a file");
    write("20260101000000_a.up.sql");
    let embedded = Migrations::embedded_from(path, &[("20260101000000_a.up.sql", "SELECT 1;")]);
    assert!(gate(&db, embedded.clone(), &[]).await.is_clean());
    write("20260102000000_b.up.sql");
    let error = embedded.gate(&[]).run(&db).await.expect_err("a file more");
    assert!(error.to_string().contains("20260102000000_b.up.sql in "), "{error}");
}
