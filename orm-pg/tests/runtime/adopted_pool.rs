//! A pool that the application already has: the same guarantees, on connections that it uses as well.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use bb8_postgres::PostgresConnectionManager;
use orm_core::value::Bind;
use orm_pg::{Database, Error, ErrorKind, Executor};
use tokio_postgres::{Config, NoTls, config::SslMode};

use crate::{
    round_trips::relay,
    server::{
        Collect, all, count, drop_after, eventually, insert, next, one, raw, read, server, sessions, table, unique, url,
    },
};

type Pool = bb8::Pool<PostgresConnectionManager<NoTls>>;

async fn pool_of(config: Config, size: u32) -> Pool {
    let manager = PostgresConnectionManager::new(config, NoTls);
    let limit = Duration::from_secs(10);
    let pool = Pool::builder().max_size(size).test_on_check_out(false).connection_timeout(limit);
    pool.build(manager).await.unwrap()
}

async fn pool(name: &str, size: u32) -> Pool {
    let mut config: Config = url().parse().unwrap();
    config.application_name(name);
    pool_of(config, size).await
}

/// Both must be the same connection.
async fn pid(db: &impl Executor) -> i32 {
    one(db, "SELECT pg_backend_pid()").await
}

#[tokio::test]
async fn it_runs_all_that_a_pool_of_our_own_runs() {
    let pool = pool(&unique("adopted"), 2).await;
    let db = Database::from_pool(pool.clone());
    let table = table(&db).await;
    assert_eq!(insert(&db, &table, 1).await.unwrap(), 1);
    db.transaction(async |tx| {
        insert(tx, &table, 2).await?;
        let undone = tx
            .transaction(async |sp| {
                insert(sp, &table, 3).await?;
                Err::<(), _>(Error::new(ErrorKind::NotFound, "the end"))
            })
            .await;
        assert!(undone.is_err());
        tx.client().execute(&format!("INSERT INTO {table} (id) VALUES (4)"), &[]).await.unwrap();
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    let ids = read(&format!("SELECT id FROM {table} ORDER BY id"), vec![]);
    assert_eq!(all::<i64>(&db, ids).await.unwrap(), [1, 2, 4]);
    let error = insert(&db, &table, 1).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    assert_eq!(
        db.batch(&[raw(&format!("DELETE FROM {table}")), raw("SELECT 1")], &mut Collect::<i32>::new()).await.unwrap(),
        4
    );
    let rows = read("SELECT g FROM generate_series(1, 1000) g", vec![]);
    let (mut stream, mut got) = (db.stream(rows.clone()).await.unwrap(), Collect::<i32>::new());
    while let Some(row) = next(&mut stream, &mut got).await {
        row.unwrap();
    }
    drop(stream);
    let connection = db.connection().await.unwrap();
    let mut stream = connection.stream(rows).await.unwrap();
    while let Some(row) = next(&mut stream, &mut got).await {
        row.unwrap();
    }
    assert_eq!(got.rows.len(), 2000);
    // The application's own code goes on beside it.
    let client = pool.get().await.unwrap();
    assert_eq!(client.query_one("SELECT 7", &[]).await.unwrap().get::<_, i32>(0), 7);
}

#[tokio::test]
async fn statements_stay_prepared_on_their_connection() {
    for mode in [SslMode::Disable, SslMode::Prefer] {
        let (port, trips) = relay().await;
        let known: Config = url().parse().unwrap();
        let mut config = Config::new();
        config.host("127.0.0.1").port(port).ssl_mode(mode);
        config.user(known.get_user().unwrap()).dbname(known.get_dbname().unwrap());
        if let Some(password) = known.get_password() {
            config.password(password);
        }
        stay_prepared(config, &trips).await;
    }
}

async fn stay_prepared(config: Config, trips: &AtomicU32) {
    let pool = pool_of(config, 1).await;
    let db = Database::from_pool(pool.clone());
    let table = table(&db).await;
    macro_rules! costs {
        ($expected:literal, $what:expr) => {{
            eventually(|| async { pool.state().idle_connections == 1 }).await;
            let before = trips.load(Ordering::SeqCst);
            let it = $what;
            assert_eq!(trips.load(Ordering::SeqCst) - before, $expected, "{}", stringify!($what));
            it
        }};
    }
    // The table was made by raw SQL, and its connection closed; another one is opened with the first statement.
    let first = pid(&db).await;
    costs!(2, insert(&db, &table, 1).await.unwrap());
    costs!(1, insert(&db, &table, 2).await.unwrap());
    // The application uses the connection in between.
    drop(pool.get().await.unwrap().simple_query("SELECT 1").await.unwrap());
    costs!(1, insert(&db, &table, 3).await.unwrap());
    costs!(0, drop(db.connection().await.unwrap()));
    costs!(3, db.transaction(async |tx| insert(tx, &table, 4).await).await.unwrap());
    // It throws our statements away: that is found out, and mended.
    drop(pool.get().await.unwrap().simple_query("DEALLOCATE ALL").await.unwrap());
    let error = db.transaction(async |tx| insert(tx, &table, 5).await).await.unwrap_err();
    assert_eq!(error.sql_state(), Some("26000"));
    assert_eq!(insert(&db, &table, 5).await.unwrap(), 1);
    assert_eq!(pid(&db).await, first);
}

macro_rules! dropped_at_every_await {
    ($name:ident, |$db:ident, $table:ident| $body:expr) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let name = unique(stringify!($name));
            let pool = pool(&name, 2).await;
            let $db = Database::from_pool(pool.clone());
            let watcher = server().await;
            let $table = table(&watcher).await;
            for times in 0..200 {
                let done = drop_after(times, async { $body.await }).await.is_some();
                if done {
                    assert!(times > 1, "the future ended after {times} polls");
                    return;
                }
                eventually(|| async { $db.status().in_use == 0 }).await;
                eventually(|| async { sessions(&watcher, &name, "active").await == 0 }).await;
                // A connection that is closed in the middle is in its transaction until the server reads of it.
                eventually(|| async { sessions(&watcher, &name, "idle in%").await == 0 }).await;
                assert_eq!(count(&watcher, &$table).await, 0, "dropped after {times} polls");
                assert!(pool.state().connections <= 2);
            }
            panic!("the future never ended");
        }
    };
}

