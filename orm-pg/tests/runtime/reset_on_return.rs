//! Session changes that no statement's text shows: by a trigger, or by a function behind a view.

use std::sync::atomic::Ordering;

use orm_pg::{Database, Executor};

use crate::{
    round_trips::relay,
    server::{eventually, insert, one, raw, read, table, unique, url},
};

/// A table whose trigger sets `app.tenant`, and a view whose function takes a lock of the session.
async fn hidden(db: &Database) -> (String, String) {
    let (table, view) = (table(db).await, unique("v"));
    for text in [
        format!(
            "CREATE FUNCTION {table}_f() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM set_config('app.tenant', 'of ' || NEW.id, false); RETURN NEW; END $$"
        ),
        format!("CREATE TRIGGER t BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_f()"),
        format!("CREATE VIEW {view} AS SELECT set_config('app.viewer', 'somebody', false) AS viewer"),
    ] {
        db.execute(&raw(&text)).await.unwrap();
    }
    (table, view)
}

async fn left(db: &impl Executor) -> (Option<String>, Option<String>) {
    one(db, "SELECT nullif(current_setting('app.tenant', true), ''), nullif(current_setting('app.viewer', true), '')")
        .await
}

#[tokio::test]
async fn what_triggers_and_views_leave_is_undone_where_each_return_resets() {
    let builder = || crate::server::builder(&unique("return")).max_connections(1);
    let db = builder().reset_on_return(true).on_connect("SET work_mem = '3MB'").connect().await.unwrap();
    let (table, view) = hidden(&db).await;
    let see = read(&format!("SELECT viewer FROM {view}"), vec![]);
    insert(&db, &table, 1).await.unwrap();
    db.execute(&see).await.unwrap();
    assert_eq!(left(&db).await, (None, None));
    let tx = db.begin().await.unwrap();
    insert(&tx, &table, 2).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(left(&db).await, (None, None));
    let connection = db.connection().await.unwrap();
    insert(&connection, &table, 3).await.unwrap();
    assert_eq!(left(&connection).await.0.as_deref(), Some("of 3"));
    drop(connection);
    assert_eq!(left(&db).await, (None, None));
    drop(db.stream(see.clone()).await.unwrap());
    assert_eq!(left(&db).await, (None, None));
    assert_eq!(one::<String>(&db, "SHOW work_mem").await, "3MB");
    // What it is good for: without it the next user sees it.
    let db = builder().connect().await.unwrap();
    insert(&db, &table, 4).await.unwrap();
    assert_eq!(left(&db).await.0.as_deref(), Some("of 4"));
}

#[tokio::test]
async fn a_reset_on_return_is_one_round_trip_and_keeps_connection_and_statements() {
    let (port, trips) = relay().await;
    let db = Database::builder().url(&url()).url(&format!("host=127.0.0.1 port={port}")).max_connections(1);
    let db = db.reset_on_return(true).connect().await.unwrap();
    let pid: i32 = one(&db, "SELECT pg_backend_pid()").await;
    for _ in 0..3 {
        eventually(|| async { db.status().in_use == 0 }).await;
        let before = trips.load(Ordering::SeqCst);
        assert_eq!(one::<i32>(&db, "SELECT pg_backend_pid()").await, pid);
        eventually(|| async { db.status().in_use == 0 }).await;
        assert_eq!(trips.load(Ordering::SeqCst) - before, 2);
    }
}
