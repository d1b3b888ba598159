//! What is refused before the first statement, with the command that mends it.

use orm_pg::schema::{Repair, migrate::State};

use super::*;

const TABLE: &str = "CREATE TABLE t (a int);\n";

/// Runs two files where A has run already, and expects a refusal that says this. Nothing may change.
async fn refused(db: &Database, migrations: &Migrations, says: &str) {
    let before = (tables(db).await, history(db).await);
    let checked = migrations.check_against(db).await.expect_err("a refusal");
    let error = migrations.run(db).await.expect_err("a refusal");
    assert_eq!((error.kind(), error.to_string()), (ErrorKind::Migration, checked.to_string()));
    assert!(error.to_string().contains(says), "{error}");
    assert_eq!((tables(db).await, history(db).await), before);
    let problems = migrations.status(db).await.expect("a status").problems;
    assert!(problems.iter().any(|it| it.to_string().contains(says)), "{problems:?}");
}

#[orm_pg::test]
async fn what_editors_change_means_nothing(db: Database) {
    files(&[(A, TABLE)]).run(&db).await.expect("a report");
    for text in ["\u{feff}CREATE TABLE t (a int);\r\n", "CREATE TABLE t (a int);  \n\n\t\n", "CREATE TABLE t (a int);"]
    {
        let report = files(&[(A, text), (B, "-- orm: phase = contract\nSELECT 1;")]).run(&db).await.expect(text);
        assert_eq!(report.ran.len(), 0, "{text:?}");
    }
}

#[orm_pg::test]
async fn a_changed_byte_is_refused_and_can_be_accepted(db: Database) {
    files(&[(A, TABLE)]).run(&db).await.expect("a report");
    let changed = files(&[(A, "CREATE TABLE t (a  int);\n"), (B, "CREATE TABLE u ();")]);
    refused(&db, &changed, &format!("orm migrate repair --accept {A} --reason")).await;
    let accept = |reason: &str| Repair::Accept { id: A.to_owned(), reason: reason.to_owned() };
    let error = changed.repair(&db, &accept(" ")).await.expect_err("no reason").to_string();
    assert!(error.contains("--reason"), "{error}");
    changed.repair(&db, &accept("formatted")).await.expect("a repair");
    assert_eq!(history(&db).await[0].reason.as_deref(), Some("formatted"));
    assert_eq!(changed.run(&db).await.expect("a report").ran.len(), 1);
}

#[orm_pg::test]
async fn a_missing_file_is_refused_and_can_be_given_up(db: Database) {
    files(&[(A, TABLE)]).run(&db).await.expect("a report");
    let without = files(&[(B, "CREATE TABLE u ();")]);
    refused(&db, &without, &format!("orm migrate repair --removed {A} --reason")).await;
    let removed = Repair::Removed { id: A.to_owned(), reason: "merged into B".to_owned() };
    let error = files(&[(A, TABLE)]).repair(&db, &removed).await.expect_err("the file is there").to_string();
    assert!(error.contains("is there"), "{error}");
    without.repair(&db, &removed).await.expect("a repair");
    assert_eq!(without.run(&db).await.expect("a report").ran.len(), 1);
    let rows = history(&db).await;
    assert_eq!((rows[0].state, rows[0].reason.as_deref()), (State::Removed, Some("merged into B")));
}

#[orm_pg::test]
async fn a_gap_is_refused_and_can_be_skipped(db: Database) {
    files(&[(A, TABLE), (C, "CREATE TABLE c ();")]).run(&db).await.expect("a report");
    let gap = files(&[(A, TABLE), (B, "CREATE TABLE b ();"), (C, "CREATE TABLE c ();")]);
    refused(&db, &gap, &format!("orm migrate new --rebase {B}")).await;
    let skip = Repair::Skip { id: B.to_owned(), reason: "made by hand".to_owned() };
    gap.repair(&db, &skip).await.expect("a repair");
    assert_eq!(gap.run(&db).await.expect("a report").ran.len(), 0);
    let rows = history(&db).await;
    assert_eq!(
        (rows[2].id.as_str(), rows[2].state, rows[2].reason.as_deref()),
        (B, State::Skipped, Some("made by hand"))
    );
    assert_eq!(tables(&db).await, ["c", "t"]);
}

