use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use orm_core::value::Bind;
use orm_pg::{Database, ErrorKind, Executor, TransactionOptions};

use crate::server::{
    Collect, all, builder, count, eventually, insert, next, one, raw, read, server, table, unique, write,
};

async fn kill(watcher: &Database, name: &str) {
    let text =
        format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{name}'");
    let _: i64 = one(watcher, &text).await;
}

#[tokio::test]
async fn an_idle_connection_that_dies_is_not_noticed() {
    let name = unique("idle");
    let db = builder(&name).max_connections(3).connect().await.unwrap();
    let watcher = server().await;
    let table = table(&db).await;
    for round in 0..5 {
        kill(&watcher, &name).await;
        eventually(|| async { crate::server::sessions(&watcher, &name, "%").await == 0 }).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        insert(&db, &table, round).await.unwrap();
    }
    assert_eq!(count(&db, &table).await, 5);
}

#[tokio::test]
async fn a_transaction_whose_connection_dies_is_lost_with_the_reason() {
    let name = unique("tx");
    let db = builder(&name).connect().await.unwrap();
    let watcher = server().await;
    let table = table(&db).await;
    let tx = db.begin().await.unwrap();
    insert(&tx, &table, 1).await.unwrap();
    kill(&watcher, &name).await;
    let error = insert(&tx, &table, 2).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
    assert_eq!(error.sql_state(), Some("57P01"), "{error}");
    let error = insert(&tx, &table, 3).await.unwrap_err();
    assert_eq!((error.kind(), error.sql_state()), (ErrorKind::ConnectionLost, Some("57P01")), "{error}");
    let error = tx.commit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
    assert_eq!(count(&db, &table).await, 0);
    // Rolled back it was in any case.
    let tx = db.begin().await.unwrap();
    kill(&watcher, &name).await;
    tx.rollback().await.unwrap();
}

#[tokio::test]
async fn all_who_wait_on_a_connection_that_dies_hear_the_reason() {
    let name = unique("many");
    let db = builder(&name).connect().await.unwrap();
    let watcher = server().await;
    let tx = db.begin().await.unwrap();
    let sleep = raw("SELECT pg_sleep(5)");
    let (first, second, third, ()) = tokio::join!(tx.execute(&sleep), tx.execute(&sleep), tx.execute(&sleep), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        kill(&watcher, &name).await;
    });
    for outcome in [first, second, third] {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.sql_state()), (ErrorKind::ConnectionLost, Some("57P01")), "{error}");
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_unknown_and_a_read_is_repeated() {
    let name = unique("write");
    let db = builder(&name).connect().await.unwrap();
    let watcher = server().await;
    let table = table(&db).await;
    let slow = write(&format!("INSERT INTO {table} (id) SELECT 1 FROM pg_sleep(0.3)"), vec![]);
    let (outcome, ()) = tokio::join!(db.execute(&slow), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        kill(&watcher, &name).await;
    });
    let error = outcome.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
    assert_eq!(error.sql_state(), Some("57P01"), "{error}");
    let sleep = raw("SELECT pg_sleep(0.3)");
    let (outcome, ()) = tokio::join!(db.execute(&sleep), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        kill(&watcher, &name).await;
    });
    assert!(outcome.unwrap_err().is_outcome_unknown());
    let (rows, ()) = tokio::join!(all::<i32>(&db, read("SELECT 1 FROM pg_sleep(0.3)", vec![])), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        kill(&watcher, &name).await;
    });
    assert_eq!(rows.unwrap(), [1]);
}

/// A table whose rows keep COMMIT busy: a trigger sleeps then.
async fn slow_to_commit(db: &Database) -> String {
    let deferred = unique("d");
    for text in [
        format!("CREATE TABLE {deferred} (id int)"),
        format!(
            "CREATE FUNCTION {deferred}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.4); RETURN NULL; END'"
        ),
        format!(
            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON {deferred} DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW EXECUTE FUNCTION {deferred}()"
        ),
    ] {
        db.execute(&raw(&text)).await.unwrap();
    }
    deferred
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_unknown() {
    let name = unique("commit");
    let db = builder(&name).connect().await.unwrap();
    let watcher = server().await;
    let deferred = slow_to_commit(&db).await;
    let tx = db.begin().await.unwrap();
    tx.execute(&write(&format!("INSERT INTO {deferred} VALUES (1)"), vec![])).await.unwrap();
    let (outcome, ()) = tokio::join!(tx.commit(), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        kill(&watcher, &name).await;
    });
    let error = outcome.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
    assert_eq!(error.sql_state(), Some("57P01"), "{error}");
}

