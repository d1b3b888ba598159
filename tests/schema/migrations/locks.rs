//! The lock of the migrators, and the locks of the tables.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use orm_pg::schema::Event;
use tokio::sync::mpsc::unbounded_channel;

use super::*;

#[orm_pg::test]
async fn a_transaction_in_the_way_is_waited_out(db: Database) {
    sql(&db, "CREATE TABLE t (a int)").await;
    let blocker = db.begin().await.expect("a transaction");
    sql!("LOCK TABLE t IN ACCESS SHARE MODE").execute(&blocker).await.expect("a lock");

    let (told, mut events) = unbounded_channel();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let limits = Arc::clone(&seen);
    let migrations = files(&[(A, "-- orm: step = rust\n-- orm: step\nALTER TABLE t ADD b int;")])
        .on_event(move |event| drop(told.send(event.clone())))
        .with(A, async move |tx: &mut Transaction<'_>| {
            let limit: String = sql!("SELECT current_setting('lock_timeout')").one(&*tx).await?;
            limits.lock().expect("the limits").push(limit);
            Ok(())
        });
    let pool = db.clone();
    let migrator = tokio::spawn(async move { migrations.run(&pool).await });

    // Others read meanwhile: behind an ALTER that waits, but never longer than its limit.
    let reads = Arc::new(AtomicU64::new(0));
    let (pool, count) = (db.clone(), Arc::clone(&reads));
    let reader = tokio::spawn(async move {
        loop {
            sql!("SELECT count(*) FROM t").one::<i64>(&pool).await.expect("a count");
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    let (mut timeouts, mut reads_at) = (0, Vec::new());
    while timeouts < 4 {
        if let Event::LockTimeout { id, attempt, .. } = events.recv().await.expect("an event") {
            timeouts += 1;
            assert_eq!((id.as_str(), attempt), (A, timeouts));
            reads_at.push(reads.load(Ordering::Relaxed));
        }
    }
    assert!(reads_at.windows(2).all(|it| it[0] < it[1]), "others read between the attempts: {reads_at:?}");
    blocker.rollback().await.expect("a rollback");
    let report = migrator.await.expect("a task").expect("a report");
    reader.abort();
    let ran = &report.ran[0];
    assert!(ran.lock_timeouts >= 4 && ran.attempts == ran.lock_timeouts + 1, "{ran:?}");
    let seen = seen.lock().expect("the limits");
    assert_eq!(seen.len(), ran.attempts as usize);
    assert!(seen.iter().all(|it| it == "200ms"), "{seen:?}");
}

#[orm_pg::test]
async fn attempts_come_to_an_end(db: Database) {
    sql(&db, "CREATE TABLE t (a int)").await;
    let blocker = db.begin().await.expect("a transaction");
    sql!("LOCK TABLE t IN ACCESS SHARE MODE").execute(&blocker).await.expect("a lock");
    let whole = files(&[(A, "CREATE TABLE u (); ALTER TABLE t ADD b int;")]).lock_attempts(2);
    let error = whole.run(&db).await.expect_err("no lock");
    assert!(error.to_string().contains("got no lock in 2 attempts of 200 ms"), "{error}");
    assert!(error.is_retryable() && error.sql_state() == Some("55P03"), "{error:?}");
    assert_eq!((tables(&db).await, states(&db).await), (vec!["t".to_owned()], vec![]));
    // A step that got no lock did not fail: the next run goes on with it.
    let steps = files(&[(B, "-- orm: transaction = none\nCREATE TABLE u ();\n-- orm: step\nALTER TABLE t ADD b int;")]);
    steps.clone().lock_attempts(2).run(&db).await.expect_err("no lock");
    assert_eq!(states(&db).await, [format!("{B} partial 1/2")]);
    blocker.rollback().await.expect("a rollback");
    assert_eq!(steps.run(&db).await.expect("a report").ran[0].steps, 1);
}

#[orm_pg::test]
async fn what_lets_others_work_has_no_limit(db: Database) {
    sql(&db, "CREATE TABLE t (a int)").await;
    sql(&db, "INSERT INTO t VALUES (1)").await;
    let name = sql(&db, "SELECT current_database()::text").await.remove(0);
    sql(&db, &format!("ALTER DATABASE \"{name}\" SET statement_timeout = '77s'")).await;
    let url = orm_pg::testing::database_url().await.expect("a server");
    let db = Database::builder().url(&url).url(&format!("dbname={name}")).connect().await.expect("a connection");
    // Fails unless the limits are these.
    let function = "CREATE FUNCTION limits(a int, lock text, statement text) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ \
                    BEGIN IF (current_setting('lock_timeout'), current_setting('statement_timeout')) <> (lock, statement) THEN \
                    RAISE 'limits are % and %', current_setting('lock_timeout'), current_setting('statement_timeout'); \
                    END IF; RETURN a; END $$;";
    let text = "-- orm: transaction = none\nSELECT limits(1, '200ms', '77s');\n-- orm: step\n\
                CREATE INDEX CONCURRENTLY i ON t (limits(a, '0', '0'));\n-- orm: step\nSELECT limits(1, '200ms', '77s');\n\
                -- orm: step\nALTER TABLE t ADD CONSTRAINT c CHECK (limits(a, '0', '0') > 0) NOT VALID;\n-- orm: step\n\
                ALTER TABLE t VALIDATE CONSTRAINT c;\nSELECT limits(1, '200ms', '77s');\n-- orm: step\n\
                SELECT limits(1, '200ms', '77s');";
    let report = files(&[(A, function), (B, text)]).run(&db).await.expect("a report");
    assert_eq!(report.ran[1].steps, 6);
    // The judge is awake: it refuses other limits.
    let error = files(&[(A, function), (B, text), (C, "SELECT limits(1, '0', '0');")]).run(&db).await;
    assert!(error.expect_err("a limit").to_string().contains("limits are 200ms and 77s"));
}

#[orm_pg::test]
async fn another_migrator_is_waited_for(db: Database) {
    let other = db.connection().await.expect("a connection");
    other.client().batch_execute("SELECT pg_advisory_lock(1869770079, 1835624306)").await.expect("the lock");
    let (told, mut events) = unbounded_channel();
    let migrations = files(&[(A, "CREATE TABLE t ();")]).on_event(move |event| drop(told.send(event.clone())));
    let error = migrations.clone().wait(Duration::from_millis(50)).run(&db).await.expect_err("no lock").to_string();
    assert!(error.contains("another migrator holds the lock"), "{error}");
    assert_eq!(events.recv().await, Some(Event::Waiting));
    assert_eq!(tables(&db).await, [""; 0]);
    let pool = db.clone();
    let waiting = tokio::spawn(async move { migrations.run(&pool).await });
    assert_eq!(events.recv().await, Some(Event::Waiting));
    drop(other);
    let report = waiting.await.expect("a task").expect("a report");
    assert!(report.polls > 1 && report.ran.len() == 1, "{report:?}");
}

#[orm_pg::test]
async fn a_lock_that_was_lost_ends_the_run(db: Database) {
    let migrations = files(&[(A, "-- orm: step = rust"), (B, "CREATE TABLE t ();")])
        .with(A, async |tx| sql!("SELECT pg_advisory_unlock_all()::text").all::<String>(tx).await.map(drop));
    let error = migrations.run(&db).await.expect_err("no lock");
    assert_eq!(error.kind(), ErrorKind::Migration);
    assert!(error.to_string().contains("pool_mode = session"), "{error}");
    assert_eq!((tables(&db).await, states(&db).await), (vec![], vec![format!("{A} done 1/1")]));
}

#[orm_pg::test]
async fn the_lock_is_given_back(db: Database) {
    let holders = "SELECT pid::text FROM pg_locks WHERE locktype = 'advisory' AND classid = 1869770079 \
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    files(&[(A, "CREATE TABLE t ();")]).run(&db).await.expect("a report");
    assert_eq!(sql(&db, holders).await, [""; 0]);
    files(&[(A, "CREATE TABLE t ();"), (B, "CREATE TABLE t ();")]).run(&db).await.expect_err("an error");
    // After an error the connection is cleaned by a task.
    while !sql(&db, holders).await.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
