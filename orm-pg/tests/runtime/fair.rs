//! Tasks get connections in the order of their requests, whatever other tasks do.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bb8_postgres::PostgresConnectionManager;
use futures_util::{FutureExt, future::join_all};
use orm_pg::{Database, Executor, Result};
use tokio_postgres::NoTls;

use crate::server::{Collect, builder, drop_after, next, one, raw, read, unique, url};

const TASKS: usize = 16;
const ROUNDS: u32 = 3000;

/// More, so that a thread that the system lets wait for a while does not count.
const ROUNDS_OF_THREADS: u32 = 6000;

/// What one task does again and again.
#[derive(Clone, Copy, Debug)]
enum Work {
    Statement,
    Transaction,
    RolledBack,
    Connection,
    Stream,
    Batch,
}

const ALL: [Work; 6] =
    [Work::Statement, Work::Transaction, Work::RolledBack, Work::Connection, Work::Stream, Work::Batch];

async fn work(db: &Database, work: Work) -> Result<()> {
    match work {
        Work::Statement => db.execute(&read("SELECT 1", vec![])).await.map(drop),
        Work::Transaction => db.begin().await?.commit().await,
        Work::RolledBack => {
            let tx = db.begin().await?;
            tx.execute(&read("SELECT 1", vec![])).await.map(drop)
        }
        Work::Connection => {
            let connection = db.connection().await?;
            connection.execute(&read("SELECT 1", vec![])).await.map(drop)
        }
        Work::Stream => {
            let mut stream = db.stream(read("SELECT g FROM generate_series(1, 3) g", vec![])).await?;
            let mut rows = Collect::<i32>::new();
            while let Some(row) = next(&mut stream, &mut rows).await {
                row?;
            }
            Ok(())
        }
        Work::Batch => db.batch(&[raw("SELECT 1"), raw("SELECT 2")], &mut Collect::<i32>::new()).await.map(drop),
    }
}

/// How often a task that loops over `kind` was served until all together were served often enough.
async fn looping(db: Database, kind: Work, left: Arc<AtomicU32>) -> u32 {
    let mut served = 0;
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| it.checked_sub(1)).is_ok() {
        work(&db, kind).await.unwrap();
        served += 1;
    }
    served
}

/// How often what `served` counts is tried: the system may let a thread or a process of the server wait for long, and a
/// pool that is not fair fails each time.
const TIMES: usize = 3;

/// No task may be served more than twice as often as another.
async fn all_served_alike(kind: Work, served: impl AsyncFn() -> Vec<u32>) {
    let mut seen = vec![];
    for _ in 0..TIMES {
        let served = served().await;
        let (least, most) = (served.iter().min().unwrap(), served.iter().max().unwrap());
        if most <= &(2 * least) {
            return;
        }
        seen.push(served);
    }
    panic!("{kind:?}: {seen:?}");
}

/// Opens all connections, so that nobody waits for one to be opened while others are served.
async fn opened(db: Database) -> Database {
    let all = join_all((0..db.status().max_connections).map(|_| db.connection())).await;
    assert!(all.iter().all(Result::is_ok));
    db
}

async fn small(size: u32) -> Database {
    let limit = Duration::from_secs(20);
    opened(builder(&unique("fair")).max_connections(size).acquire_timeout(limit).connect().await.unwrap()).await
}

async fn adopted(size: u32) -> Database {
    let manager = PostgresConnectionManager::new(url().parse().unwrap(), NoTls);
    let pool = bb8::Pool::builder().max_size(size).test_on_check_out(false).build(manager).await.unwrap();
    opened(Database::from_pool(pool)).await
}

async fn in_tasks(db: &Database, kind: Work, rounds: u32) -> Vec<u32> {
    let left = Arc::new(AtomicU32::new(rounds));
    let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(looping(db.clone(), kind, Arc::clone(&left)))).collect();
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

#[tokio::test]
async fn tasks_that_loop_on_one_thread_are_served_alike() {
    let db = small(4).await;
    for kind in ALL {
        all_served_alike(kind, async || in_tasks(&db, kind, ROUNDS).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_that_loop_on_several_threads_are_served_alike() {
    let db = small(4).await;
    for kind in ALL {
        all_served_alike(kind, async || in_tasks(&db, kind, ROUNDS_OF_THREADS).await).await;
    }
}

#[tokio::test]
async fn futures_that_loop_in_one_task_are_served_alike() {
    let db = small(4).await;
    for kind in ALL {
        let in_one = async || {
            let left = Arc::new(AtomicU32::new(ROUNDS));
            join_all((0..TASKS).map(|_| looping(db.clone(), kind, Arc::clone(&left)))).await
        };
        all_served_alike(kind, in_one).await;
    }
}

#[tokio::test]
async fn tasks_that_loop_over_an_adopted_pool_are_served_alike() {
    let db = adopted(4).await;
    for kind in ALL {
        all_served_alike(kind, async || in_tasks(&db, kind, ROUNDS).await).await;
    }
}

#[tokio::test]
async fn tasks_that_loop_over_different_things_are_served_alike() {
    let db = small(4).await;
    let mixed = async || -> Vec<u32> {
        let left = Arc::new(AtomicU32::new(ROUNDS));
        let kinds = ALL.iter().cycle().take(TASKS);
        let tasks = kinds.map(|kind| tokio::spawn(looping(db.clone(), *kind, Arc::clone(&left))));
        join_all(tasks.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect()
    };
    all_served_alike(Work::Statement, mixed).await;
}

async fn one_of_one<F: Future<Output = ()> + Send + 'static>(looping: impl FnOnce(Database) -> F) {
    let db = small(1).await;
    let task = tokio::spawn(looping(db.clone()));
    for _ in 0..20 {
        assert_eq!(one::<i32>(&db, "SELECT 2").await, 2);
    }
    task.abort();
}

#[tokio::test]
async fn a_task_that_never_stops_asking_keeps_nobody_out() {
    one_of_one(|db| async move {
        loop {
            work(&db, Work::Statement).await.unwrap();
        }
    })
    .await;
    one_of_one(|db| async move {
        loop {
            work(&db, Work::RolledBack).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_waiter_that_is_dropped_loses_no_place() {
    for db in [small(2).await, adopted(2).await] {
        let held = [db.connection().await.unwrap(), db.connection().await.unwrap()];
        for times in 0..40 {
            assert!(drop_after(times % 2, db.connection()).await.is_none());
            assert!(drop_after(times % 2, work(&db, Work::Stream)).await.is_none());
        }
        // One of these waits, and is given the connection at the moment at which it is dropped.
        let mut waiting = Box::pin(db.connection());
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(held);
        drop(waiting);
        let both = join_all([db.connection(), db.connection()]).await;
        for connection in both {
            assert_eq!(one::<i32>(&connection.unwrap(), "SELECT 1").await, 1);
        }
    }
}