#[orm_pg::test]
async fn a_sibling_that_comes_late_is_no_gap(db: Database) {
    let sibling =
        |table: &str| format!("-- orm: after = {A}\n-- orm: touches = table:{table}\nCREATE TABLE {table} ();");
    files(&[(A, TABLE), (C, &sibling("c"))]).run(&db).await.expect("a report");
    let report = files(&[(A, TABLE), (B, &sibling("b")), (C, &sibling("c"))]).run(&db).await.expect("a report");
    assert_eq!(report.ran.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), [B]);
    // Overlapping ones are refused without a database.
    let error =
        files(&[(A, TABLE), (B, &sibling("c")), (C, &sibling("c"))]).check().expect_err("a conflict").to_string();
    assert!(error.contains(&format!("{B} and {C} both change table:c")), "{error}");
}

#[orm_pg::test]
async fn a_failed_step_is_refused_until_it_is_resumed(db: Database) {
    let text = "-- orm: transaction = none\nCREATE TABLE t (a int);\n-- orm: step\nALTER TABLE t DROP b;\n-- orm: step\n\
                CREATE TABLE v ();";
    let migrations = files(&[(A, text), (B, "CREATE TABLE w ();")]);
    let error = migrations.run(&db).await.expect_err("an error");
    assert!(error.to_string().contains(&format!("{A}.up.sql:4: column \"b\"")), "{error}");
    assert_eq!(states(&db).await, [format!("{A} partial 1/3")]);
    refused(&db, &migrations, "step 2 of 3").await;
    refused(&db, &migrations, "orm migrate repair --resume").await;
    // The cause is mended, here the file.
    let mended = files(&[(A, &text.replace("DROP b", "DROP a")), (B, "CREATE TABLE w ();")]);
    refused(&db, &mended, "repair --accept").await;
    let accept = Repair::Accept { id: A.to_owned(), reason: "there is no b".to_owned() };
    mended.repair(&db, &accept).await.expect("a repair");
    mended.repair(&db, &Repair::Resume).await.expect("a repair");
    let report = mended.run(&db).await.expect("a report");
    assert_eq!((report.ran[0].id.as_str(), report.ran[0].steps, report.ran.len()), (A, 2, 2));
    assert_eq!(tables(&db).await, ["t", "v", "w"]);
    let error = mended.repair(&db, &Repair::Resume).await.expect_err("nothing").to_string();
    assert!(error.contains("no migration has failed"), "{error}");
}

#[orm_pg::test]
async fn statements_that_cannot_be_in_a_file_are_refused(db: Database) {
    for (text, line, says) in [
        ("SELECT 1;\nCOMMIT;", 2, "would end the transaction"),
        ("BEGIN;\nSELECT 1;\nEND;", 1, "has its own transaction"),
        ("SELECT 1;\n\nSET search_path = x;", 3, "SET LOCAL"),
        ("\\connect x", 1, "psql"),
        ("COPY t FROM STDIN;", 1, "psql"),
        ("SELECT 'open;", 1, "no end"),
        ("CREATE INDEX CONCURRENTLY a ON t (b);", 1, "transaction = none"),
        ("-- orm: transaction = none\nCREATE INDEX CONCURRENTLY ON t (b);", 2, "needs a name"),
        ("-- orm: transaction = none\nSELECT 1;\nVACUUM t;", 2, "step of its own"),
        ("-- orm: transaction = none\n-- orm: step = repeat\nVACUUM t;", 3, "one statement"),
    ] {
        let migrations = files(&[(A, "CREATE TABLE t ();"), (B, text)]);
        let error = migrations.run(&db).await.expect_err(text).to_string();
        assert!(error.starts_with(&format!("{B}.up.sql:{line}: ")) && error.contains(says), "{text}: {error}");
    }
    assert_eq!(tables(&db).await, [""; 0]);
}

#[orm_pg::test]
async fn an_outdated_embedding_is_found(db: Database) {
    drop(db);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/migrations/files");
    static EMBEDDED: Migrations = orm_pg::migrate!("schema/migrations/files");
    EMBEDDED.check_embedded(folder).expect("the same files");
    assert_eq!(EMBEDDED.check().expect("files").len(), 2);
    static OLD: Migrations = Migrations::embedded(&[("20260101000000_a.up.sql", "SELECT 1;")]);
    let error = OLD.check_embedded(folder).expect_err("other files").to_string();
    assert!(error.contains("20260101000000_a.up.sql") && error.contains("cargo::rerun-if-changed"), "{error}");
}
