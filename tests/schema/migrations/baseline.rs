//! Databases that were there before their migrations.

use orm_pg::schema::{Baseline, Repair, Tool, migrate::State};

use super::*;

fn three() -> Migrations {
    files(&[(A, "CREATE TABLE t (a int);"), (B, "CREATE TABLE u (a int);"), (C, "CREATE TABLE v (a int);")])
}

/// Takes the baseline, and then expects C alone to run.
async fn takes(db: &Database, baseline: &Baseline, reason: &str) {
    let ids = three().baseline(db, baseline).await.unwrap_or_else(|error| panic!("{baseline:?}: {error}"));
    assert_eq!(ids, [A, B], "{baseline:?}");
    assert!(history(db).await.iter().all(|it| it.state == State::Baseline && it.reason.as_deref() == Some(reason)));
    let report = three().run(db).await.expect("a report");
    assert_eq!(report.ran.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), [C]);
    assert!(!tables(db).await.contains(&"t".to_owned()));
}

async fn load(db: &Database, text: &str) {
    let connection = db.connection().await.expect("a connection");
    connection.client().batch_execute(text).await.expect(text);
}

#[orm_pg::test]
async fn files_up_to_one_count_as_run(db: Database) {
    takes(&db, &Baseline::up_to(B), "it was there before").await;
    assert_eq!(three().baseline(&db, &Baseline::up_to(C)).await.expect("ids"), [""; 0]);
    let error = three().baseline(&db, &Baseline::up_to("20990101000000_x")).await.expect_err("unknown").to_string();
    assert!(error.contains("there is no migration 20990101000000_x"), "{error}");
    let error = three().down(&db, 2).await.expect_err("a baseline").to_string();
    assert!(error.contains("down.sql") || error.contains("was there before"), "{error}");
}

#[orm_pg::test]
async fn the_history_of_sqlx(db: Database) {
    load(
        &db,
        "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
         installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, \
         execution_time BIGINT NOT NULL); INSERT INTO _sqlx_migrations VALUES \
         (20260101000000, 'a', now(), true, '', 0), (20260101000001, 'b', now(), false, '', 0)",
    )
    .await;
    let error = three().baseline(&db, &Baseline::from(Tool::Sqlx)).await.expect_err("a failed one").to_string();
    assert!(error.contains("20260101000001 failed"), "{error}");
    load(&db, "UPDATE _sqlx_migrations SET success = true").await;
    takes(&db, &Baseline::from(Tool::Sqlx), "2 migrations of _sqlx_migrations, the last one 20260101000001").await;
}

#[orm_pg::test]
async fn the_history_of_sea_orm(db: Database) {
    load(
        &db,
        "CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL); \
         INSERT INTO seaql_migrations VALUES ('m20260101_000000_a', 1), ('m20260101_000001_b_2', 2)",
    )
    .await;
    takes(&db, &Baseline::from(Tool::SeaOrm), "2 migrations of seaql_migrations, the last one m20260101_000001_b_2")
        .await;
}

#[orm_pg::test]
async fn the_history_of_diesel(db: Database) {
    load(
        &db,
        "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY, \
         run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); INSERT INTO __diesel_schema_migrations (version) VALUES \
         ('00000000000000'), ('20260101000000'), ('20260101000001')",
    )
    .await;
    let reason = "2 migrations of __diesel_schema_migrations, the last one 20260101000001";
    takes(&db, &Baseline::from(Tool::Diesel), reason).await;
}

#[orm_pg::test]
async fn the_history_of_rails(db: Database) {
    load(
        &db,
        "CREATE TABLE schema_migrations (version character varying NOT NULL PRIMARY KEY); \
         INSERT INTO schema_migrations VALUES ('20260101000000'), ('20260101000001')",
    )
    .await;
    let reason = "2 migrations of schema_migrations, the last one 20260101000001";
    takes(&db, &Baseline::from(Tool::Rails), reason).await;
}

#[orm_pg::test]
async fn histories_without_times_need_the_last_file(db: Database) {
    load(
        &db,
        "CREATE TABLE refinery_schema_history (version INT4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), \
         checksum VARCHAR(255)); INSERT INTO refinery_schema_history VALUES (1, 'init', '', ''), (2, 'more', '', '')",
    )
    .await;
    let error = three().baseline(&db, &Baseline::from(Tool::Refinery)).await.expect_err("no times").to_string();
    assert!(error.contains("no file has their time: 1, 2") && error.contains("--up-to"), "{error}");
    let baseline = Baseline::from(Tool::Refinery).and_up_to(B);
    takes(&db, &baseline, "2 migrations of refinery_schema_history, the last one 2").await;
}

#[orm_pg::test]
async fn the_history_of_refinery_with_times(db: Database) {
    load(
        &db,
        "CREATE TABLE refinery_schema_history (version INT8 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), \
         checksum VARCHAR(255)); INSERT INTO refinery_schema_history VALUES (20260101000000), (20260101000001)",
    )
    .await;
    let reason = "2 migrations of refinery_schema_history, the last one 20260101000001";
    takes(&db, &Baseline::from(Tool::Refinery), reason).await;
}

#[orm_pg::test]
async fn the_history_of_django(db: Database) {
    load(
        &db,
        "CREATE TABLE django_migrations (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, app varchar(255) NOT NULL, \
         name varchar(255) NOT NULL, applied timestamptz NOT NULL); INSERT INTO django_migrations (app, name, applied) \
         VALUES ('auth', '0001_initial', now()), ('shop', '0001_initial', now())",
    )
    .await;
    let error = three().baseline(&db, &Baseline::from(Tool::Django)).await.expect_err("no times").to_string();
    assert!(error.contains("auth.0001_initial, shop.0001_initial"), "{error}");
    let reason = "2 migrations of django_migrations, the last one shop.0001_initial";
    takes(&db, &Baseline::from(Tool::Django).and_up_to(B), reason).await;
}

#[orm_pg::test]
async fn a_tool_that_was_not_used_is_refused(db: Database) {
    for tool in Tool::ALL {
        let error = three().baseline(&db, &Baseline::from(tool)).await.expect_err("no table").to_string();
        assert!(error.contains(&format!("there is no table {}", tool.table())), "{error}");
    }
    load(&db, "CREATE TABLE schema_migrations (version varchar)").await;
    let error = three().baseline(&db, &Baseline::from(Tool::Rails)).await.expect_err("no rows").to_string();
    assert!(error.contains("schema_migrations is empty"), "{error}");
    // Nothing was recorded.
    let resume = three().repair(&db, &Repair::Resume).await.expect_err("nothing").to_string();
    assert!(resume.contains("no migration has failed") && states(&db).await.is_empty(), "{resume}");
}
