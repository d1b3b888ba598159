//! Connections whose server no longer accepts writes, as after a failover. A function simulates it, by making a session
//! read only in a way that no text shows; new connections accept writes again.

use std::{collections::HashSet, time::Duration};

use bb8_postgres::PostgresConnectionManager;
use futures_util::future::join_all;
use orm_pg::{Connection, Database, DatabaseBuilder, Error, Executor, TransactionOptions};
use tokio_postgres::NoTls;

use crate::server::{Collect, all, builder, count, insert, next, one, raw, read, table, unique, url, write};

const ROLE_CHANGE: &str = "SELECT set_config('default_transaction_read_only', 'on', false)";

async fn pid(db: &impl Executor) -> i32 {
    one(db, "SELECT pg_backend_pid()").await
}

/// Makes all connections that the pool may have read only, and returns them.
async fn fail_over(db: &Database) -> HashSet<i32> {
    let all: Vec<Connection> = join_all((0..db.status().max_connections).map(|_| db.connection()))
        .await
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut pids = HashSet::new();
    for connection in &all {
        pids.insert(pid(connection).await);
        // As the builder makes it: what it leaves is not undone.
        assert_eq!(one::<String>(connection, ROLE_CHANGE).await, "on");
    }
    pids
}

async fn with(builder: DatabaseBuilder, size: u32) -> (Database, String) {
    let db = builder.max_connections(size).connect().await.unwrap();
    let table = table(&db).await;
    (db, table)
}

#[tokio::test]
async fn after_a_failover_a_write_runs_on_another_connection_and_the_old_ones_are_closed() {
    for attributes in ["any", "read-write"] {
        let wanted = format!("target_session_attrs={attributes}");
        let (db, table) = with(builder(&unique("failover")).url(&wanted), 3).await;
        let old = fail_over(&db).await;
        assert_eq!(old.len(), 3);
        for id in 0..6 {
            assert_eq!(insert(&db, &table, id).await.unwrap(), 1);
        }
        let connections = join_all((0..3).map(|_| db.connection())).await;
        for connection in connections {
            assert!(!old.contains(&pid(&connection.unwrap()).await), "{attributes}");
        }
        assert_eq!(count(&db, &table).await, 6);
    }
}

#[tokio::test]
async fn a_transaction_says_that_it_can_be_run_again_and_is_where_that_was_asked_for() {
    let (db, table) = with(builder(&unique("failover")), 2).await;
    fail_over(&db).await;
    let error = db.transaction(async |tx| insert(tx, &table, 1).await).await.unwrap_err();
    assert_eq!(error.sql_state(), Some("25006"), "{error}");
    assert!(error.is_retryable() && error.to_string().contains("a new one is opened"), "{error}");
    db.transaction(async |tx| insert(tx, &table, 1).await).await.unwrap();
    fail_over(&db).await;
    let again = TransactionOptions::new().retry(1);
    db.transaction_with(again, async |tx| insert(tx, &table, 2).await).await.unwrap();
    fail_over(&db).await;
    let mut tx = db.begin().await.unwrap();
    let savepoint = tx.begin().await.unwrap();
    assert!(insert(&savepoint, &table, 3).await.unwrap_err().is_retryable());
    drop(savepoint);
    drop(tx);
    db.transaction(async |tx| tx.transaction(async |sp| insert(sp, &table, 3).await).await).await.unwrap();
    assert_eq!(count(&db, &table).await, 3);
}

#[tokio::test]
async fn batches_run_again_and_streams_let_the_next_one_run() {
    let (db, table) = with(builder(&unique("failover")), 2).await;
    fail_over(&db).await;
    let row = |id: i64| write(&format!("INSERT INTO {table} (id) VALUES ({id}) RETURNING id"), vec![]);
    let mut rows = Collect::<i64>::new();
    assert_eq!(db.batch(&[row(1), row(2)], &mut rows).await.unwrap(), 2);
    assert_eq!(rows.rows, [1, 2]);
    fail_over(&db).await;
    let mut rows = Collect::<i64>::new();
    let streamed = async |id, rows: &mut Collect<i64>| -> Result<(), Error> {
        let mut stream = db.stream(row(id)).await?;
        next(&mut stream, rows).await.unwrap()
    };
    let first = streamed(3, &mut rows).await;
    assert!(first.is_ok() || first.is_err_and(|it| it.sql_state() == Some("25006")));
    streamed(4, &mut rows).await.unwrap();
    assert!(rows.rows.contains(&4));
}

