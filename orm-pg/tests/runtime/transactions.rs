use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use orm_pg::{Begin, Database, Error, ErrorKind, Executor, Result, TransactionOptions};

use crate::server::{all, builder, count, eventually, insert, one, raw, read, server, sessions, table, unique};

#[tokio::test]
async fn ok_commits_and_an_error_rolls_back() {
    let db = server().await;
    let table = table(&db).await;
    let value = db.transaction(async |tx| insert(tx, &table, 1).await).await.unwrap();
    assert_eq!(value, 1);
    let error: Error = db
        .transaction(async |tx| {
            insert(tx, &table, 2).await?;
            insert(tx, &table, 1).await
        })
        .await
        .unwrap_err();
    assert!(error.is_unique_violation(), "the first error counts");
    assert_eq!(count(&db, &table).await, 1);
    let tx = db.begin().await.unwrap();
    insert(&tx, &table, 3).await.unwrap();
    tx.rollback().await.unwrap();
    let tx = db.begin().await.unwrap();
    insert(&tx, &table, 4).await.unwrap();
    drop(tx);
    assert_eq!(count(&db, &table).await, 1);
}

#[tokio::test]
async fn two_awaits_at_once_are_pipelined() {
    let db = server().await;
    let table = table(&db).await;
    db.transaction(async |tx| {
        let (a, b, c) = tokio::try_join!(insert(tx, &table, 1), insert(tx, &table, 2), async {
            all::<i32>(tx, read("SELECT 3", vec![])).await
        })?;
        assert_eq!((a, b, c), (1, 1, vec![3]));
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(count(&db, &table).await, 2);
}

#[tokio::test]
async fn savepoints_nest() {
    let db = server().await;
    let table = table(&db).await;
    db.transaction(async |tx| {
        insert(tx, &table, 1).await?;
        let failed: Result<()> = tx
            .transaction(async |sp| {
                insert(sp, &table, 2).await?;
                sp.transaction(async |deep| insert(deep, &table, 3).await).await?;
                insert(sp, &table, 1).await?;
                Ok(())
            })
            .await;
        assert!(failed.unwrap_err().is_unique_violation());
        {
            let mut sp = tx.begin().await?;
            insert(&sp, &table, 4).await?;
            let deep = sp.begin().await?;
            insert(&deep, &table, 5).await?;
            drop(deep);
            sp.commit().await?;
        }
        let sp = tx.begin().await?;
        insert(&sp, &table, 6).await?;
        sp.rollback().await?;
        insert(tx, &table, 7).await
    })
    .await
    .unwrap();
    let ids = all::<i64>(&db, read(&format!("SELECT id FROM {table} ORDER BY id"), vec![])).await.unwrap();
    assert_eq!(ids, [1, 4, 7]);
}

#[tokio::test]
async fn commit_never_says_ok_when_the_server_rolled_back() {
    let db = builder(&unique("doomed")).max_connections(1).connect().await.unwrap();
    let table = table(&db).await;
    let outcome: Result<()> = db
        .transaction(async |tx| {
            insert(tx, &table, 1).await?;
            assert!(insert(tx, &table, 1).await.is_err());
            Ok(())
        })
        .await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::RolledBack);
    assert_eq!(count(&db, &table).await, 0);
    // In a savepoint it is the savepoint that is rolled back.
    db.transaction(async |tx| {
        insert(tx, &table, 1).await?;
        let inner: Result<()> = tx
            .transaction(async |sp| {
                assert!(insert(sp, &table, 1).await.is_err());
                Ok(())
            })
            .await;
        assert_eq!(inner.unwrap_err().kind(), ErrorKind::RolledBack);
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    assert_eq!(count(&db, &table).await, 1);
    // A constraint that is checked at COMMIT says so itself.
    let deferred = unique("d");
    let text = format!("CREATE TABLE {deferred} (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
    db.execute(&raw(&text)).await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.execute(&raw(&format!("INSERT INTO {deferred} VALUES (1), (1)"))).await.unwrap();
    assert!(tx.commit().await.unwrap_err().is_unique_violation());
    assert_eq!(db.status().connections, 1);
}

#[tokio::test]
async fn a_panic_rolls_back_and_the_connection_goes_on() {
    let name = unique("panic");
    let db = builder(&name).max_connections(1).connect().await.unwrap();
    let table = table(&db).await;
    let pid: i32 = one(&db, "SELECT pg_backend_pid()").await;
    let (clone, name2) = (db.clone(), table.clone());
    let task = tokio::spawn(async move {
        clone
            .transaction(async |tx| {
                insert(tx, &name2, 1).await?;
                assert!(name2.is_empty(), "a panic in the closure");
                Ok::<_, Error>(())
            })
            .await
    });
    assert!(task.await.is_err());
    assert_eq!(count(&db, &table).await, 0);
    assert_eq!(one::<i32>(&db, "SELECT pg_backend_pid()").await, pid);
    assert_eq!(sessions(&db, &name, "idle in%").await, 0);
}

#[tokio::test]
async fn options_reach_the_server() {
    let db = server().await;
    let options = TransactionOptions::serializable().read_only().deferrable();
    let tx = db.begin_with(options).await.unwrap();
    assert_eq!(one::<String>(&tx, "SHOW transaction_isolation").await, "serializable");
    assert_eq!(one::<String>(&tx, "SHOW transaction_read_only").await, "on");
    assert_eq!(one::<String>(&tx, "SHOW transaction_deferrable").await, "on");
}

#[tokio::test]
async fn a_conflict_is_tried_again_in_a_spawned_task() {
    let db = server().await;
    let table = table(&db).await;
    insert(&db, &table, 0).await.unwrap();
    let tries = std::sync::Arc::new(AtomicU32::new(0));
    // All have read before the first one writes, so all but one run into a conflict.
    let all_have_read = std::sync::Arc::new(tokio::sync::Barrier::new(8));
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (db, table, tries, all_have_read) = (db.clone(), table.clone(), tries.clone(), all_have_read.clone());
            tokio::spawn(async move {
                let first = AtomicBool::new(true);
                db.transaction_with(TransactionOptions::serializable().retry(50), async |tx| {
                    tries.fetch_add(1, Ordering::Relaxed);
                    let most: i64 = all(tx, read(&format!("SELECT max(id) FROM {table}"), vec![])).await?.remove(0);
                    if first.swap(false, Ordering::Relaxed) {
                        all_have_read.wait().await;
                    }
                    insert(tx, &table, most + 1).await
                })
                .await
            })
        })
        .collect();
    let mut lost = 0;
    for task in tasks {
        // Of two that are not serializable one may see the key of the other first.
        lost += i64::from(task.await.unwrap().is_err());
    }
    assert_eq!(count(&db, &table).await, 9 - lost);
    assert!(tries.load(Ordering::Relaxed) > 8, "nothing was tried again");
}

/// Runs a closure that meets a conflict in a savepoint, goes on with `then`, and fails with an error of its own.
async fn runs_after_a_swallowed_conflict(db: &Database, then: Option<&str>) -> u32 {
    let runs = AtomicU32::new(0);
    let outcome = db.transaction_with(TransactionOptions::new().retry(2), async |tx| {
        runs.fetch_add(1, Ordering::Relaxed);
        let conflict = raw("DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$");
        assert!(tx.transaction(async |sp| sp.execute(&conflict).await).await.unwrap_err().is_retryable());
        if let Some(sql) = then {
            tx.execute(&raw(sql)).await?;
        }
        Err::<(), _>(Error::new(ErrorKind::NotFound, "something else"))
    });
    assert!(outcome.await.unwrap_err().is_not_found());
    runs.into_inner()
}

#[tokio::test]
async fn a_conflict_that_the_transaction_outlived_is_no_reason_to_run_it_again() {
    let db = server().await;
    assert_eq!(runs_after_a_swallowed_conflict(&db, Some("SELECT 1")).await, 1);
    // Nothing says that this error is not the conflict in other words.
    assert_eq!(runs_after_a_swallowed_conflict(&db, None).await, 3);
}

#[tokio::test]
async fn without_retry_a_conflict_is_told() {
    let db = server().await;
    let table = table(&db).await;
    insert(&db, &table, 1).await.unwrap();
    let touch = format!("UPDATE {table} SET name = 'x' WHERE id = 1");
    let result = db
        .transaction_with(TransactionOptions::repeatable_read(), async |tx| {
            one::<i32>(tx, "SELECT 1").await;
            db.execute(&raw(&touch)).await?;
            tx.execute(&raw(&touch)).await
        })
        .await;
    let error = result.unwrap_err();
    assert_eq!(error.sql_state(), Some("40001"));
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_connection_has_transactions_as_well() {
    let db = server().await;
    let table = table(&db).await;
    let mut connection = db.connection().await.unwrap();
    connection.transaction(async |tx| insert(tx, &table, 1).await).await.unwrap();
    let tx = connection.begin().await.unwrap();
    insert(&tx, &table, 2).await.unwrap();
    drop(tx);
    assert_eq!(count(&connection, &table).await, 1);
    insert(&connection, &table, 3).await.unwrap();
    drop(connection);
    eventually(|| async { db.status().in_use == 0 }).await;
    assert_eq!(count(&db, &table).await, 2);
}

async fn twice<B: Begin + Send>(mut db: B, table: &str) -> Result<()> {
    let mut tx = db.begin().await?;
    insert(&tx, table, 1).await?;
    tx.transaction(async |sp| insert(sp, table, 2).await).await?;
    tx.commit().await
}

#[tokio::test]
async fn code_need_not_know_what_it_begins_on() {
    async fn on(db: &Database, table: String) -> Result<()> {
        twice(db, &table).await?;
        db.execute(&raw(&format!("TRUNCATE {table}"))).await?;
        let mut connection = db.connection().await?;
        twice(&mut connection, &table).await?;
        db.execute(&raw(&format!("TRUNCATE {table}"))).await?;
        let mut tx = db.begin().await?;
        twice(&mut tx, &table).await?;
        Begin::transaction(&mut tx, async |sp| insert(sp, &table, 3).await).await?;
        tx.commit().await?;
        assert_eq!(count(db, &table).await, 3);
        Ok(())
    }
    let db = server().await;
    let table = table(&db).await;
    tokio::spawn(async move { on(&db, table).await }).await.unwrap().unwrap();
}