dropped_at_every_await!(a_transaction_dropped_at_any_await_is_rolled_back, |db, table| db.transaction(async |tx| {
    insert(tx, &table, 1).await?;
    tx.transaction(async |sp| insert(sp, &table, 2).await).await?;
    tokio::task::yield_now().await;
    Err::<(), _>(Error::new(ErrorKind::NotFound, "the end"))
}));

dropped_at_every_await!(a_connection_dropped_at_any_await_is_clean, |db, table| async {
    let mut connection = db.connection().await?;
    let tx = connection.begin().await?;
    insert(&tx, &table, 1).await?;
    drop(tx);
    connection.client().batch_execute(&format!("BEGIN; INSERT INTO {table} (id) VALUES (2)")).await.unwrap();
    connection.execute(&raw("SET work_mem = '1MB'")).await?;
    Ok::<_, Error>(())
});

#[tokio::test]
async fn a_dropped_statement_is_cancelled_and_its_connection_closed() {
    let watcher = server().await;
    for with_tls in [false, true] {
        let name = unique("adopted_cancel");
        let pool = pool(&name, 1).await;
        let db = if with_tls { Database::from_pool_with_tls(pool, NoTls) } else { Database::from_pool(pool) };
        let before = pid(&db).await;
        let mut rows = Collect::<String>::new();
        let sleep = read("SELECT pg_sleep(60)::text", vec![]);
        let running = tokio::time::timeout(Duration::from_millis(50), db.fetch(&sleep, &mut rows));
        assert!(running.await.is_err());
        assert_ne!(pid(&db).await, before);
        eventually(|| async { sessions(&watcher, &name, "active").await == 0 }).await;
    }
}

#[tokio::test]
async fn what_is_dropped_outside_of_the_runtime_is_cleaned_all_the_same() {
    // A pool that opens another connection at once, which takes a runtime.
    let manager = PostgresConnectionManager::new(url().parse().unwrap(), NoTls);
    let pool = Pool::builder().max_size(1).min_idle(1).test_on_check_out(false).build(manager).await.unwrap();
    let db = Database::from_pool(pool.clone());
    let before = pid(&db).await;
    let tx = db.begin().await.unwrap();
    thread::spawn(move || drop(tx)).join().unwrap();
    assert_eq!(pid(&db).await, before);
    let connection = db.connection().await.unwrap();
    connection.execute(&raw("SET my.name = 'evil'")).await.unwrap();
    thread::spawn(move || drop(connection)).join().unwrap();
    assert_ne!(pid(&db).await, before);
    // Broken already, so it is given back right there, and the pool opens another one.
    let connection = db.connection().await.unwrap();
    drop(connection.execute(&raw("SELECT pg_terminate_backend(pg_backend_pid())")).await);
    thread::spawn(move || drop(connection)).join().unwrap();
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
    assert!(pool.state().connections <= 1);
}

