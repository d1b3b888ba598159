//! Statements that affect only one session or one transaction: refused where they would succeed without effect.

use orm_core::{executor::AnyExecutor, statement::Statement};
use orm_pg::{Database, Error, ErrorKind, Executor, adopt};

use crate::server::{Collect, all, builder, count, eventually, insert, one, raw, read, sessions, table, unique};

const OF_A_SESSION: [&str; 22] = [
    "BEGIN",
    " -- why\n/* a /* nested */ comment */ begin;",
    "; START TRANSACTION READ ONLY",
    "COMMIT",
    "END",
    "ROLLBACK",
    "ABORT",
    "SAVEPOINT s",
    "ROLLBACK TO SAVEPOINT s",
    "RELEASE s",
    "SET work_mem = '1MB'",
    "SET LOCAL work_mem = '1MB'",
    "SET CONSTRAINTS ALL DEFERRED",
    "RESET ALL",
    "DISCARD ALL",
    "LISTEN left_over",
    "UNLISTEN *",
    "PREPARE left_over AS SELECT 1",
    "PREPARE TRANSACTION 'left_over'",
    "DECLARE left_over CURSOR WITH HOLD FOR SELECT 1",
    "CREATE TEMP TABLE left_over ()",
    "SELECT 1 AS x INTO TEMPORARY left_over",
];

fn refused(error: &Error, sql: &str) {
    assert_eq!(error.kind(), ErrorKind::InvalidStatement, "{sql}: {error}");
    let text = error.to_string();
    assert!(text.contains("`db.connection()`") || text.contains("`db.transaction(..)`"), "{sql}: {text}");
}

async fn refuses(db: &Database) {
    for sql in OF_A_SESSION {
        refused(&db.execute(&raw(sql)).await.unwrap_err(), sql);
        refused(&all::<i32>(db, raw(sql)).await.unwrap_err(), sql);
        refused(&all::<i32>(&AnyExecutor::new(db), raw(sql)).await.unwrap_err(), sql);
        refused(&db.stream(raw(sql)).await.err().unwrap(), sql);
        refused(&db.batch(&[raw(sql)], &mut Collect::<i32>::new()).await.unwrap_err(), sql);
    }
}

#[tokio::test]
async fn a_statement_about_one_connection_is_refused_on_a_pool_before_it_is_sent() {
    // There is no server, and nobody notices.
    let nowhere = Database::builder().url("postgres://u@127.0.0.1:1/app").connect_lazy().unwrap();
    refuses(&nowhere).await;
    let manager = bb8_postgres::PostgresConnectionManager::new(
        "host=127.0.0.1 port=1 user=u".parse().unwrap(),
        tokio_postgres::NoTls,
    );
    refuses(&Database::from_pool(bb8::Pool::builder().build_unchecked(manager))).await;
}

#[tokio::test]
async fn what_is_to_be_rolled_back_is_not_committed_by_mistake() {
    let db = builder(&unique("begin")).max_connections(1).connect().await.unwrap();
    let table = table(&db).await;
    let insert_one = raw(&format!("INSERT INTO {table} (id) VALUES (1)"));
    let script = async |db: &Database| {
        db.execute(&raw("BEGIN")).await?;
        db.execute(&insert_one).await?;
        db.execute(&raw("ROLLBACK")).await
    };
    refused(&script(&db).await.unwrap_err(), "BEGIN");
    assert_eq!(count(&db, &table).await, 0);
}

#[tokio::test]
async fn on_a_connection_they_do_what_they_say() {
    let db = builder(&unique("held")).max_connections(1).connect().await.unwrap();
    let table = table(&db).await;
    let connection = db.connection().await.unwrap();
    let run = async |sql: &str| connection.execute(&raw(sql)).await.unwrap();
    run("BEGIN").await;
    insert(&connection, &table, 1).await.unwrap();
    run("SAVEPOINT s").await;
    insert(&connection, &table, 2).await.unwrap();
    run("ROLLBACK TO s").await;
    run("SET LOCAL work_mem = '1MB'").await;
    run("COMMIT").await;
    assert_eq!(count(&connection, &table).await, 1);
    run("CREATE TEMP TABLE left_over ()").await;
    run("SET work_mem = '2MB'").await;
    run("LISTEN left_over").await;
    assert_eq!(count(&connection, "left_over").await, 0);
    assert_eq!(one::<String>(&connection, "SHOW work_mem").await, "2MB");
    drop(connection);
    assert_ne!(one::<String>(&db, "SHOW work_mem").await, "2MB");
}

