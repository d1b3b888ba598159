use orm_core::value::Bind;
use orm_pg::{ErrorKind, Executor};

use crate::server::{Collect, all, builder, insert, next, one, raw, read, server, table, unique, write};

#[tokio::test]
async fn a_plan_that_ddl_made_stale_heals_outside_of_transactions() {
    let db = builder(&unique("stale")).max_connections(3).connect().await.unwrap();
    let other = server().await;
    let table = table(&db).await;
    insert(&db, &table, 1).await.unwrap();
    let text = format!("SELECT id FROM {table}");
    let connections = [db.connection().await.unwrap(), db.connection().await.unwrap(), db.connection().await.unwrap()];
    for connection in &connections {
        assert_eq!(all::<i64>(connection, read(&text, vec![])).await.unwrap(), [1]);
    }
    other.execute(&raw(&format!("ALTER TABLE {table} ALTER id TYPE int"))).await.unwrap();
    for connection in &connections {
        assert_eq!(all::<i32>(connection, read(&text, vec![])).await.unwrap(), [1]);
    }
    drop(connections);
    other.execute(&raw(&format!("ALTER TABLE {table} ALTER id TYPE bigint"))).await.unwrap();
    for _ in 0..6 {
        assert_eq!(all::<i64>(&db, read(&text, vec![])).await.unwrap(), [1]);
    }
    // A statement with rows that writes is repeated too, for it was refused before it ran.
    let returning = || write(&format!("UPDATE {table} SET name = $1 RETURNING id"), vec![Bind::new("x".to_owned())]);
    assert_eq!(all::<i64>(&db, returning()).await.unwrap(), [1]);
    other.execute(&raw(&format!("ALTER TABLE {table} ALTER id TYPE int"))).await.unwrap();
    assert_eq!(all::<i32>(&db, returning()).await.unwrap(), [1]);
    // Streams as well.
    other.execute(&raw(&format!("ALTER TABLE {table} ALTER id TYPE bigint"))).await.unwrap();
    let mut stream = db.stream(read(&text, vec![])).await.unwrap();
    let mut rows = Collect::<i64>::new();
    while let Some(row) = next(&mut stream, &mut rows).await {
        row.unwrap();
    }
    assert_eq!(rows.rows, [1]);
}

#[tokio::test]
async fn in_a_transaction_a_stale_plan_is_told_and_forgotten() {
    let db = builder(&unique("stale")).max_connections(1).connect().await.unwrap();
    let other = server().await;
    let table = table(&db).await;
    let text = format!("SELECT id FROM {table}");
    assert!(all::<i64>(&db, read(&text, vec![])).await.unwrap().is_empty());
    let tx = db.begin().await.unwrap();
    other.execute(&raw(&format!("ALTER TABLE {table} ALTER id TYPE int"))).await.unwrap();
    let error = all::<i64>(&tx, read(&text, vec![])).await.unwrap_err();
    assert_eq!(error.sql_state(), Some("0A000"));
    assert_eq!(tx.commit().await.unwrap_err().kind(), ErrorKind::RolledBack);
    let tx = db.begin().await.unwrap();
    assert!(all::<i32>(&tx, read(&text, vec![])).await.unwrap().is_empty());
}

#[tokio::test]
async fn statements_that_were_deallocated_are_prepared_again() {
    let db = builder(&unique("dealloc")).max_connections(1).connect().await.unwrap();
    for text in ["DEALLOCATE ALL", "DISCARD ALL"] {
        assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
        db.connection().await.unwrap().execute(&raw(text)).await.unwrap();
        assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
    }
    // Behind our back, too; what else is done there costs no connection.
    for (text, stays) in [("DEALLOCATE ALL", false), ("DISCARD ALL", false), ("SET work_mem = '1MB'", true)] {
        let pid: i32 = one(&db, "SELECT pg_backend_pid()").await;
        for _ in 0..2 {
            let connection = db.connection().await.unwrap();
            assert_eq!(one::<i32>(&connection, "SELECT 1").await, 1);
            connection.client().batch_execute(text).await.unwrap();
            let _ = connection.client();
            drop(connection);
            assert_eq!(one::<i32>(&db, "SELECT 1").await, 1, "{text}");
        }
        assert_eq!(one::<i32>(&db, "SELECT pg_backend_pid()").await == pid, stays, "{text}");
    }
    let witnesses = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'orm%'";
    assert_eq!(one::<i64>(&db, witnesses).await, 0);
}

#[tokio::test]
async fn the_cache_keeps_to_its_size() {
    let db = builder(&unique("lru")).max_connections(1).statement_cache(10).connect().await.unwrap();
    for number in 0..100 {
        assert_eq!(one::<i32>(&db, &format!("SELECT {number}")).await, number);
    }
    let prepared: i64 = one(&db, "SELECT count(*) FROM pg_prepared_statements").await;
    assert!(prepared <= 11, "{prepared}");
}

#[tokio::test]
async fn one_statement_is_prepared_once_for_many() {
    let db = builder(&unique("once")).max_connections(1).connect().await.unwrap();
    let connection = db.connection().await.unwrap();
    let reads = (0..50).map(|_| all::<i32>(&connection, read("SELECT 42", vec![])));
    for rows in futures_util::future::join_all(reads).await {
        assert_eq!(rows.unwrap(), [42]);
    }
    let text = "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 42'";
    assert_eq!(one::<i64>(&connection, text).await, 1);
}

#[tokio::test]
async fn statements_deallocated_by_the_drivers_client_do_not_hurt_who_comes_next() {
    let db = builder(&unique("deallocated")).max_connections(1).connect().await.unwrap();
    let connection = db.connection().await.unwrap();
    assert_eq!(one::<i32>(&connection, "SELECT 7").await, 7);
    connection.client().batch_execute("DEALLOCATE ALL").await.unwrap();
    drop(connection);
    // Nothing can be repeated in a transaction.
    let transaction = db.begin().await.unwrap();
    assert_eq!(one::<i32>(&transaction, "SELECT 7").await, 7);
    transaction.commit().await.unwrap();
}
