//! Migrators that are killed: nothing is half done, and the next one goes on.

use std::collections::BTreeMap;

use orm_pg::schema::{Event, Repair, Report, Scratch, introspect, migrate::State};
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    task::JoinHandle,
    time::sleep,
};

use super::*;

/// Runs migrations in a task, and returns what is told.
fn start(db: &Database, migrations: Migrations) -> (JoinHandle<Result<Report>>, UnboundedReceiver<Event>) {
    let (told, events) = unbounded_channel();
    let (pool, migrations) = (db.clone(), migrations.on_event(move |event| drop(told.send(event.clone()))));
    (tokio::spawn(async move { migrations.run(&pool).await }), events)
}

async fn until_step(events: &mut UnboundedReceiver<Event>, wanted: usize) {
    loop {
        if matches!(events.recv().await.expect("an event"), Event::Step { step, .. } if step == wanted) {
            return;
        }
    }
}

async fn until(db: &Database, condition: &str) {
    while sql(db, condition).await.is_empty() {
        sleep(Duration::from_millis(5)).await;
    }
}

const STEPS: &str = "-- orm: transaction = none\nCREATE TABLE u ();\n-- orm: step\nALTER TABLE t ADD b int;\n-- orm: step\n\
                     CREATE INDEX CONCURRENTLY t_b ON t (b);";

#[orm_pg::test]
async fn a_kill_between_steps(db: Database) {
    sql(&db, "CREATE TABLE t (a int)").await;
    let blocker = db.begin().await.expect("a transaction");
    sql!("LOCK TABLE t IN ACCESS SHARE MODE").execute(&blocker).await.expect("a lock");
    let (migrator, mut events) = start(&db, files(&[(A, STEPS)]));
    until_step(&mut events, 2).await;
    assert!(kill(&db).await);
    migrator.await.expect("a task").expect_err("it was killed");
    assert_eq!(states(&db).await, [format!("{A} partial 1/3")]);
    assert_eq!(history(&db).await[0].error, None);
    blocker.rollback().await.expect("a rollback");
    let report = files(&[(A, STEPS)]).run(&db).await.expect("a report");
    assert_eq!(report.ran[0].steps, 2);
    assert_eq!(states(&db).await, [format!("{A} done 3/3")]);
}

#[orm_pg::test]
async fn a_task_that_is_dropped(db: Database) {
    sql(&db, "CREATE TABLE t (a int)").await;
    let blocker = db.begin().await.expect("a transaction");
    sql!("LOCK TABLE t IN ACCESS SHARE MODE").execute(&blocker).await.expect("a lock");
    let (migrator, mut events) = start(&db, files(&[(A, STEPS)]));
    until_step(&mut events, 2).await;
    migrator.abort();
    assert!(migrator.await.expect_err("it was dropped").is_cancelled());
    blocker.rollback().await.expect("a rollback");
    // The lock is given back by the task that cleans the connection.
    let report = files(&[(A, STEPS)]).run(&db).await.expect("a report");
    assert_eq!((report.ran[0].steps, states(&db).await), (2, vec![format!("{A} done 3/3")]));
}

#[orm_pg::test]
async fn an_index_that_was_interrupted_is_made_again(db: Database) {
    sql(&db, "CREATE TABLE t (a int)").await;
    sql(&db, "INSERT INTO t SELECT g FROM generate_series(1, 100) g").await;
    // CREATE INDEX CONCURRENTLY waits for transactions that can see an older state.
    let old = db.begin().await.expect("a transaction");
    sql!("INSERT INTO t VALUES (0)").execute(&old).await.expect("a row");
    let text =
        "-- orm: transaction = none\nCREATE UNIQUE INDEX CONCURRENTLY \"T a\" ON t (a);\n-- orm: step\nSELECT 1;";
    let (migrator, mut events) = start(&db, files(&[(A, text)]));
    until_step(&mut events, 1).await;
    until(&db, "SELECT phase FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%'").await;
    assert!(kill(&db).await);
    migrator.await.expect("a task").expect_err("it was killed");
    assert_eq!(invalid_indexes(&db).await, ["\"T a\""]);
    assert_eq!(history(&db).await[0].step_running, Some(0));
    old.commit().await.expect("a commit");
    let report = files(&[(A, text)]).run(&db).await.expect("a report");
    assert_eq!((report.ran[0].steps, invalid_indexes(&db).await), (2, vec![]));
    assert_eq!(
        sql(&db, "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 't'::regclass").await,
        ["\"T a\""]
    );
}