#[tokio::test]
async fn what_raw_sql_leaves_behind_is_closed_and_what_the_application_sets_stays() {
    let pool = pool(&unique("adopted_state"), 1).await;
    let db = Database::from_pool(pool.clone());
    pool.get().await.unwrap().batch_execute("SET my.name = 'ours'").await.unwrap();
    let before = pid(&db).await;
    // An open transaction is undone without a reset.
    drop(db.begin().await.unwrap());
    assert_eq!(one::<String>(&db, "SELECT current_setting('my.name')").await, "ours");
    assert_eq!(pid(&db).await, before);
    db.connection().await.unwrap().execute(&raw("SET my.name = 'evil'")).await.unwrap();
    assert_ne!(pid(&db).await, before);
    assert_eq!(one::<Option<String>>(&db, "SELECT current_setting('my.name', true)").await, None);
}

#[tokio::test]
async fn a_connection_that_died_in_the_pool_is_replaced_unseen() {
    let name = unique("adopted_dead");
    let db = Database::from_pool(pool(&name, 1).await);
    let watcher = server().await;
    let table = table(&watcher).await;
    for id in 0..5 {
        insert(&db, &table, id).await.unwrap();
        let kill =
            format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{name}'");
        assert_eq!(one::<i64>(&watcher, &kill).await, 1);
        eventually(|| async { sessions(&watcher, &name, "%").await == 0 }).await;
        // The driver may not have seen the end yet; a read is sent again even then.
        pid(&db).await;
    }
    assert_eq!(count(&db, &table).await, 5);
}

#[tokio::test]
async fn waiting_too_long_is_a_pool_timeout_and_closing_leaves_the_pool_open() {
    let mut config: Config = url().parse().unwrap();
    config.application_name(unique("adopted_close"));
    let manager = PostgresConnectionManager::new(config, NoTls);
    let pool = Pool::builder().max_size(1).connection_timeout(Duration::from_secs(2)).build(manager).await.unwrap();
    let db = Database::from_pool(pool.clone());
    let held = pool.get().await.unwrap();
    let error = db.execute(&read("SELECT 1", vec![Bind::new(1_i32)])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    assert!(error.to_string().contains("1 of at most 1 are open, 1 in use"), "{error}");
    // The connection that the application holds is not waited for.
    tokio::time::timeout(Duration::from_millis(1500), db.close()).await.unwrap();
    drop(held);
    assert_eq!(db.execute(&raw("SELECT 1")).await.unwrap_err().kind(), ErrorKind::Closed);
    assert!(pool.get().await.unwrap().simple_query("SELECT 1").await.is_ok());
}

#[tokio::test]
async fn types_of_the_user_are_known_after_the_application_has_thrown_statements_away() {
    let watcher = server().await;
    let moods = [unique("mood"), unique("mood"), unique("mood")];
    for mood in &moods {
        watcher.execute(&raw(&format!("CREATE TYPE {mood} AS ENUM ('fine')"))).await.unwrap();
    }
    let [first, second, third] = moods.map(|it| read(&format!("SELECT 'fine'::{it}"), vec![]));
    let pool = pool(&unique("thrown"), 1).await;
    let db = Database::from_pool(pool.clone());
    assert_eq!(db.execute(&first).await.unwrap(), 1);
    // The driver asks for the second type with statements of its own, which are gone, too.
    for (text, new) in [("DISCARD ALL", second), ("DEALLOCATE ALL", third)] {
        drop(pool.get().await.unwrap().simple_query(text).await.unwrap());
        assert_eq!(db.execute(&first).await.unwrap(), 1, "{text}");
        drop(pool.get().await.unwrap().simple_query(text).await.unwrap());
        assert_eq!(db.execute(&new).await.unwrap(), 1, "{text}");
    }
}
