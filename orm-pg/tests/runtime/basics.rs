use std::sync::{Arc, Mutex};

use orm_core::value::Bind;
use orm_pg::{ErrorKind, Executor, adopt, executor::AnyExecutor};

use crate::server::{all, builder, count, insert, one, raw, read, server, table, unique, write};

#[tokio::test]
async fn values_travel_there_and_back() {
    let db = server().await;
    let binds = vec![Bind::new(7_i64), Bind::new("Ann".to_owned()), Bind::new(None::<i32>), Bind::new(vec![1.5_f64])];
    let rows = all::<(i64, String, Option<i32>, Vec<f64>)>(
        &db,
        read("SELECT $1::bigint, $2::text, $3::int4, $4::float8[]", binds),
    );
    assert_eq!(rows.await.unwrap(), [(7, "Ann".to_owned(), None, vec![1.5])]);
}

#[tokio::test]
async fn rows_affected_are_counted() {
    let db = server().await;
    let table = table(&db).await;
    let text = format!("INSERT INTO {table} (id) SELECT * FROM generate_series(1, $1::bigint)");
    assert_eq!(db.execute(&write(&text, vec![Bind::new(1000_i64)])).await.unwrap(), 1000);
    assert_eq!(db.execute(&raw(&format!("DELETE FROM {table} WHERE id > 10"))).await.unwrap(), 990);
    assert_eq!(count(&db, &table).await, 10);
}

#[tokio::test]
async fn an_error_of_the_server_is_told_in_full() {
    let db = server().await;
    let table = table(&db).await;
    insert(&db, &table, 1).await.unwrap();
    let error = insert(&db, &table, 1).await.unwrap_err();
    assert!(error.is_unique_violation());
    assert_eq!(error.constraint(), Some(format!("{table}_pkey").as_str()));
    assert_eq!(error.table(), Some(table.as_str()));
    assert_eq!(error.operation(), Some("insert into"));
    assert_eq!(error.detail(), Some("Key (id)=(1) already exists."));
    insert(&db, &table, 2).await.unwrap();
}

#[tokio::test]
async fn a_batch_takes_effect_whole_or_not_at_all() {
    let db = server().await;
    let table = table(&db).await;
    let row = |id: i64| write(&format!("INSERT INTO {table} (id) VALUES ($1)"), vec![Bind::new(id)]);
    let mut rows = crate::server::Collect::<i64>::new();
    assert_eq!(db.batch(&[], &mut rows).await.unwrap(), 0);
    assert_eq!(db.batch(&[row(1), row(2)], &mut rows).await.unwrap(), 2);
    assert!(db.batch(&[row(3), row(3)], &mut rows).await.unwrap_err().is_unique_violation());
    let connection = db.connection().await.unwrap();
    assert!(connection.batch(&[row(4), row(1)], &mut rows).await.unwrap_err().is_unique_violation());
    assert_eq!(connection.batch(&[row(5), row(6)], &mut rows).await.unwrap(), 2);
    assert_eq!(count(&db, &table).await, 4);
}

#[tokio::test]
async fn half_a_batch_in_a_transaction_cannot_be_committed() {
    let db = server().await;
    let table = table(&db).await;
    let row = |bind| write(&format!("INSERT INTO {table} (id) VALUES ($1)"), vec![bind]);
    let mut rows = crate::server::Collect::<i64>::new();
    let tx = db.begin().await.unwrap();
    // The second one fails here, before the server has seen it.
    let error = tx.batch(&[row(Bind::new(1_i64)), row(Bind::new("x".to_owned()))], &mut rows).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server, "{error}");
    let tx2 = db.begin().await.unwrap();
    let too_many = read("SELECT $1::int4", vec![]);
    let error = tx2.batch(&[row(Bind::new(1_i64)), too_many], &mut rows).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidStatement, "{error}");
    drop(tx);
    assert_eq!(tx2.commit().await.unwrap_err().kind(), ErrorKind::RolledBack);
    assert_eq!(count(&db, &table).await, 0);
}

#[tokio::test]
async fn raw_sql_leaves_nothing_to_the_next_user() {
    let db = builder(&unique("raw")).max_connections(1).connect().await.unwrap();
    let path: String = one(&db, "SHOW search_path").await;
    for sql in [
        "SET search_path = evil",
        "SELECT set_config('search_path', 'evil', false)",
        "CREATE TEMP TABLE left_over ()",
        "SELECT pg_advisory_lock(4711)",
        "BEGIN",
        "SET ROLE pg_monitor",
        "LISTEN left_over",
    ] {
        db.connection().await.unwrap().execute(&raw(sql)).await.unwrap();
        assert_eq!(one::<String>(&db, "SHOW search_path").await, path, "{sql}");
        let left = "SELECT count(*) FROM pg_class WHERE relname = 'left_over' UNION ALL \
                    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() UNION ALL \
                    SELECT count(*) FROM pg_listening_channels() UNION ALL \
                    SELECT count(*) FROM pg_roles WHERE rolname = current_user AND rolname = 'pg_monitor'";
        assert_eq!(all::<i64>(&db, read(left, vec![])).await.unwrap(), [0, 0, 0, 0], "{sql}");
    }
    let before: i32 = one(&db, "SELECT pg_backend_pid()").await;
    db.connection().await.unwrap().execute(&raw("SET work_mem = '1MB'")).await.unwrap();
    assert_eq!(one::<i32>(&db, "SELECT pg_backend_pid()").await, before, "a reset connection is kept");
}

