//! A client and a transaction of the driver that belong to the application.

use std::sync::atomic::Ordering;

use orm_core::value::Bind;
use orm_pg::{Database, ErrorKind, Executor, adopt};
use tokio_postgres::{Client, Config, NoTls};

use crate::{
    round_trips::relay,
    server::{Collect, all, count, drop_after, insert, next, one, raw, read, server, table, unique, url, write},
};

async fn client(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    drop(tokio::spawn(connection));
    client
}

async fn fixture() -> (Database, Client, String) {
    let db = server().await;
    let table = table(&db).await;
    (db, client(&url().parse().unwrap()).await, table)
}

#[tokio::test]
async fn our_statements_and_theirs_commit_together_or_not_at_all() {
    let (db, mut client, table) = fixture().await;
    for commit in [false, true] {
        let tx = client.transaction().await.unwrap();
        tx.execute(&format!("INSERT INTO {table} (id) VALUES (1)"), &[]).await.unwrap();
        let ours = adopt(&tx);
        insert(&ours, &table, 2).await.unwrap();
        assert_eq!(count(&ours, &table).await, 2);
        assert_eq!(count(&db, &table).await, 0);
        drop(ours);
        if commit {
            tx.commit().await.unwrap();
        }
    }
    assert_eq!(count(&db, &table).await, 2);
}

#[tokio::test]
async fn a_savepoint_of_theirs_undoes_ours() {
    let (db, mut client, table) = fixture().await;
    let mut tx = client.transaction().await.unwrap();
    insert(&adopt(&tx), &table, 1).await.unwrap();
    let savepoint = tx.savepoint("theirs").await.unwrap();
    insert(&adopt(&savepoint), &table, 2).await.unwrap();
    let error = insert(&adopt(&savepoint), &table, 1).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    savepoint.rollback().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(all::<i64>(&db, read(&format!("SELECT id FROM {table}"), vec![])).await.unwrap(), [1]);
}

#[tokio::test]
async fn a_stream_on_a_transaction_leaves_it_free_for_the_body_of_the_loop() {
    let (_db, mut client, table) = fixture().await;
    let tx = client.transaction().await.unwrap();
    let ours = adopt(&tx);
    let series = read("SELECT repeat('x', 1000) FROM generate_series(1, 2000)", vec![]);
    let (mut stream, mut rows) = (ours.stream(series).await.unwrap(), Collect::<String>::new());
    while let Some(row) = next(&mut stream, &mut rows).await {
        row.unwrap();
        if rows.rows.len() % 500 == 0 {
            insert(&ours, &table, i64::try_from(rows.rows.len()).unwrap()).await.unwrap();
        }
    }
    assert_eq!(rows.rows.len(), 2000);
    // Rows of a write come through a portal as well.
    let text = format!("UPDATE {table} SET name = 'x' RETURNING id");
    let (mut stream, mut rows) = (ours.stream(write(&text, vec![])).await.unwrap(), Collect::<i64>::new());
    while let Some(row) = next(&mut stream, &mut rows).await {
        row.unwrap();
    }
    assert_eq!(rows.rows, [500, 1000, 1500, 2000]);
}

#[tokio::test]
async fn half_a_batch_is_never_committed() {
    let (db, mut client, table) = fixture().await;
    let text = |id: i64| write(&format!("INSERT INTO {table} (id) VALUES ({id}) RETURNING id"), vec![]);
    // The second row cannot be decoded, which the server does not know of.
    let tx = client.transaction().await.unwrap();
    let failed = adopt(&tx).batch(&[text(1), read("SELECT 'x'", vec![])], &mut Collect::<i64>::new()).await;
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::Decode);
    tx.commit().await.unwrap();
    assert_eq!(count(&db, &table).await, 0);
    // Dropped on its way, the same.
    for times in 0..100 {
        let tx = client.transaction().await.unwrap();
        let (ours, mut rows) = (adopt(&tx), Collect::<i64>::new());
        let statements = [text(1), text(2)];
        let done = drop_after(times, ours.batch(&statements, &mut rows)).await.is_some();
        drop(ours);
        if done {
            assert!(times > 2);
            return;
        }
        tx.commit().await.unwrap();
        assert_eq!(count(&db, &table).await, 0, "dropped after {times} polls");
    }
    panic!("the batch never ended");
}

#[tokio::test]
async fn a_bare_client_refuses_what_needs_a_transaction() {
    let (_db, client, table) = fixture().await;
    let ours = adopt(&client);
    insert(&ours, &table, 1).await.unwrap();
    let mut locking = read(&format!("SELECT id FROM {table} FOR UPDATE"), vec![]);
    locking.locks = true;
    assert_eq!(ours.execute(&locking).await.unwrap_err().kind(), ErrorKind::InvalidStatement);
    let pair = [raw("SELECT 1"), raw("SELECT 2")];
    let error = ours.batch(&pair, &mut Collect::<i32>::new()).await.unwrap_err();
    assert!(error.to_string().contains("adopt `client.transaction()`"), "{error}");
    assert_eq!(ours.batch(&pair[..1], &mut Collect::<i32>::new()).await.unwrap(), 1);
    let (mut stream, mut rows) = (ours.stream(read("SELECT 7", vec![])).await.unwrap(), Collect::<i32>::new());
    // All rows are here: the client is free.
    assert_eq!(one::<i32>(&ours, "SELECT 8").await, 8);
    next(&mut stream, &mut rows).await.unwrap().unwrap();
    assert!(next(&mut stream, &mut rows).await.is_none());
    assert_eq!(rows.rows, [7]);
}

#[tokio::test]
async fn a_statement_is_prepared_once() {
    let (port, trips) = relay().await;
    let config: Config = url().parse().unwrap();
    let mut through = Config::new();
    through.host("127.0.0.1").port(port).user(config.get_user().unwrap()).dbname(config.get_dbname().unwrap());
    if let Some(password) = config.get_password() {
        through.password(password);
    }
    let client = client(&through).await;
    let ours = adopt(&client);
    for expected in [2, 1, 1] {
        let before = trips.load(Ordering::SeqCst);
        all::<i64>(&ours, read("SELECT $1::bigint", vec![Bind::new(1_i64)])).await.unwrap();
        assert_eq!(trips.load(Ordering::SeqCst) - before, expected);
    }
}

#[tokio::test]
async fn types_of_the_user_stay_known_when_the_owner_throws_statements_away() {
    let (db, client, _) = fixture().await;
    let mood = unique("mood");
    db.execute(&raw(&format!("CREATE TYPE {mood} AS ENUM ('fine')"))).await.unwrap();
    let adopted = adopt(&client);
    let reading = read(&format!("SELECT 'fine'::{mood}"), vec![]);
    assert_eq!(adopted.execute(&reading).await.unwrap(), 1);
    client.batch_execute("DEALLOCATE ALL").await.unwrap();
    assert_eq!(adopted.execute(&reading).await.unwrap(), 1);
    // A transaction that was begun by hand is doomed by the first error, which stands.
    client.batch_execute("DEALLOCATE ALL; BEGIN").await.unwrap();
    assert_eq!(adopted.execute(&reading).await.unwrap_err().sql_state(), Some("26000"));
    client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(adopted.execute(&reading).await.unwrap(), 1);
}
