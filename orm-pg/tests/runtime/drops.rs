use std::time::{Duration, Instant};

use orm_core::value::Bind;
use orm_pg::{Database, Error, Executor};

use crate::server::{builder, count, drop_after, eventually, insert, one, raw, read, server, sessions, table, unique};

/// Nothing may be left behind: not a transaction, not a row, not a connection.
async fn nothing_left(db: &Database, watcher: &Database, name: &str, table: &str, times: usize) {
    eventually(|| async { db.status().in_use == 0 }).await;
    assert_eq!(sessions(watcher, name, "idle in%").await, 0, "dropped after {times} polls");
    assert_eq!(sessions(watcher, name, "active").await, 0, "dropped after {times} polls");
    assert_eq!(count(db, table).await, 0, "dropped after {times} polls");
    assert!(db.status().connections <= 2, "dropped after {times} polls");
}

macro_rules! dropped_at_every_await {
    ($name:ident, |$db:ident, $table:ident| $body:expr) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let name = unique(stringify!($name));
            let $db = builder(&name).max_connections(2).connect().await.unwrap();
            let watcher = server().await;
            let $table = table(&$db).await;
            let pids = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'");
            for times in 0..200 {
                let done = drop_after(times, async { $body.await }).await.is_some();
                if done {
                    assert!(times > 1, "the future ended after {times} polls");
                    assert!(one::<i64>(&watcher, &pids).await <= 2);
                    return;
                }
                nothing_left(&$db, &watcher, &name, &$table, times).await;
            }
            panic!("the future never ended");
        }
    };
}

dropped_at_every_await!(a_transaction_dropped_at_any_await_is_rolled_back, |db, table| db.transaction(async |tx| {
    insert(tx, &table, 1).await?;
    insert(tx, &table, 2).await?;
    tokio::task::yield_now().await;
    Err::<(), _>(Error::new(orm_pg::ErrorKind::NotFound, "the end"))
}));

dropped_at_every_await!(a_savepoint_dropped_at_any_await_is_rolled_back, |db, table| async {
    let mut tx = db.begin().await?;
    tx.transaction(async |sp| {
        insert(sp, &table, 1).await?;
        sp.transaction(async |deep| insert(deep, &table, 2).await).await?;
        Ok::<_, Error>(())
    })
    .await?;
    tx.rollback().await
});

dropped_at_every_await!(a_connection_dropped_at_any_await_is_clean, |db, table| async {
    let mut connection = db.connection().await?;
    connection.execute(&raw("SET work_mem = '1MB'")).await?;
    let tx = connection.begin().await?;
    insert(&tx, &table, 1).await?;
    drop(tx);
    connection.execute(&raw("BEGIN")).await?;
    insert(&connection, &table, 2).await?;
    Ok::<_, Error>(())
});

dropped_at_every_await!(a_stream_dropped_at_any_await_is_closed, |db, table| async {
    let tx = db.begin().await?;
    insert(&tx, &table, 1).await?;
    let mut stream = tx.stream(read("SELECT * FROM generate_series(1, 1000)", vec![])).await?;
    let mut rows = crate::server::Collect::<i32>::new();
    while let Some(row) = crate::server::next(&mut stream, &mut rows).await {
        row?;
    }
    drop(stream);
    tx.rollback().await
});

#[tokio::test]
async fn a_commit_that_is_dropped_commits_or_rolls_back_but_leaves_nothing_open() {
    let name = unique("commit");
    let db = builder(&name).max_connections(2).connect().await.unwrap();
    let watcher = server().await;
    let table = table(&db).await;
    for times in 0..20 {
        let tx = db.begin().await.unwrap();
        insert(&tx, &table, 1).await.unwrap();
        let done = drop_after(times, tx.commit()).await.is_some();
        eventually(|| async { db.status().in_use == 0 }).await;
        assert_eq!(sessions(&watcher, &name, "idle in%").await, 0);
        let rows = count(&db, &table).await;
        assert_eq!(rows, i64::from(times > 0), "COMMIT is sent by the first poll");
        db.execute(&raw(&format!("TRUNCATE {table}"))).await.unwrap();
        if done {
            return;
        }
    }
    panic!("the commit never ended");
}

#[tokio::test]
async fn after_a_dropped_savepoint_the_transaction_goes_on() {
    let db = server().await;
    let table = table(&db).await;
    for times in 0..30 {
        let mut tx = db.begin().await.unwrap();
        insert(&tx, &table, 1).await.unwrap();
        let inner = tx.transaction(async |sp| {
            insert(sp, &table, 2).await?;
            insert(sp, &table, 3).await?;
            Err::<(), _>(Error::new(orm_pg::ErrorKind::NotFound, "the end"))
        });
        let done = drop_after(times, inner).await.is_some();
        tx.commit().await.unwrap();
        assert_eq!(count(&db, &table).await, 1, "dropped after {times} polls");
        db.execute(&raw(&format!("TRUNCATE {table}"))).await.unwrap();
        if done {
            return;
        }
    }
    panic!("the savepoint never ended");
}

