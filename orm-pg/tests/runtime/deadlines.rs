//! Time limits on the client's side: a statement that takes longer is cancelled, and nobody waits for ever.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bb8_postgres::PostgresConnectionManager;
use orm_core::{
    statement::{Limit, Statement},
    value::Bind,
};
use orm_pg::{Database, Error, ErrorKind, Executor, TransactionOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_postgres::NoTls;

use crate::server::{
    Collect, builder, count, dial, eventually, next, one, raw, read, server, sessions, table, unique, url, write,
};

const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(60);

fn limited(mut statement: Statement, each: Duration) -> Statement {
    statement.limit = Some(Limit::begin(each));
    statement
}

fn sleeping() -> Statement {
    read("SELECT pg_sleep(100)", vec![])
}

/// What must end by itself, however long the server takes.
async fn ends<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("nobody waits for ever")
}

#[track_caller]
fn is_late(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.is_timeout() && !error.is_outcome_unknown() && !error.is_retryable());
    assert!(error.to_string().contains("longer than its limit of 100ms"), "{error}");
}

#[tokio::test]
async fn what_takes_too_long_is_cancelled_and_its_connection_kept() {
    let name = unique("late");
    let db = builder(&name).max_connections(1).connect().await.unwrap();
    let pid: i32 = one(&db, "SELECT pg_backend_pid()").await;
    is_late(&ends(db.execute(&limited(sleeping(), SHORT))).await.unwrap_err());
    is_late(&ends(db.fetch(&limited(sleeping(), SHORT), &mut Collect::<i32>::new())).await.unwrap_err());
    is_late(&ends(db.timeout(SHORT).execute(&sleeping())).await.unwrap_err());
    let table = table(&db).await;
    // A write that was cancelled is known not to have taken effect.
    let slow = write(&format!("INSERT INTO {table} SELECT 1 FROM pg_sleep(100)"), vec![]);
    is_late(&ends(db.execute(&limited(slow.clone(), SHORT))).await.unwrap_err());
    is_late(&ends(db.batch(&[limited(raw("SELECT 1"), SHORT), slow], &mut Collect::<i32>::new())).await.unwrap_err());
    assert_eq!(count(&db, &table).await, 0);
    assert_eq!(one::<i32>(&db, "SELECT pg_backend_pid()").await, pid);
    let watcher = server().await;
    assert_eq!(sessions(&watcher, &name, "active").await, 0);
}

#[tokio::test]
async fn what_was_sent_before_and_not_waited_for_is_in_nobodys_way() {
    let db = builder(&unique("before")).max_connections(1).connect().await.unwrap();
    // Sends a statement that nobody waits for.
    let _ = db.connection().await.unwrap().client();
    let connection = db.connection().await.unwrap();
    is_late(&ends(connection.execute(&limited(sleeping(), SHORT))).await.unwrap_err());
    drop(connection);
    let mut tx = db.begin().await.unwrap();
    drop(tx.begin().await.unwrap());
    is_late(&ends(tx.execute(&limited(sleeping(), SHORT))).await.unwrap_err());
    tx.rollback().await.unwrap();
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
}

#[tokio::test]
async fn a_limit_of_the_verb_comes_before_that_of_the_handle() {
    let db = builder(&unique("verb")).timeout(SHORT).connect().await.unwrap();
    let slow = read("SELECT pg_sleep(0.4)", vec![]);
    is_late(&ends(db.execute(&slow)).await.unwrap_err());
    assert_eq!(db.execute(&limited(slow.clone(), LONG)).await.unwrap(), 1);
    assert_eq!(db.execute(&limited(slow.clone(), Duration::MAX)).await.unwrap(), 1);
    assert_eq!(db.timeout(LONG).execute(&slow).await.unwrap(), 1);
    assert_eq!(db.timeout(Duration::MAX).execute(&slow).await.unwrap(), 1);
}

#[tokio::test]
async fn connections_and_transactions_have_the_limit_of_their_handle() {
    let db = builder(&unique("held")).connect().await.unwrap();
    let quick = db.timeout(SHORT);
    let connection = quick.connection().await.unwrap();
    is_late(&ends(connection.execute(&sleeping())).await.unwrap_err());
    assert_eq!(one::<i32>(&connection, "SELECT 1").await, 1);
    drop(connection);
    // The next user of the connection has no limit.
    assert_eq!(db.execute(&read("SELECT pg_sleep(0.3)", vec![])).await.unwrap(), 1);

    let tx = quick.begin().await.unwrap();
    is_late(&ends(tx.execute(&sleeping())).await.unwrap_err());
    assert_eq!(tx.commit().await.unwrap_err().kind(), ErrorKind::RolledBack);

    let options = TransactionOptions::new().timeout(SHORT);
    let outcome = ends(db.transaction_with(options, async |tx| tx.execute(&sleeping()).await)).await;
    is_late(&outcome.unwrap_err());
    let tx = db.begin().await.unwrap();
    is_late(&ends(tx.execute(&limited(sleeping(), SHORT))).await.unwrap_err());
    tx.rollback().await.unwrap();
}