#[orm_pg::test]
async fn what_was_done_and_not_recorded_is_recognized(db: Database) {
    sql(&db, "CREATE TABLE p (a int) PARTITION BY LIST (a)").await;
    sql(&db, "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)").await;
    sql(&db, "CREATE SCHEMA other").await;
    sql(&db, "CREATE TABLE other.t (a int)").await;
    sql(&db, "CREATE INDEX gone ON other.t (a)").await;
    for (id, statement) in [
        (A, "CREATE INDEX CONCURRENTLY t_a ON other.t (a)"),
        (B, "DROP INDEX CONCURRENTLY other.gone"),
        (C, "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY"),
    ] {
        let migrations = files(&[(id, &format!("-- orm: transaction = none\n{statement};"))]);
        migrations.run(&db).await.expect(statement);
        // Only the record is lost.
        sql(&db, "UPDATE _orm_migrations SET state = 'partial', steps_done = 0, step_running = 0").await;
        migrations.run(&db).await.expect(statement);
        assert_eq!(states(&db).await, [format!("{id} done 1/1")]);
        // Without a record that it was begun, it is not taken for done.
        sql(&db, "UPDATE _orm_migrations SET state = 'partial', steps_done = 0, step_running = NULL").await;
        migrations.run(&db).await.expect_err(statement);
        sql(&db, "DELETE FROM _orm_migrations").await;
    }
}

#[orm_pg::test]
async fn an_index_that_cannot_be_made_leaves_nothing(db: Database) {
    sql(&db, "CREATE TABLE t (a int)").await;
    sql(&db, "INSERT INTO t VALUES (1), (1)").await;
    let migrations = files(&[(A, "-- orm: transaction = none\nCREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a);")]);
    let error = migrations.run(&db).await.expect_err("duplicates");
    assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Migration, Some("23505")));
    assert_eq!(invalid_indexes(&db).await, [""; 0]);
    assert!(history(&db).await[0].error.as_ref().is_some_and(|it| it.contains("could not create unique index")));
    sql(&db, "DELETE FROM t").await;
    migrations.repair(&db, &Repair::Resume).await.expect("a repair");
    migrations.run(&db).await.expect("a report");
    // An index of the same name that was there before is left alone.
    let other = files(&[
        (A, "-- orm: transaction = none\nCREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a);"),
        (B, "-- orm: transaction = none\nCREATE INDEX CONCURRENTLY t_a ON t (a);"),
    ]);
    assert_eq!(other.run(&db).await.expect_err("its name").sql_state(), Some("42P07"));
    assert_eq!(sql(&db, "SELECT indisunique::text FROM pg_index WHERE indrelid = 't'::regclass").await, ["true"]);
}

#[orm_pg::test]
async fn an_index_that_is_there_and_not_valid_is_not_taken_for_done(db: Database) {
    sql(&db, "CREATE TABLE t (a int)").await;
    sql(&db, "INSERT INTO t VALUES (1), (1)").await;
    let connection = db.connection().await.expect("a connection");
    let by_hand = connection.client().batch_execute("CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a)").await;
    by_hand.expect_err("duplicates");
    assert_eq!(invalid_indexes(&db).await, ["t_a"]);
    let text = "-- orm: transaction = none\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_a ON t (a);";
    let error = files(&[(A, text)]).run(&db).await.expect_err("an invalid index").to_string();
    assert!(error.contains(&format!("{A}.up.sql:2: the index \"t_a\" was there before and is not valid")), "{error}");
    assert_eq!(states(&db).await, [format!("{A} partial 0/1")]);
}

#[orm_pg::test]
async fn a_transaction_elsewhere_only_delays_an_index(db: Database) {
    sql(&db, "CREATE TABLE t (a int)").await;
    sql(&db, "CREATE TABLE other (a int)").await;
    let mut old = db.connection().await.expect("a connection");
    let old = old.begin_with(TransactionOptions::repeatable_read()).await.expect("a transaction");
    sql!("INSERT INTO other VALUES (1)").execute(&old).await.expect("a row");
    let text = "-- orm: transaction = none\nCREATE INDEX CONCURRENTLY t_a ON t (a);";
    let (migrator, mut events) = start(&db, files(&[(A, text)]));
    until_step(&mut events, 1).await;
    until(&db, "SELECT phase FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%'").await;
    // Longer than the limit of 200 ms, which does not hold here.
    sleep(Duration::from_millis(500)).await;
    old.commit().await.expect("a commit");
    let report = migrator.await.expect("a task").expect("a report");
    assert_eq!((report.ran[0].lock_timeouts, invalid_indexes(&db).await), (0, vec![]));
}

