//! Handles that outlive the runtime that they were made in, as a static one does in tests.

use std::time::Duration;

use orm_pg::Database;
use tokio::{net::TcpListener, runtime::Runtime, sync::oneshot};

use crate::{
    pool::proxy,
    server::{builder, eventually, one, unique, url},
};

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn idle_connections_of_a_runtime_that_ended_are_replaced() {
    let first = runtime();
    let db = first.block_on(async {
        let db = builder(&unique("carried")).min_idle(3).max_connections(3).connect().await.unwrap();
        eventually(|| async { db.status().idle >= 3 }).await;
        db
    });
    drop(first);
    runtime().block_on(async {
        for connection in futures_util::future::join_all((0..3).map(|_| db.connection())).await {
            assert_eq!(one::<i32>(&connection.unwrap(), "SELECT 1").await, 1);
        }
        eventually(|| async { db.status().idle >= 3 }).await;
    });
}

#[test]
fn a_connection_that_was_being_opened_when_the_runtime_ended_takes_no_place() {
    let network = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    // The first that comes gets no answer, all others are passed on to the server.
    let (port, came) = network.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, came) = oneshot::channel();
        drop(tokio::spawn(async move {
            let (socket, _) = listener.accept().await.unwrap();
            assert!(tell.send(socket).is_ok());
            proxy(listener);
        }));
        (port, came)
    });
    let first = runtime();
    let (db, held) = first.block_on(async {
        let db = Database::builder()
            .url(&url())
            .url(&format!("host=127.0.0.1 port={port}"))
            .max_connections(1)
            .connect_timeout(Duration::from_secs(60))
            .connect_lazy()
            .unwrap();
        let waiter = db.clone();
        drop(tokio::spawn(async move { waiter.connection().await.map(drop) }));
        (db, came.await.unwrap())
    });
    drop(first);
    runtime().block_on(async { assert_eq!(one::<i32>(&db, "SELECT 1").await, 1) });
    drop(held);
}