#[tokio::test]
async fn waiting_for_a_connection_counts() {
    let db = builder(&unique("queue")).max_connections(1).acquire_timeout(LONG).connect().await.unwrap();
    let held = db.connection().await.unwrap();
    let error = ends(db.execute(&limited(raw("SELECT 1"), SHORT))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    let quick = db.timeout(SHORT);
    for error in [
        ends(quick.begin()).await.map(drop).unwrap_err(),
        ends(quick.connection()).await.map(drop).unwrap_err(),
        ends(quick.stream(sleeping())).await.map(drop).unwrap_err(),
    ] {
        assert!(error.kind() == ErrorKind::PoolTimeout && error.is_timeout(), "{error}");
    }
    drop(held);
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
}

/// Opens a stream and waits for its first row; after an error there is no more.
async fn first_row(db: &impl Executor, statement: Statement) -> Result<(), Error> {
    let (mut stream, mut rows) = (db.stream(statement).await?, Collect::<(String, String)>::new());
    let first = next(&mut stream, &mut rows).await.expect("a row or an error");
    if first.is_err() {
        assert!(next(&mut stream, &mut rows).await.is_none());
    }
    first
}

#[tokio::test]
async fn a_stream_has_its_limit_for_each_row() {
    let db = builder(&unique("rows")).connect().await.unwrap();
    // The server hands rows out when its buffer is full, so each of these is as large as that.
    let slow = |pause: &str| {
        read(&format!("SELECT repeat('x', 20000), pg_sleep({pause})::text FROM generate_series(1, 8)"), vec![])
    };
    let each = Duration::from_secs(3);
    let connection = db.connection().await.unwrap();
    let tx = db.begin().await.unwrap();
    let mut rows = Collect::<(String, String)>::new();
    let mut stream = db.stream(limited(slow("0.45"), each)).await.unwrap();
    while let Some(row) = ends(next(&mut stream, &mut rows)).await {
        row.unwrap();
    }
    // Together they took longer than each may.
    assert_eq!(rows.rows.len(), 8);
    is_late(&ends(first_row(&db, limited(slow("100"), SHORT))).await.unwrap_err());
    is_late(&ends(first_row(&tx, limited(slow("100"), SHORT))).await.unwrap_err());
    // A cursor that is held has all its rows computed at once.
    is_late(&ends(connection.stream(limited(slow("100"), SHORT))).await.map(drop).unwrap_err());
    assert_eq!(one::<i32>(&connection, "SELECT 1").await, 1);
    drop(tx);
    eventually(|| async { db.status().in_use == 1 }).await;
}

#[tokio::test]
async fn what_others_wait_for_on_the_same_connection_is_not_cancelled() {
    let db = builder(&unique("shared")).connect().await.unwrap();
    let connection = db.connection().await.unwrap();
    // Prepared, so that they are sent in this order.
    let sleep = |seconds: f64| read("SELECT pg_sleep($1)", vec![Bind::new(seconds)]);
    connection.execute(&sleep(0.0)).await.unwrap();
    let (first, second) = (sleep(0.5), limited(sleep(100.0), SHORT));
    let (first, second) = tokio::join!(connection.execute(&first), ends(connection.execute(&second)));
    assert_eq!(first.unwrap(), 1);
    is_late(&second.unwrap_err());
    drop(connection);
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
    // In a transaction what was given up may still take effect, so it cannot be committed.
    let table = table(&db).await;
    let tx = db.begin().await.unwrap();
    let slow = |seconds: f64| {
        write(&format!("INSERT INTO {table} SELECT 1 FROM pg_sleep($1) WHERE $1 > 0"), vec![Bind::new(seconds)])
    };
    tx.execute(&sleep(0.0)).await.unwrap();
    tx.execute(&slow(0.0)).await.unwrap();
    let (first, second) = (sleep(0.3), limited(slow(0.5), SHORT));
    let (first, second) = tokio::join!(tx.execute(&first), tx.execute(&second));
    assert_eq!(first.unwrap(), 1);
    is_late(&second.unwrap_err());
    assert_eq!(tx.commit().await.unwrap_err().kind(), ErrorKind::RolledBack);
    assert_eq!(count(&db, &table).await, 0);
}

/// Stands between, and keeps the server's answers back while `silent` is set. Requests are passed on and acknowledged.
async fn muffled(silent: Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            drop(tokio::spawn(muffle(client, Arc::clone(&silent))));
        }
    }));
    port
}