#[tokio::test]
async fn a_dropped_statement_is_cancelled_and_the_connection_kept() {
    let name = unique("cancel");
    let db = builder(&name).max_connections(1).connect().await.unwrap();
    let watcher = server().await;
    let pid: i32 = one(&db, "SELECT pg_backend_pid()").await;
    for round in 0..5 {
        let sleep = read("SELECT pg_sleep(30)::text", vec![]);
        let mut rows = crate::server::Collect::<String>::new();
        let running = tokio::time::timeout(Duration::from_millis(50), db.fetch(&sleep, &mut rows));
        assert!(running.await.is_err());
        let started = Instant::now();
        assert_eq!(one::<i32>(&db, "SELECT pg_backend_pid()").await, pid, "round {round}");
        assert!(started.elapsed() < Duration::from_secs(2));
        assert_eq!(sessions(&watcher, &name, "active").await, 0);
    }
    // The same within a transaction.
    let tx = db.begin().await.unwrap();
    let sleep = raw("SELECT pg_sleep(30)");
    let running = tokio::time::timeout(Duration::from_millis(50), tx.execute(&sleep));
    assert!(running.await.is_err());
    drop(tx);
    assert_eq!(one::<i32>(&db, "SELECT pg_backend_pid()").await, pid);
}

#[tokio::test]
async fn dropped_prepares_leave_no_statements_behind() {
    let name = unique("prepare");
    let db = builder(&name).max_connections(1).statement_cache(20).connect().await.unwrap();
    let connection = db.connection().await.unwrap();
    for round in 0..1000 {
        let text = format!("SELECT {round}");
        let mut rows = crate::server::Collect::<i32>::new();
        let statement = read(&text, vec![]);
        assert!(drop_after(1, connection.fetch(&statement, &mut rows)).await.is_none());
        if round % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    let prepared = "SELECT count(*) FROM pg_prepared_statements";
    eventually(|| async { one::<i64>(&connection, prepared).await <= 21 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_drops_keep_the_books_balanced() {
    let name = unique("bank");
    let db = builder(&name).max_connections(4).connect().await.unwrap();
    let watcher = server().await;
    let table = table(&db).await;
    db.execute(&raw(&format!("ALTER TABLE {table} ADD balance bigint NOT NULL DEFAULT 100"))).await.unwrap();
    for id in 0..10 {
        insert(&db, &table, id).await.unwrap();
    }
    let mut tasks = Vec::new();
    for number in 0..600_i64 {
        let (db, table) = (db.clone(), table.clone());
        tasks.push(tokio::spawn(async move {
            let change = |id: i64, by: i64| {
                let text = format!("UPDATE {table} SET balance = balance + $2 WHERE id = $1");
                crate::server::write(&text, vec![Bind::new(id), Bind::new(by)])
            };
            let (from, to) = (number % 10, (number * 7 + 3) % 10);
            let transfer = db.transaction(async |tx| {
                tx.execute(&change(from.min(to), if from < to { -1 } else { 1 })).await?;
                tx.execute(&change(from.max(to), if from < to { 1 } else { -1 })).await?;
                Ok::<_, Error>(())
            });
            drop(drop_after(usize::try_from(number % 17).unwrap(), transfer).await);
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    eventually(|| async { db.status().in_use == 0 }).await;
    assert_eq!(sessions(&watcher, &name, "idle in%").await, 0);
    assert_eq!(one::<i64>(&db, &format!("SELECT sum(balance)::bigint FROM {table}")).await, 1000);
    assert!(db.status().connections <= 4);
}

#[tokio::test]
async fn a_late_cancel_never_hits_the_next_statement() {
    let db = builder(&unique("late")).max_connections(1).connect().await.unwrap();
    let mut rows = crate::server::Collect::<String>::new();
    for round in 0..80 {
        // It ends by itself about when the request to cancel it is made.
        let seconds = 0.022 + f64::from(round % 20) * 0.0005;
        let sleep = read("SELECT pg_sleep($1)::text", vec![Bind::new(seconds)]);
        assert!(tokio::time::timeout(Duration::from_millis(2), db.fetch(&sleep, &mut rows)).await.is_err());
        for _ in 0..5 {
            assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
        }
    }
}