#[tokio::test]
async fn a_connection_keeps_its_session() {
    let db = server().await;
    let connection = db.connection().await.unwrap();
    connection.execute(&raw("SET work_mem = '1MB'")).await.unwrap();
    assert_eq!(one::<String>(&connection, "SHOW work_mem").await, "1MB");
    connection.client().batch_execute("BEGIN").await.unwrap();
    let pid: i32 = one(&connection, "SELECT pg_backend_pid()").await;
    drop(connection);
    crate::server::eventually(|| async { db.status().in_use == 0 }).await;
    let connection = db.connection().await.unwrap();
    assert_eq!(one::<i32>(&connection, "SELECT pg_backend_pid()").await, pid);
    assert_ne!(one::<String>(&connection, "SHOW work_mem").await, "1MB");
}

#[tokio::test]
async fn what_runs_on_connect_runs_again_after_a_reset() {
    let db = builder(&unique("greet")).max_connections(1).on_connect("SET work_mem = '3MB'").connect().await.unwrap();
    assert_eq!(one::<String>(&db, "SHOW work_mem").await, "3MB");
    db.connection().await.unwrap().execute(&raw("SET work_mem = '1MB'")).await.unwrap();
    assert_eq!(one::<String>(&db, "SHOW work_mem").await, "3MB");
}

#[tokio::test]
async fn notices_are_delivered() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    let db = builder(&unique("notice"))
        .on_notice(move |notice| {
            ear.lock().unwrap().push((notice.severity().to_owned(), notice.message().to_owned()));
            assert!(!notice.message().contains("boom"), "a panic in the callback");
        })
        .connect()
        .await
        .unwrap();
    db.execute(&raw("DO $$ BEGIN RAISE NOTICE 'boom'; RAISE WARNING 'hear me'; END $$")).await.unwrap();
    // The reset that follows says nothing.
    crate::server::eventually(|| async { db.status().in_use == 0 }).await;
    let heard = heard.lock().unwrap();
    assert_eq!(heard[..], [("NOTICE".into(), "boom".into()), ("WARNING".into(), "hear me".into())]);
}

#[tokio::test]
async fn a_closed_handle_refuses() {
    let name = unique("close");
    let db = builder(&name).connect().await.unwrap();
    let busy = db.connection().await.unwrap();
    let clone = db.clone();
    let closing = tokio::spawn(async move { clone.close().await });
    crate::server::eventually(|| async { db.connection().await.is_err() }).await;
    assert_eq!(db.execute(&raw("SELECT 1")).await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(one::<i32>(&busy, "SELECT 1").await, 1);
    assert!(!closing.is_finished());
    drop(busy);
    closing.await.unwrap();
    assert_eq!(db.status().connections, 0);
    let watcher = server().await;
    crate::server::eventually(|| async { crate::server::sessions(&watcher, &name, "%").await == 0 }).await;
}

#[test]
fn futures_can_be_sent() {
    fn sendable<T: Send>(_: T) {}
    #[expect(dead_code, reason = "only its types are looked at")]
    fn check(db: &orm_pg::Database, connection: &mut orm_pg::Connection, tx: &mut orm_pg::Transaction<'_>) {
        let statement = raw("SELECT 1");
        sendable(orm_pg::Database::connect(""));
        sendable(db.execute(&statement));
        sendable(db.stream(raw("")));
        sendable(db.begin());
        sendable(db.transaction(async |tx| tx.execute(&raw("")).await));
        sendable(db.transaction_with(orm_pg::TransactionOptions::new(), async |tx| tx.execute(&raw("")).await));
        sendable(db.close());
        sendable(connection.execute(&statement));
        sendable(connection.transaction(async |tx| tx.execute(&raw("")).await));
        sendable(tx.execute(&statement));
        sendable(tx.transaction(async |tx| tx.execute(&raw("")).await));
        sendable(tx.stream(raw("")));
    }
}

#[tokio::test]
async fn copying_with_the_client_is_refused_before_it_costs_the_connection() {
    let db = server().await;
    let table = table(&db).await;
    let tx = db.begin().await.unwrap();
    insert(&tx, &table, 1).await.unwrap();
    let adopted = adopt(tx.client());
    for text in [format!("COPY {table} FROM STDIN"), format!("COPY {table} TO STDOUT")] {
        for executor in [AnyExecutor::new(&tx), AnyExecutor::new(&adopted)] {
            let error = executor.execute(&raw(&text)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidStatement, "{error}");
            assert!(error.to_string().contains("copy_in"), "{error}");
            assert!(executor.stream(raw(&text)).await.is_err());
        }
    }
    tx.commit().await.unwrap();
    assert_eq!(count(&db, &table).await, 1);
}