async fn muffle(client: TcpStream, silent: Arc<AtomicBool>) {
    let (mut from_server, mut to_server) = tokio::io::split(dial().await);
    let (mut from_client, mut to_client) = tokio::io::split(client);
    let answers = async {
        let mut buffer = vec![0; 4096];
        while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
            while silent.load(Ordering::Acquire) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            if to_client.write_all(&buffer[..length]).await.is_err() {
                break;
            }
        }
    };
    let requests = async { drop(tokio::io::copy(&mut from_client, &mut to_server).await) };
    drop(futures_util::future::select(Box::pin(answers), Box::pin(requests)).await);
}

async fn through(port: u16, name: &str) -> Database {
    let at = format!("host=127.0.0.1 port={port} sslmode=disable");
    builder(name).url(&at).max_connections(1).acquire_timeout(LONG).connect().await.unwrap()
}

#[tokio::test]
async fn a_peer_that_acknowledges_and_never_answers_holds_nobody() {
    let silent = Arc::new(AtomicBool::new(false));
    let port = muffled(Arc::clone(&silent)).await;
    let watcher = server().await;
    let table = table(&watcher).await;
    let hush = |on: bool| silent.store(on, Ordering::Release);
    let db = through(port, &unique("muffled")).await;

    hush(true);
    is_late(&ends(db.execute(&limited(read("SELECT 1", vec![]), SHORT))).await.unwrap_err());
    hush(false);
    // The connection is not used any more, and another one is opened in its place.
    assert_eq!(ends(db.execute(&raw("SELECT 1"))).await.unwrap(), 1);

    // The insert is prepared, so that it is what is sent when nothing is answered.
    let insert = |id: i64| write(&format!("INSERT INTO {table} VALUES ($1)"), vec![Bind::new(id)]);
    ends(db.execute(&insert(1))).await.unwrap();
    hush(true);
    let error = ends(db.execute(&limited(insert(2), SHORT))).await.unwrap_err();
    hush(false);
    assert!(error.is_outcome_unknown(), "{error}");
    eventually(|| async { count(&watcher, &table).await == 2 }).await;

    // A transaction: its statements, its commit, its rollback, and what becomes of it when it is dropped.
    let quick = db.timeout(SHORT);
    let tx = ends(quick.begin()).await.unwrap();
    hush(true);
    is_late(&ends(tx.execute(&read("SELECT 1", vec![]))).await.unwrap_err());
    assert!(ends(tx.commit()).await.is_err());
    hush(false);
    let tx = ends(quick.timeout(LONG).begin_with(TransactionOptions::new().timeout(SHORT))).await.unwrap();
    hush(true);
    assert!(ends(tx.commit()).await.unwrap_err().is_outcome_unknown());
    assert!(ends(quick.begin()).await.map(drop).unwrap_err().is_timeout());
    hush(false);
    let tx = ends(db.timeout(LONG).begin_with(TransactionOptions::new().timeout(SHORT))).await.unwrap();
    hush(true);
    ends(tx.rollback()).await.unwrap();
    hush(false);
    drop(ends(db.begin()).await.unwrap());
    assert_eq!(ends(db.execute(&raw("SELECT 1"))).await.unwrap(), 1);

    // Streams.
    let rows = || read("SELECT g FROM generate_series(1, 100000) g", vec![]);
    let mut got = Collect::<i32>::new();
    let mut stream = db.stream(limited(rows(), SHORT)).await.unwrap();
    hush(true);
    let error = loop {
        match ends(next(&mut stream, &mut got)).await {
            Some(Ok(())) => {}
            Some(Err(error)) => break error,
            None => panic!("the stream came to its end"),
        }
    };
    is_late(&error);
    drop(stream);
    hush(false);
    assert_eq!(ends(db.execute(&raw("SELECT 1"))).await.unwrap(), 1);
}

#[tokio::test]
async fn a_pool_of_the_application_has_limits_as_well() {
    let manager = PostgresConnectionManager::new(url().parse().unwrap(), NoTls);
    let pool = bb8::Pool::builder().max_size(1).build(manager).await.unwrap();
    let db = Database::from_pool(pool.clone());
    is_late(&ends(db.execute(&limited(sleeping(), SHORT))).await.unwrap_err());
    is_late(&ends(db.timeout(SHORT).execute(&sleeping())).await.unwrap_err());
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
    let mut client = pool.get().await.unwrap();
    {
        let transaction = client.transaction().await.unwrap();
        let tx = orm_pg::adopt(&transaction);
        let slow = read("SELECT pg_sleep(1)", vec![]);
        is_late(&ends(tx.execute(&limited(slow, SHORT))).await.unwrap_err());
        assert!(transaction.execute("SELECT 1", &[]).await.is_err(), "what may have taken effect cannot be committed");
    }
    let client = orm_pg::adopt(&*client);
    is_late(&ends(client.execute(&limited(read("SELECT pg_sleep(1)", vec![]), SHORT))).await.unwrap_err());
    let slow = write("SELECT pg_sleep(1)", vec![]);
    assert!(ends(client.execute(&limited(slow, SHORT))).await.unwrap_err().is_outcome_unknown());
}