#[tokio::test]
async fn a_stream_whose_connection_dies_says_so() {
    let name = unique("stream");
    let db = builder(&name).connect().await.unwrap();
    let watcher = server().await;
    let text = "SELECT generate_series(1, 1000000), repeat('x', 1000)";
    let mut stream = db.stream(read(text, vec![])).await.unwrap();
    let mut rows = Collect::<(i32, String)>::new();
    next(&mut stream, &mut rows).await.unwrap().unwrap();
    kill(&watcher, &name).await;
    let error = loop {
        match next(&mut stream, &mut rows).await {
            Some(Ok(())) => {}
            Some(Err(error)) => break error,
            None => panic!("the stream ended as if all was well"),
        }
    };
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
    assert!(next(&mut stream, &mut rows).await.is_none());
    drop(stream);
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
}

#[tokio::test]
async fn a_limit_of_the_server_is_a_timeout_and_the_connection_is_kept() {
    let db = builder(&unique("limit"))
        .statement_timeout(Duration::from_millis(100))
        .max_connections(1)
        .connect()
        .await
        .unwrap();
    let pid: i32 = one(&db, "SELECT pg_backend_pid()").await;
    let error = db.execute(&read("SELECT pg_sleep($1)", vec![Bind::new(5.0_f64)])).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(one::<i32>(&db, "SELECT pg_backend_pid()").await, pid);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_random_kills_every_answer_is_true() {
    let name = unique("kills");
    let db = builder(&name).max_connections(4).connect().await.unwrap();
    let watcher = server().await;
    let table = table(&db).await;
    let mut tasks = Vec::new();
    for task in 0..16_i64 {
        let (db, table) = (db.clone(), table.clone());
        tasks.push(tokio::spawn(async move {
            let mut told = Vec::new();
            for number in 0..150 {
                let id = task * 1000 + number;
                let outcome = if number % 3 == 0 {
                    db.transaction(async |tx| insert(tx, &table, id).await).await
                } else {
                    insert(&db, &table, id).await
                };
                told.push((id, outcome));
            }
            told
        }));
    }
    let killer = tokio::spawn(async move {
        loop {
            let victim = format!(
                "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity \
                 WHERE application_name = '{name}' ORDER BY random() LIMIT 1) it"
            );
            let _: i64 = one(&watcher, &victim).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let mut told = Vec::new();
    for task in tasks {
        told.extend(task.await.unwrap());
    }
    killer.abort();
    let text = format!("SELECT id FROM {table}");
    let present: std::collections::HashSet<i64> = all(&db, read(&text, vec![])).await.unwrap().into_iter().collect();
    let mut unknown = 0;
    for (id, outcome) in told {
        match outcome {
            Ok(count) => assert!(count == 1 && present.contains(&id), "{id} was acknowledged and is lost"),
            Err(error) if error.is_outcome_unknown() => unknown += 1,
            Err(error) => {
                assert!(!present.contains(&id), "{id} failed and is there: {error}");
                assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
            }
        }
    }
    println!("{unknown} outcomes unknown");
    eventually(|| async { db.status().in_use == 0 }).await;
    assert!(db.status().connections <= 4);
}

#[tokio::test]
async fn a_transaction_whose_outcome_is_unknown_is_never_run_again() {
    let name = unique("again");
    let db = builder(&name).connect().await.unwrap();
    let watcher = server().await;
    let deferred = slow_to_commit(&db).await;
    let runs = AtomicU32::new(0);
    let work = db.transaction_with(TransactionOptions::new().retry(3), async |tx| {
        runs.fetch_add(1, Ordering::Relaxed);
        let inserted = tx.execute(&write(&format!("INSERT INTO {deferred} VALUES (1)"), vec![])).await?;
        // A conflict that the closure swallows at its end, so that it would be tried again for any other reason.
        let conflict = raw("DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$");
        assert!(tx.transaction(async |sp| sp.execute(&conflict).await).await.unwrap_err().is_retryable());
        Ok::<_, orm_pg::Error>(inserted)
    });
    let (outcome, ()) = tokio::join!(work, async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        kill(&watcher, &name).await;
    });
    let error = outcome.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}