#[orm_pg::test]
async fn a_repeated_step_goes_on(db: Database) {
    sql(&db, "CREATE TABLE t (a int, done int NOT NULL DEFAULT 0)").await;
    sql(&db, "INSERT INTO t SELECT g FROM generate_series(1, 300) g").await;
    let text = "-- orm: transaction = none\n-- orm: step = repeat\n\
                UPDATE t SET done = done + 1 WHERE a IN (SELECT a FROM t WHERE done = 0 ORDER BY a LIMIT 10);";
    let (migrator, mut events) = start(&db, files(&[(A, text)]));
    while !matches!(events.recv().await.expect("an event"), Event::Repeated { rows: 50, .. }) {}
    assert!(kill(&db).await);
    migrator.await.expect("a task").expect_err("it was killed");
    assert_eq!(states(&db).await, [format!("{A} partial 0/1")]);
    files(&[(A, text)]).run(&db).await.expect("a report");
    assert_eq!(sql(&db, "SELECT count(*)::text FROM t WHERE done = 1").await, ["300"]);
}

/// What the eight migrators run.
fn many() -> Migrations {
    files(&[
        (A, "CREATE TABLE t (a int, b int);\nINSERT INTO t SELECT g, g % 100 FROM generate_series(1, 3000) g;"),
        (
            B,
            "-- orm: transaction = none\nCREATE INDEX CONCURRENTLY t_a ON t (a);\n-- orm: step\n\
             ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\n-- orm: step\nALTER TABLE t VALIDATE CONSTRAINT c;\n\
             -- orm: step\nCREATE UNIQUE INDEX CONCURRENTLY t_u ON t (a, b);\n-- orm: step\nINSERT INTO t VALUES (9999, 1);\n\
             -- orm: step\nDROP INDEX CONCURRENTLY t_a;",
        ),
        (C, "ALTER TABLE t ADD COLUMN c text DEFAULT 'x';\nINSERT INTO t VALUES (10000, 1, 'y');\nCREATE TABLE u ();"),
    ])
}

/// Eight migrators at once, of which one is killed. The time of the kill is spread over a run by `round`.
async fn round(db: &Database, round: u64) {
    let scratch = Scratch::create(db).await.expect("a database");
    let name = scratch.name().to_owned();
    let url = orm_pg::testing::database_url().await.expect("a server");
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let builder = Database::builder().url(&url).url(&format!("dbname={name}")).max_connections(2);
        tasks.push(tokio::spawn(async move { many().run(&builder.connect().await?).await }));
    }
    sleep(Duration::from_millis(20 + round.wrapping_mul(7919) % 400)).await;
    let dropped = round % 4 == 3;
    if dropped {
        tasks[usize::try_from(round / 4 % 8).unwrap_or(0)].abort();
    } else {
        // There may be nobody any more.
        let _ = kill(scratch.database()).await;
    }
    let (mut failed, mut done) = (0, BTreeMap::new());
    for task in tasks {
        match task.await {
            Ok(Ok(report)) => report.ran.into_iter().for_each(|it| *done.entry(it.id).or_insert(0) += 1),
            Ok(Err(error)) => {
                failed += 1;
                assert_ne!(error.sql_state(), Some("40P01"), "round {round}: {error}");
                assert_ne!(error.kind(), ErrorKind::Migration, "round {round}: {error}");
            }
            Err(error) => assert!(dropped && error.is_cancelled(), "round {round}: {error}"),
        }
    }
    assert!(failed <= 1, "round {round}: {failed} migrators failed, and one was killed");
    assert!(done.values().all(|it| *it == 1), "round {round}: {done:?}");
    let db = scratch.database();
    // The seven others have done it all.
    assert_eq!(many().run(db).await.expect("a report").ran, [], "round {round}");
    let rows = history(db).await;
    assert!(rows.len() == 3 && rows.iter().all(|it| it.state == State::Done), "round {round}: {rows:?}");
    assert_eq!(invalid_indexes(db).await, [""; 0], "round {round}");
    assert_eq!(sql(db, "SELECT count(*)::text FROM t").await, ["3002"], "round {round}");
    let alone = Scratch::create(db).await.expect("a database");
    many().run(alone.database()).await.expect("a report");
    let (catalog, expected) =
        (introspect(db).await.expect("a catalog"), introspect(alone.database()).await.expect("a catalog"));
    assert_eq!(catalog, expected, "round {round}");
    alone.drop().await.expect("a drop");
    scratch.drop().await.expect("a drop");
}

/// `ORM_PG_MIGRATOR_ROUNDS=200` runs more of them.
#[orm_pg::test]
async fn eight_migrators_of_which_one_is_killed(db: Database) {
    let rounds = std::env::var("ORM_PG_MIGRATOR_ROUNDS").ok().map_or(20, |it| it.parse().expect("a number"));
    for i in 0..rounds {
        round(&db, i).await;
    }
}
