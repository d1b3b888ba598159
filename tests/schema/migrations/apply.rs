//! What runs, and what is recorded.

use std::sync::{Arc, Mutex};

use orm_pg::schema::{Event, Standing, introspect};

use super::*;

#[orm_pg::test]
async fn files_run_once_in_their_order(db: Database) {
    let migrations =
        files(&[(B, "ALTER TABLE t ADD COLUMN b int; CREATE INDEX t_b ON t (b);"), (A, "CREATE TABLE t (a int);")]);
    let report = migrations.run(&db).await.expect("a report");
    assert_eq!(report.ran.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), [A, B]);
    assert!(report.polls >= 1);
    assert!(report.ran.iter().all(|it| (it.attempts, it.lock_timeouts, it.steps) == (1, 0, 1)), "{report:?}");
    assert_eq!(states(&db).await, [format!("{A} done 1/1"), format!("{B} done 1/1")]);
    let rows = history(&db).await;
    for (row, file) in rows.iter().zip(migrations.check().expect("files")) {
        assert_eq!(row.checksum, file.up.checksum);
        assert!(row.finished_at.is_some() && row.duration_ms.is_some() && row.error.is_none(), "{row:?}");
        assert!(row.server_version >= 130_000 && !row.tool_version.is_empty(), "{row:?}");
    }
    let again = migrations.run(&db).await.expect("a report");
    assert_eq!((again.ran.len(), again.polls), (0, 0));
}

#[orm_pg::test]
async fn a_file_takes_effect_as_a_whole_or_not_at_all(db: Database) {
    let migrations =
        files(&[(A, "CREATE TABLE t (a int);"), (B, "CREATE TABLE u (a int);\n\nALTER TABLE t\n  DROP COLUMN x;")]);
    let error = migrations.run(&db).await.expect_err("an error");
    assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Migration, Some("42703")));
    let shown = error.to_string();
    assert!(shown.contains(&format!("{B}.up.sql:3: column \"x\"")), "{shown}");
    assert_eq!((tables(&db).await, states(&db).await), (vec!["t".to_owned()], vec![format!("{A} done 1/1")]));
    // Nothing of it took effect, so the mended file simply runs.
    let mended = files(&[(A, "CREATE TABLE t (a int);"), (B, "CREATE TABLE u (a int);")]);
    assert_eq!(mended.run(&db).await.expect("a report").ran.len(), 1);
}

#[orm_pg::test]
async fn the_line_of_a_mistake_is_named(db: Database) {
    let error = files(&[(A, "SELECT 1;\n-- why\nSELECT 1,\n  nothing;")]).run(&db).await.expect_err("an error");
    assert!(error.to_string().contains(&format!("{A}.up.sql:4: column \"nothing\"")), "{error}");
    // A message that quotes data is not repeated.
    let error = files(&[(A, "SELECT 'secret'::int;")]).run(&db).await.expect_err("an error");
    assert!(!error.to_string().contains("secret") && error.sql_state() == Some("22P02"), "{error}");
}

#[orm_pg::test]
async fn functions_and_enums_need_no_markers(db: Database) {
    let migrations = files(&[
        (A, "CREATE TYPE mood AS ENUM ('good'); CREATE TABLE t (mood mood);"),
        (B, "ALTER TYPE mood ADD VALUE 'bad' AFTER 'good';"),
        (
            C,
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$; \
             CREATE FUNCTION g() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM later'; CREATE TABLE later ();\n\
             ALTER TABLE t ALTER mood SET DEFAULT 'bad';",
        ),
    ]);
    assert_eq!(migrations.run(&db).await.expect("a report").ran.len(), 3);
}

#[orm_pg::test]
async fn steps_without_a_transaction_are_recorded_one_by_one(db: Database) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&events);
    let migrations = files(&[
        (A, "CREATE TABLE t (a int, done bool);\nINSERT INTO t SELECT g FROM generate_series(1, 25) g;"),
        (
            B,
            "-- orm: transaction = none\nCREATE INDEX CONCURRENTLY t_a ON t (a);\n-- orm: step\n\
             ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT VALID; SELECT 1;\n-- orm: step\n\
             ALTER TABLE t VALIDATE CONSTRAINT positive;\n-- orm: step = repeat\n\
             UPDATE t SET done = true WHERE a IN (SELECT a FROM t WHERE done IS NULL LIMIT 10);\n\
             -- orm: step\nVACUUM t;",
        ),
    ])
    .on_event(move |event| told.lock().expect("the events").push(event.clone()));
    let report = migrations.run(&db).await.expect("a report");
    assert_eq!((report.ran[1].steps, report.ran[1].lock_timeouts), (5, 0));
    assert_eq!(states(&db).await, [format!("{A} done 1/1"), format!("{B} done 5/5")]);
    assert_eq!(sql(&db, "SELECT count(*)::text FROM t WHERE done").await, ["25"]);
    let events = events.lock().expect("the events");
    let rows: Vec<_> =
        events.iter().filter_map(|it| if let Event::Repeated { rows, .. } = it { Some(*rows) } else { None }).collect();
    assert_eq!(rows, [10, 20, 25]);
    let steps = events.iter().filter(|it| matches!(it, Event::Step { id, of: 5, .. } if id == B)).count();
    assert_eq!(steps, 5);
}