#[tokio::test]
async fn in_a_transaction_they_do_what_they_say_and_its_beginning_is_refused() {
    let name = unique("inside");
    let db = builder(&name).connect().await.unwrap();
    let table = table(&db).await;
    let tx = db.begin().await.unwrap();
    let run = async |sql: &str| tx.execute(&raw(sql)).await;
    run("SET LOCAL work_mem = '1MB'").await.unwrap();
    run("SAVEPOINT s").await.unwrap();
    insert(&tx, &table, 1).await.unwrap();
    run("ROLLBACK TO s").await.unwrap();
    run(&format!("LOCK TABLE {table}")).await.unwrap();
    run("CREATE TEMP TABLE left_over () ON COMMIT DROP").await.unwrap();
    insert(&tx, &table, 2).await.unwrap();
    for (sql, way) in
        [("BEGIN", "savepoint"), ("START TRANSACTION", "savepoint"), ("PREPARE TRANSACTION 'x'", "`db.connection()`")]
    {
        let error = run(sql).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidStatement, "{error}");
        assert!(error.to_string().contains(way), "{error}");
        assert!(tx.stream(raw(sql)).await.is_err());
        // Of a batch nothing runs.
        let batch: [Statement; 2] = [raw(&format!("DELETE FROM {table}")), raw(sql)];
        assert_eq!(tx.batch(&batch, &mut Collect::<i32>::new()).await.unwrap_err().kind(), ErrorKind::InvalidStatement);
        assert_eq!(db.batch(&batch, &mut Collect::<i32>::new()).await.unwrap_err().kind(), ErrorKind::InvalidStatement);
    }
    tx.commit().await.unwrap();
    assert_eq!(count(&db, &table).await, 1);
    eventually(|| async { sessions(&db, &name, "idle in transaction%").await == 0 }).await;
}

#[tokio::test]
async fn on_an_adopted_transaction_its_beginning_is_refused() {
    let config: tokio_postgres::Config = crate::server::url().parse().unwrap();
    let (mut client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
    drop(tokio::spawn(connection));
    // Of a bare client its owner alone knows what it is in.
    adopt(&client).execute(&raw("SET work_mem = '1MB'")).await.unwrap();
    let tx = client.transaction().await.unwrap();
    let adopted = adopt(&tx);
    adopted.execute(&raw("SET LOCAL work_mem = '2MB'")).await.unwrap();
    assert_eq!(adopted.execute(&raw("BEGIN")).await.unwrap_err().kind(), ErrorKind::InvalidStatement);
    assert_eq!(all::<String>(&adopted, read("SHOW work_mem", vec![])).await.unwrap(), ["2MB"]);
}

#[tokio::test]
async fn what_runs_on_connect_may_be_about_the_connection_and_of_several_statements() {
    let greeting = "SET work_mem = '3MB'; CREATE TEMP TABLE greeted AS SELECT ';'::text AS sign; -- the end\n";
    let db = builder(&unique("greeted")).max_connections(1).on_connect(greeting).connect().await.unwrap();
    for _ in 0..2 {
        assert_eq!(one::<String>(&db, "SHOW work_mem").await, "3MB");
        assert_eq!(one::<String>(&db, "SELECT sign FROM greeted").await, ";");
        db.connection().await.unwrap().execute(&raw("SET work_mem = '1MB'")).await.unwrap();
    }
    let error = builder(&unique("greeted")).on_connect("SELECT 1; SET no_such_thing = 1").connect().await.unwrap_err();
    assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Connect, Some("42704")), "{error}");
    assert!(error.is_refused_for_good() && error.to_string().contains("`on_connect`"), "{error}");
}
