//! Handles that outlive the runtime in which they were made, such as a static one in tests.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use orm_pg::{Database, Executor};
use tokio::{net::TcpListener, runtime::Runtime, sync::oneshot};

use crate::{
    pool::proxy,
    server::{
        Collect, builder, count, drop_after, eventually, insert, next, one, raw, read, server, table, unique, url,
    },
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

async fn small(name: &str, size: u32) -> Database {
    builder(name).max_connections(size).acquire_timeout(Duration::from_secs(10)).connect().await.unwrap()
}

/// How many sessions there are of `name`.
async fn open(name: &str) -> i64 {
    one(&server().await, &format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'")).await
}

#[test]
fn another_runtime_gets_connections_of_its_own_and_idle_ones_make_room() {
    for size in [1, 4] {
        let name = unique("moved");
        let (first, second) = (runtime(), runtime());
        let db = first.block_on(async {
            let db = small(&name, size).await;
            let all = futures_util::future::join_all((0..size).map(|_| db.connection())).await;
            assert!(all.iter().all(Result::is_ok));
            db
        });
        // Nobody drives the first runtime any more, and it is still there.
        second.block_on(async {
            let all = futures_util::future::join_all((0..size).map(|_| db.connection())).await;
            for connection in &all {
                assert_eq!(one::<i32>(connection.as_ref().unwrap(), "SELECT 1").await, 1);
            }
            assert_eq!(db.status().connections, size);
            eventually(|| async { open(&name).await == i64::from(size) }).await;
        });
        // And back.
        first.block_on(async {
            assert_eq!(one::<i32>(&db, "SELECT 2").await, 2);
            eventually(|| async { open(&name).await <= i64::from(size) }).await;
        });
    }
}

#[test]
fn what_a_runtime_leaves_half_done_and_is_not_driven_for_makes_room_as_well() {
    let rows = || read("SELECT g FROM generate_series(1, 100000) g", vec![]);
    for kind in 0..4 {
        let (first, second) = (runtime(), runtime());
        let db = first.block_on(async {
            let db = small(&unique("half"), 1).await;
            match kind {
                0 => drop(db.begin().await.unwrap()),
                1 => {
                    let mut stream = db.stream(rows()).await.unwrap();
                    next(&mut stream, &mut Collect::<i32>::new()).await.unwrap().unwrap();
                }
                2 => assert!(drop_after(2, db.execute(&raw("SELECT pg_sleep(100)"))).await.is_none()),
                _ => drop(db.connection().await.unwrap().client()),
            }
            db
        });
        second.block_on(async { assert_eq!(one::<i32>(&db, "SELECT 1").await, 1, "kind {kind}") });
    }
}

#[test]
fn a_connection_that_a_runtime_was_opening_and_is_not_driven_for_takes_no_place() {
    let first = runtime();
    let db = builder(&unique("opening")).max_connections(1).connect_lazy().unwrap();
    first.block_on(async { assert!(drop_after(1, db.connection()).await.is_none()) });
    runtime().block_on(async { assert_eq!(one::<i32>(&db, "SELECT 1").await, 1) });
}

#[test]
fn a_worker_that_blocks_its_thread_holds_up_nobody_elsewhere() {
    let stop = Arc::new(AtomicBool::new(false));
    let db = builder(&unique("blocked")).max_connections(4).connect_lazy().unwrap();
    let (tell, blocked) = std::sync::mpsc::channel();
    let worker = {
        let (db, stop) = (db.clone(), Arc::clone(&stop));
        thread::spawn(move || {
            runtime().block_on(async {
                let all = futures_util::future::join_all((0..4).map(|_| db.connection())).await;
                assert!(all.iter().all(Result::is_ok));
                drop(all);
                tell.send(()).unwrap();
                while !stop.load(Ordering::Acquire) {
                    thread::sleep(Duration::from_millis(1));
                }
            });
        })
    };
    blocked.recv().unwrap();
    runtime().block_on(async {
        let all = futures_util::future::join_all((0..4).map(|_| db.connection())).await;
        for connection in all {
            assert_eq!(one::<i32>(&connection.unwrap(), "SELECT 1").await, 1);
        }
    });
    stop.store(true, Ordering::Release);
    worker.join().unwrap();
}

#[test]
fn runtimes_that_live_for_one_statement_lose_none() {
    let db = builder(&unique("short")).max_connections(3).connect_lazy().unwrap();
    let table = runtime().block_on(table(&db));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let (db, table) = (db.clone(), table.clone());
            thread::spawn(move || {
                for round in 0..25 {
                    let done = runtime().block_on(insert(&db, &table, thread * 100 + round));
                    assert_eq!(done.unwrap(), 1);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|it| it.join().unwrap());
    runtime().block_on(async { assert_eq!(count(&db, &table).await, 100) });
}

#[test]
fn several_runtimes_share_the_connections_that_there_may_be() {
    let name = unique("shared");
    let db = builder(&name).max_connections(3).connect_lazy().unwrap();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (db, name) = (db.clone(), name.clone());
            thread::spawn(move || {
                runtime().block_on(async {
                    for _ in 0..20 {
                        let text = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'");
                        let open: i64 = one(&db, &text).await;
                        // One that was closed may be seen for a moment longer.
                        assert!(open <= 3 + 3, "{open}");
                    }
                });
            })
        })
        .collect();
    threads.into_iter().for_each(|it| it.join().unwrap());
}

#[test]
fn a_handle_in_a_static_is_made_outside_of_a_runtime() {
    static DB: std::sync::LazyLock<Database> =
        std::sync::LazyLock::new(|| builder(&unique("static")).connect_lazy().unwrap());
    assert_eq!(DB.status().connections, 0);
    for _ in 0..3 {
        runtime().block_on(async { assert_eq!(one::<i32>(&*DB, "SELECT 1").await, 1) });
    }
}