#[orm_pg::test]
async fn a_step_in_rust_runs_in_the_transaction(db: Database) {
    let text = "CREATE TABLE t (a text);\n-- orm: step = rust\n-- orm: step\nALTER TABLE t ALTER a SET NOT NULL;";
    let migrations = files(&[(A, text)]);
    let error = migrations.run(&db).await.expect_err("an error").to_string();
    assert!(error.contains(&format!("Migrations::with(\"{A}\", async |tx| ..)")), "{error}");
    assert_eq!(tables(&db).await, [""; 0]);

    let failing = migrations.clone().with(A, async |tx| {
        sql!("INSERT INTO t VALUES ('x')").execute(tx).await?;
        sql!("INSERT INTO nowhere VALUES ('x')").execute(tx).await.map(drop)
    });
    assert_eq!(failing.run(&db).await.expect_err("an error").sql_state(), Some("42P01"));
    assert_eq!((tables(&db).await, states(&db).await), (vec![], vec![]));

    let word = "from outside".to_owned();
    let filled = migrations.with(A, async move |tx: &mut Transaction<'_>| {
        sql!("INSERT INTO t VALUES ({word})").execute(&*tx).await.map(drop)
    });
    // It can run in a task.
    let pool = db.clone();
    tokio::spawn(async move { filled.run(&pool).await }).await.expect("a task").expect("a report");
    assert_eq!(sql(&db, "SELECT a FROM t").await, ["from outside"]);
}

#[orm_pg::test]
async fn a_function_without_its_file_is_refused(db: Database) {
    let migrations = files(&[(A, "SELECT 1;")]).with(A, async |_| Ok(()));
    let error = migrations.run(&db).await.expect_err("an error").to_string();
    assert!(error.contains("no such file has `-- orm: step = rust`"), "{error}");
}

#[orm_pg::test]
async fn a_step_in_rust_can_have_its_own_transaction(db: Database) {
    let text = "-- orm: transaction = none\nCREATE TABLE t (a int);\n-- orm: step = rust\n-- orm: step\n\
                CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a);";
    let migrations = files(&[(A, text)]).with(A, async |tx| {
        for a in 0..3 {
            sql!("INSERT INTO t VALUES ({a})").execute(tx).await?;
        }
        Ok(())
    });
    migrations.run(&db).await.expect("a report");
    assert_eq!(states(&db).await, [format!("{A} done 3/3")]);
    assert_eq!(sql(&db, "SELECT count(*)::text FROM t").await, ["3"]);
}

#[orm_pg::test]
async fn contract_files_wait(db: Database) {
    let migrations =
        files(&[(A, "CREATE TABLE t (a int, b int);"), (B, "-- orm: phase = contract\nALTER TABLE t DROP b;")]);
    let report = migrations.run(&db).await.expect("a report");
    assert_eq!((report.ran.len(), report.waiting.as_slice()), (1, &[B.to_owned()][..]));
    let again = migrations.run(&db).await.expect("a report");
    assert_eq!((again.polls, again.waiting.len()), (0, 1));
    let status = migrations.status(&db).await.expect("a status");
    assert_eq!(status.ids(Standing::Waiting).collect::<Vec<_>>(), [B]);
    assert_eq!(migrations.contract().run(&db).await.expect("a report").ran.len(), 1);
}

fn with_down(text: &str, down: &str) -> Migrations {
    Migrations::from_files([
        (format!("{A}.up.sql"), "CREATE TABLE t (a int);"),
        (format!("{A}.down.sql"), "DROP TABLE t;"),
        (format!("{B}.up.sql"), text),
        (format!("{B}.down.sql"), down),
    ])
}

#[orm_pg::test]
async fn down_undoes_the_last_ones(db: Database) {
    let migrations = with_down("ALTER TABLE t ADD b int;", "ALTER TABLE t DROP b;");
    let empty = introspect(&db).await.expect("a catalog");
    migrations.run(&db).await.expect("a report");
    let report = migrations.down(&db, 1).await.expect("a report");
    assert_eq!(report.ran[0].id, B);
    assert_eq!(states(&db).await, [format!("{A} done 1/1")]);
    assert_eq!(migrations.run(&db).await.expect("a report").ran.len(), 1);
    let report = migrations.down(&db, 9).await.expect("a report");
    assert_eq!(report.ran.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), [B, A]);
    assert_eq!((tables(&db).await, states(&db).await), (vec![], vec![]));
    sql(&db, "DROP TABLE _orm_migrations").await;
    assert_eq!(introspect(&db).await.expect("a catalog"), empty);
}

#[orm_pg::test]
async fn down_without_a_transaction_goes_on_where_it_ended(db: Database) {
    let migrations = with_down(
        "-- orm: transaction = none\nCREATE INDEX CONCURRENTLY t_a ON t (a);",
        "-- orm: transaction = none\nDROP INDEX CONCURRENTLY t_a;\n-- orm: step\nDROP TABLE u;",
    );
    migrations.run(&db).await.expect("a report");
    assert_eq!(migrations.down(&db, 1).await.expect_err("an error").sql_state(), Some("42P01"));
    let error = migrations.run(&db).await.expect_err("an error").to_string();
    assert!(error.contains("run `orm migrate down` again"), "{error}");
    sql(&db, "CREATE TABLE u ()").await;
    assert_eq!(migrations.down(&db, 1).await.expect("a report").ran[0].steps, 1);
    assert_eq!(states(&db).await, [format!("{A} done 1/1")]);
}

#[orm_pg::test]
async fn down_is_refused_before_the_first_statement(db: Database) {
    let migrations = files(&[(A, "CREATE TABLE t (a int);"), (B, "CREATE TABLE u ();")]);
    migrations.run(&db).await.expect("a report");
    let error = migrations.down(&db, 1).await.expect_err("an error").to_string();
    assert!(error.contains(&format!("write {B}.down.sql")), "{error}");
    assert_eq!(tables(&db).await, ["t", "u"]);
}
