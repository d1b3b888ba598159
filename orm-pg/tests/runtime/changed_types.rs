//! Types that are changed, replaced and renamed while prepared statements use them.

use std::{
    pin::pin,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use orm_core::value::Bind;
use orm_pg::prelude::*;

use crate::{
    schema_changes::{change, database, own_pool, server_of, their_pool, use_it},
    server::{all, drop_after, raw, read, unique, write},
};

#[derive(Debug, Clone, PartialEq, PgComposite)]
struct Size {
    width: i32,
    height: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "things")]
struct Loose {
    #[orm(key)]
    id: i64,
    #[orm(sql_type = "mood")]
    mood: String,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "papers")]
struct Paper {
    #[orm(key, identity)]
    id: i64,
    state: String,
}

#[tokio::test]
async fn a_type_that_was_replaced_and_is_still_there_is_not_sent_any_more() {
    let database = database().await;
    for db in [own_pool(&database, 2).await, their_pool(&database, 2).await] {
        db.drop_tables(orm_pg::models![Paper]).await.unwrap();
        db.create_tables(orm_pg::models![Paper]).await.unwrap();
        let write = async |db: &Database, state: &str| Paper::insert(NewPaper::new(state)).execute(db).await;
        let find = async |tx: &mut Transaction<'_>| Paper::query().filter(|p| p.state.eq("new")).count(tx).await;
        let options = TransactionOptions::new().retry(5);
        for number in 0..6 {
            let state = unique("state");
            write(&db, "new").await.unwrap();
            db.transaction_with(options, find).await.unwrap();
            let swap = format!(
                "CREATE TYPE {state} AS ENUM ('new', 'old', 'only{number}'); \
                 UPDATE papers SET state = 'new'; ALTER TABLE papers ALTER state TYPE {state} USING state::text::{state}"
            );
            server_script(&database, &swap).await;
            // A label of the new type alone, sent as one of the type before.
            match number % 3 {
                0 => drop(write(&db, &format!("only{number}")).await.unwrap()),
                1 => drop(db.transaction_with(options, find).await.unwrap()),
                _ => {
                    let label = format!("only{number}");
                    let label = &label;
                    let write =
                        async |tx: &mut Transaction<'_>| Paper::insert(NewPaper::new(label.clone())).execute(tx).await;
                    db.transaction_with(options, write).await.unwrap();
                }
            }
        }
        server_script(&database, "ALTER TABLE papers ALTER state TYPE text").await;
        write(&db, "free").await.unwrap();
        assert_eq!(db.transaction_with(options, find).await.unwrap(), 9);
    }
}

async fn server_script(database: &str, sql: &str) {
    let db = own_pool(database, 1).await;
    db.connection().await.unwrap().client().batch_execute(sql).await.unwrap();
}

#[tokio::test]
async fn a_held_cursor_whose_type_was_dropped_is_declared_anew() {
    let database = database().await;
    let db = own_pool(&database, 1).await;
    let connection = db.connection().await.unwrap();
    use_it(&connection, 4).await.unwrap();
    // Between any two steps of it: after the DECLARE among others.
    for polls in 1..10 {
        let mut reading = pin!(use_it(&connection, 4));
        let mut done = None;
        for _ in 0..polls {
            if done.is_none() {
                done = drop_after(1, reading.as_mut()).await;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        change(&database, 5).await;
        match done {
            Some(done) => done.unwrap(),
            None => reading.await.unwrap(),
        }
    }
}

#[tokio::test]
async fn a_composite_type_that_changed_is_read_and_written_as_it_is_now() {
    let database = database().await;
    let db = own_pool(&database, 1).await;
    for sql in ["CREATE TYPE size AS (width int)", "CREATE TABLE boxes (size size)"] {
        db.execute(&raw(sql)).await.unwrap();
    }
    let write = || write("INSERT INTO boxes VALUES ($1::size)", vec![Bind::new(Size { width: 1, height: 2 })]);
    let text = "SELECT size FROM boxes";
    // The struct is ahead of the server.
    let connection = db.connection().await.unwrap();
    let error = connection.execute(&write()).await.unwrap_err();
    assert!(error.to_string().contains("no form as size"), "{error}");
    assert!(all::<Size>(&connection, read(text, vec![])).await.unwrap().is_empty());
    server_of(&database, "ALTER TYPE size ADD ATTRIBUTE height int").await;
    connection.execute(&write()).await.unwrap();
    assert_eq!(all::<Size>(&connection, read(text, vec![])).await.unwrap(), [Size { width: 1, height: 2 }]);
    // And behind it: it says so, and heals when the server is back.
    server_of(&database, "ALTER TYPE size ADD ATTRIBUTE depth int").await;
    let mut connection = connection;
    let error = connection.transaction(async |tx| tx.execute(&write()).await).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("the schema has changed"), "{error}");
    let error = connection.execute(&write()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
    let error = all::<Size>(&connection, read(text, vec![])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    server_of(&database, "ALTER TYPE size DROP ATTRIBUTE depth").await;
    let options = TransactionOptions::new().retry(5);
    connection
        .transaction_with(options, async |tx| {
            tx.execute(&write()).await?;
            all::<Size>(tx, read(text, vec![])).await
        })
        .await
        .unwrap();
    // A type by another name, and back.
    server_of(&database, "ALTER TYPE size RENAME TO measure").await;
    connection.client().batch_execute("DEALLOCATE ALL").await.unwrap();
    drop(connection);
    let connection = db.connection().await.unwrap();
    let error = all::<Size>(&connection, read(text, vec![])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    server_of(&database, "ALTER TYPE measure RENAME TO size").await;
    assert_eq!(all::<Size>(&connection, read(text, vec![])).await.unwrap().len(), 2);
}

/// A label that the enum does not have.
async fn dreadful(db: &impl Executor) -> Result<Vec<Loose>> {
    Loose::query().filter(|l| l.mood.eq("dreadful")).all(db).await
}

#[tokio::test]
async fn an_error_that_is_no_change_of_the_schema_is_told_as_it_is() {
    let database = database().await;
    let db = own_pool(&database, 1).await;
    let connection = db.connection().await.unwrap();
    let function =
        "CREATE FUNCTION fails() RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT nothing'; RETURN 1; END $$";
    connection.execute(&raw(function)).await.unwrap();
    for _ in 0..3 {
        let error = all::<i32>(&connection, read("SELECT fails()", vec![])).await.unwrap_err();
        assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Server, Some("42703")), "{error}");
        let by_name = read("SELECT $1::regclass::oid::int8", vec![Bind::new("nowhere".to_owned())]);
        let error = all::<i64>(&connection, by_name).await.unwrap_err();
        assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Server, Some("42P01")), "{error}");
        let error = dreadful(&connection).await.unwrap_err();
        assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Server, Some("22P02")), "{error}");
        assert!(!error.is_retryable());
        let error = all::<i32>(&connection, read("SELECT nothing FROM things", vec![])).await.unwrap_err();
        assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Server, Some("42703")), "{error}");
    }
    // What a bad label costs nobody else: the statement alone is prepared again.
    drop(connection);
    let tries = AtomicU32::new(0);
    let tried = &tries;
    let options = TransactionOptions::new().retry(5);
    let transaction = async |tx: &mut Transaction<'_>| {
        tried.fetch_add(1, Ordering::Relaxed);
        dreadful(tx).await
    };
    let error = db.transaction_with(options, transaction).await.unwrap_err();
    assert_eq!(error.sql_state(), Some("22P02"));
    assert!(tries.load(Ordering::Relaxed) <= 2);
}
