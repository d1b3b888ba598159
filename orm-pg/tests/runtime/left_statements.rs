//! Streams that are dropped at any moment leave no prepared statement on their connection.

use orm_pg::{Database, Executor, adopt};

use crate::server::{Collect, builder, drop_after, eventually, next, raw, read, unique};

/// How many prepared statements the only connection has whose text begins like this.
async fn left(db: &Database, text: &str) -> i64 {
    crate::server::one(db, &format!("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '{text}%'")).await
}

async fn read_on(db: &impl Executor, sql: &str) {
    let mut stream = db.stream(read(sql, vec![])).await.unwrap();
    let mut rows = Collect::<i32>::new();
    while let Some(row) = next(&mut stream, &mut rows).await {
        row.unwrap();
    }
}

#[tokio::test]
async fn a_stream_that_is_given_up_leaves_no_statement_prepared() {
    let db = builder(&unique("left")).max_connections(1).connect().await.unwrap();
    let series = "SELECT generate_series(1, 1000) -- left";
    for round in 0..400 {
        let mut tx = db.begin().await.unwrap();
        match round % 3 {
            0 => drop(drop_after(round / 3 % 12, read_on(&tx, series)).await),
            1 => {
                let savepoint = tx.begin().await.unwrap();
                drop_after(round / 3 % 12, read_on(&savepoint, series)).await;
                drop(savepoint);
                tx.commit().await.unwrap();
            }
            _ => {
                drop(tx);
                let connection = db.connection().await.unwrap();
                drop_after(round / 3 % 12, read_on(&connection, series)).await;
            }
        }
    }
    eventually(|| async { left(&db, "FETCH").await == 0 }).await;
}

/// The driver asks for the types of the columns after the server has prepared the statement.
#[tokio::test]
async fn a_stream_of_a_type_that_is_not_known_yet_leaves_no_statement_prepared() {
    let db = builder(&unique("left")).max_connections(1).connect().await.unwrap();
    for round in 0..24 {
        let name = unique("mood");
        db.execute(&raw(&format!("CREATE TYPE {name} AS ENUM ('fine', 'bad')"))).await.unwrap();
        let moods = format!("SELECT 1 FROM (SELECT 'fine'::{name} AS mood) it WHERE mood = 'fine'");
        let rows = format!("SELECT 'fine'::{name}, n FROM generate_series(1, 600) n");
        let tx = db.begin().await.unwrap();
        drop_after(round % 12, read_on(&tx, &moods)).await;
        drop_after(round % 12, async {
            let mut stream = tx.stream(read(&rows, vec![])).await.unwrap();
            let mut rows = Collect::<(String, i32)>::new();
            next(&mut stream, &mut rows).await
        })
        .await;
        drop(tx);
    }
    eventually(|| async { left(&db, "FETCH").await == 0 }).await;
    // The driver's own, by which it asks for types, are three.
    eventually(|| async { left(&db, "SELECT t.typname").await <= 1 }).await;
}

/// A client of the application's is not ours: what is dropped on it is not prepared to the end by anybody else.
#[tokio::test]
async fn on_an_adopted_transaction_a_stream_closes_what_it_prepared() {
    let config: tokio_postgres::Config = crate::server::url().parse().unwrap();
    let (mut client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
    drop(tokio::spawn(connection));
    let tx = client.transaction().await.unwrap();
    for _ in 0..10 {
        read_on(&adopt(&tx), "SELECT generate_series(1, 1000) -- adopted").await;
    }
    let text = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%-- adopted'";
    assert_eq!(tx.query_one(text, &[]).await.unwrap().get::<_, i64>(0), 0);
}