#[tokio::test]
async fn what_may_have_committed_a_part_is_not_run_again_by_itself() {
    let (db, table) = with(builder(&unique("failover")), 1).await;
    fail_over(&db).await;
    let block = raw(&format!("DO $$ BEGIN INSERT INTO {table} (id) VALUES (1); END $$"));
    assert_eq!(db.execute(&block).await.unwrap_err().sql_state(), Some("25006"));
    db.execute(&block).await.unwrap();
    fail_over(&db).await;
    // A definition is undone with its statement.
    db.execute(&raw(&format!("ALTER TABLE {table} ADD COLUMN more int"))).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_was_asked_to_read_only_is_kept() {
    let (db, table) = with(builder(&unique("reading")), 1).await;
    let before = pid(&db).await;
    let insert_one = raw(&format!("INSERT INTO {table} (id) VALUES (1)"));
    let refused = |error: Error| {
        assert_eq!(error.sql_state(), Some("25006"), "{error}");
        assert!(!error.is_retryable(), "{error}");
    };
    let tx = db.begin_with(TransactionOptions::new().read_only()).await.unwrap();
    refused(tx.execute(&insert_one).await.unwrap_err());
    drop(tx);
    let tx = db.begin().await.unwrap();
    tx.execute(&raw("SET TRANSACTION READ ONLY")).await.unwrap();
    refused(tx.execute(&insert_one).await.unwrap_err());
    drop(tx);
    let mut connection = db.connection().await.unwrap();
    connection.execute(&raw("SET default_transaction_read_only = on")).await.unwrap();
    refused(connection.execute(&insert_one).await.unwrap_err());
    let tx = connection.begin().await.unwrap();
    refused(tx.execute(&insert_one).await.unwrap_err());
    drop(tx);
    drop(connection);
    assert_eq!(pid(&db).await, before);
    assert_eq!(db.execute(&insert_one).await.unwrap(), 1);
    // The transactions before asked for it, and this one does not.
    let mut connection = db.connection().await.unwrap();
    drop(connection.begin_with(TransactionOptions::new().read_only()).await.unwrap());
    assert_eq!(one::<String>(&connection, ROLE_CHANGE).await, "on");
    assert!(insert(&connection, &table, 2).await.unwrap_err().is_retryable());
    drop(connection);
    assert_ne!(pid(&db).await, before);
    for reading in [
        "options=-c%20default_transaction_read_only%3Don",
        "target_session_attrs=read-only&options=-c%20default_transaction_read_only%3Don",
    ] {
        let reader = Database::builder()
            .url(&url())
            .url(&format!("postgres://?{reading}"))
            .max_connections(1)
            .connect()
            .await
            .unwrap();
        let before = pid(&reader).await;
        refused(reader.execute(&insert_one).await.unwrap_err());
        assert_eq!(pid(&reader).await, before, "{reading}");
    }
}

#[tokio::test]
async fn a_server_that_took_no_writes_from_the_beginning_is_left_without_trying_again() {
    let (db, table) = with(builder(&unique("admin")), 1).await;
    let role = unique("reader");
    for text in [
        format!("CREATE ROLE {role} LOGIN SUPERUSER PASSWORD 'reader'"),
        format!("ALTER ROLE {role} SET default_transaction_read_only = on"),
    ] {
        db.execute(&raw(&text)).await.unwrap();
    }
    let reader = builder(&unique("reader")).user(&role).password("reader").max_connections(1).connect().await.unwrap();
    let before = pid(&reader).await;
    let error = insert(&reader, &table, 1).await.unwrap_err();
    assert_eq!((error.sql_state(), error.is_retryable()), (Some("25006"), false), "{error}");
    // The next attempt may find another server, or another setting.
    assert_ne!(pid(&reader).await, before);
    db.execute(&raw(&format!("ALTER ROLE {role} RESET default_transaction_read_only"))).await.unwrap();
    assert!(insert(&reader, &table, 1).await.is_err());
    assert_eq!(insert(&reader, &table, 1).await.unwrap(), 1);
    reader.close().await;
    crate::server::eventually(|| async { db.execute(&raw(&format!("DROP ROLE {role}"))).await.is_ok() }).await;
}

#[tokio::test]
async fn on_a_pool_of_the_application_a_connection_that_takes_no_writes_is_closed() {
    let manager = PostgresConnectionManager::new_from_stringlike(url(), NoTls).unwrap();
    let pool =
        bb8::Pool::builder().max_size(1).connection_timeout(Duration::from_secs(10)).build(manager).await.unwrap();
    let db = Database::from_pool(pool);
    let table = table(&db).await;
    let before = fail_over(&db).await;
    assert_eq!(insert(&db, &table, 1).await.unwrap(), 1);
    assert!(!before.contains(&pid(&db).await));
    fail_over(&db).await;
    assert!(db.transaction(async |tx| insert(tx, &table, 2).await).await.unwrap_err().is_retryable());
    db.transaction(async |tx| insert(tx, &table, 2).await).await.unwrap();
}

#[tokio::test]
async fn a_connection_whose_server_says_that_it_ends_is_closed() {
    let (db, _) = with(builder(&unique("farewell")), 1).await;
    for code in ["57P01", "57P02", "57P03"] {
        let before = pid(&db).await;
        // As an answer, which a process that works for another one passes on.
        let farewell = raw(&format!("DO $$ BEGIN RAISE EXCEPTION 'the end' USING ERRCODE = '{code}'; END $$"));
        assert_eq!(db.execute(&farewell).await.unwrap_err().sql_state(), Some(code));
        assert_ne!(pid(&db).await, before, "{code}");
    }
    assert_eq!(all::<i32>(&db, read("SELECT 1", vec![])).await.unwrap(), [1]);
}
