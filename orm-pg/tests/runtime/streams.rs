use std::time::{Duration, Instant};

use orm_core::{executor::BoxRowStream, value::Bind};
use orm_pg::{ErrorKind, Executor};

use crate::server::{Collect, builder, count, eventually, insert, next, one, raw, read, server, table, unique, write};

async fn drain(mut stream: BoxRowStream<'_>) -> Vec<i64> {
    let mut rows = Collect::new();
    while let Some(row) = next(&mut stream, &mut rows).await {
        row.unwrap();
    }
    assert!(next(&mut stream, &mut rows).await.is_none(), "a stream stays ended");
    rows.rows
}

const SERIES: &str = "SELECT i FROM generate_series(1, $1::bigint) i";

#[tokio::test]
async fn all_rows_come_on_every_executor() {
    let db = server().await;
    for wanted in [0_i64, 1, 255, 256, 257, 512, 3000] {
        let series = || read(SERIES, vec![Bind::new(wanted)]);
        let expected: Vec<_> = (1..=wanted).collect();
        assert_eq!(drain(db.stream(series()).await.unwrap()).await, expected);
        let connection = db.connection().await.unwrap();
        assert_eq!(drain(connection.stream(series()).await.unwrap()).await, expected);
        let tx = db.begin().await.unwrap();
        assert_eq!(drain(tx.stream(series()).await.unwrap()).await, expected);
        tx.commit().await.unwrap();
    }
    eventually(|| async { db.status().in_use == 0 }).await;
}

#[tokio::test]
async fn the_body_of_the_loop_may_use_the_same_executor() {
    let db = server().await;
    let table = table(&db).await;
    db.transaction(async |tx| {
        let mut outer = tx.stream(read(SERIES, vec![Bind::new(600_i64)])).await?;
        let mut rows = Collect::<i64>::new();
        while let Some(row) = next(&mut outer, &mut rows).await {
            row?;
            let id = *rows.rows.last().unwrap();
            insert(tx, &table, id).await?;
            if id % 100 == 0 {
                assert_eq!(drain(tx.stream(read(SERIES, vec![Bind::new(300_i64)])).await?).await.len(), 300);
            }
        }
        Ok::<_, orm_pg::Error>(())
    })
    .await
    .unwrap();
    assert_eq!(count(&db, &table).await, 600);
    let connection = db.connection().await.unwrap();
    let mut outer = connection.stream(read(&format!("SELECT id FROM {table}"), vec![])).await.unwrap();
    let mut rows = Collect::<i64>::new();
    while let Some(row) = next(&mut outer, &mut rows).await {
        row.unwrap();
        insert(&connection, &table, 1000 + rows.rows.last().unwrap()).await.unwrap();
    }
    drop(outer);
    assert_eq!(count(&connection, &table).await, 1200);
    assert_eq!(one::<i64>(&connection, "SELECT count(*) FROM pg_cursors WHERE name LIKE 'orm%'").await, 0);
}

#[tokio::test]
async fn writes_that_return_rows_can_be_streamed() {
    let db = server().await;
    let table = table(&db).await;
    let text = format!("INSERT INTO {table} (id) SELECT i FROM generate_series(1, $1::bigint) i RETURNING id");
    let tx = db.begin().await.unwrap();
    assert_eq!(drain(tx.stream(write(&text, vec![Bind::new(300_i64)])).await.unwrap()).await.len(), 300);
    tx.commit().await.unwrap();
    let text = format!("WITH gone AS (DELETE FROM {table} RETURNING id) SELECT id FROM gone");
    let connection = db.connection().await.unwrap();
    assert_eq!(drain(connection.stream(raw(&text)).await.unwrap()).await.len(), 300);
    let locking = raw(&format!("SELECT id FROM {table} FOR UPDATE"));
    assert!(drain(connection.stream(locking).await.unwrap()).await.is_empty());
}

#[tokio::test]
async fn a_stream_that_is_dropped_early_stops_the_server() {
    let name = unique("early");
    let db = builder(&name).max_connections(1).connect().await.unwrap();
    let pid: i32 = one(&db, "SELECT pg_backend_pid()").await;
    for _ in 0..3 {
        let text = "SELECT generate_series(1, 1000000000::bigint)";
        let mut stream = db.stream(read(text, vec![])).await.unwrap();
        let mut rows = Collect::<i64>::new();
        next(&mut stream, &mut rows).await.unwrap().unwrap();
        drop(stream);
        let started = Instant::now();
        assert_eq!(one::<i32>(&db, "SELECT pg_backend_pid()").await, pid);
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn an_unread_stream_holds_the_server_back() {
    let db = builder(&unique("slow")).connect().await.unwrap();
    let text = "SELECT generate_series(1, 1000000::bigint), repeat('x', 10000)";
    let mut stream = db.stream(read(text, vec![])).await.unwrap();
    let mut rows = Collect::<(i64, String)>::new();
    next(&mut stream, &mut rows).await.unwrap().unwrap();
    let watched = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%repeat(''x'', 10000)%' \
                   AND wait_event = 'ClientWrite'";
    eventually(|| async { one::<i64>(&db, watched).await == 1 }).await;
}

#[tokio::test]
async fn an_error_on_the_way_ends_the_stream() {
    let db = server().await;
    let failing = || read("SELECT 1000 / (500 - i) FROM generate_series(1, 1000::bigint) i", vec![]);
    let tx = db.begin().await.unwrap();
    for mut stream in [db.stream(failing()).await.unwrap(), tx.stream(failing()).await.unwrap()] {
        let mut rows = Collect::<i64>::new();
        let error = loop {
            match next(&mut stream, &mut rows).await {
                Some(Ok(())) => {}
                Some(Err(error)) => break error,
                None => panic!("no error"),
            }
        };
        assert_eq!(error.sql_state(), Some("22012"));
        assert!(next(&mut stream, &mut rows).await.is_none());
    }
    assert_eq!(tx.commit().await.unwrap_err().kind(), ErrorKind::RolledBack);
    let mut stream = db.stream(read("SELECT 'x'", vec![])).await.unwrap();
    let mut rows = Collect::<i64>::new();
    assert_eq!(next(&mut stream, &mut rows).await.unwrap().unwrap_err().kind(), ErrorKind::Decode);
}
