//! Random tasks on a small pool, each dropped after a few polls: nothing is lost, and nothing is left behind.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use orm_pg::prelude::*;
use proptest::{collection::vec, prelude::*, sample::select};

use super::{check, failed};

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "purses")]
struct Purse {
    #[orm(key)]
    id: i64,
    balance: i64,
}

/// A line for each transfer that was committed: one of both sides.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "lines")]
struct Line {
    #[orm(key, identity)]
    id: i64,
    transfer: i64,
    #[orm(default = "0")]
    amount: i64,
    text: String,
}

const PURSES: i64 = 4;
const EACH: i64 = 100;

#[derive(Debug, Clone, Copy)]
enum Verb {
    Transfer,
    Guard,
    Savepoints,
    Connection,
    All,
    One,
    Execute,
    Stream,
    StreamInside,
    Many,
    ManyStatements,
    Lock,
}

const VERBS: [Verb; 12] = [
    Verb::Transfer,
    Verb::Guard,
    Verb::Savepoints,
    Verb::Connection,
    Verb::All,
    Verb::One,
    Verb::Execute,
    Verb::Stream,
    Verb::StreamInside,
    Verb::Many,
    Verb::ManyStatements,
    Verb::Lock,
];

/// What is done, for which two purses, and after how many polls it is dropped.
#[derive(Debug, Clone)]
struct Task {
    verb: Verb,
    from: i64,
    to: i64,
    polls: usize,
}

fn task() -> impl Strategy<Value = Task> {
    (select(&VERBS[..]), 0..PURSES, 0..PURSES, 0..30_usize).prop_map(|(verb, from, to, polls)| Task {
        verb,
        from,
        to,
        polls,
    })
}

async fn change(id: i64, by: i64, db: &impl Executor) -> Result<()> {
    Purse::query().filter(|p| p.id.eq(id)).update(|p| p.balance.set(p.balance + by)).execute(db).await.map(drop)
}

/// Moves one coin. The smaller number goes first, so that nobody waits in a circle.
async fn transfer(from: i64, to: i64, db: &impl Executor) -> Result<()> {
    let (first, second) = (from.min(to), from.max(to));
    change(first, if first == from { -1 } else { 1 }, db).await?;
    tokio::task::yield_now().await;
    change(second, if second == from { -1 } else { 1 }, db).await?;
    let lines = [-1, 1].map(|amount| NewLine { amount: amount.into(), ..NewLine::new(from * 10 + to, "transfer") });
    Line::insert_many(lines).execute(db).await.map(drop)
}

fn many(rows: i64) -> impl Iterator<Item = NewLine> {
    // The first row leaves to the server what the others set.
    (0..rows).map(|n| NewLine { amount: if n == 0 { Auto } else { 0.into() }, ..NewLine::new(-1, "many") })
}

const ROWS_OF_TWO_STATEMENTS: i64 = 22_000;

impl Task {
    async fn go(&self, db: &Database) -> Result<()> {
        let (from, to) = (self.from, self.to);
        match self.verb {
            _ if from == to
                && matches!(self.verb, Verb::Transfer | Verb::Guard | Verb::Savepoints | Verb::Connection) => {}
            Verb::Transfer => db.transaction(async |tx| transfer(from, to, tx).await).await?,
            Verb::Guard => {
                let tx = db.begin().await?;
                transfer(from, to, &tx).await?;
                tx.commit().await?;
            }
            Verb::Savepoints => {
                db.transaction(async |tx| {
                    tx.transaction(async |sp| transfer(from, to, sp).await).await?;
                    let undone = tx.transaction(async |sp| {
                        change(from.max(to), 1000, sp).await?;
                        Err::<(), _>(Error::new(ErrorKind::NotFound, "undone"))
                    });
                    drop(undone.await);
                    let sp = tx.begin().await?;
                    change(from.max(to), 1000, &sp).await?;
                    drop(sp);
                    Ok::<_, Error>(())
                })
                .await?;
            }
            Verb::Connection => {
                let mut connection = db.connection().await?;
                sql!("SET work_mem = '1MB'").execute(&connection).await?;
                sql!("SELECT pg_advisory_lock(1)::text").all::<String>(&connection).await?;
                connection.transaction(async |tx| transfer(from, to, tx).await).await?;
            }
            Verb::All => drop(Purse::query().order_by(|p| p.id.asc()).all(db).await?),
            Verb::One => assert_eq!(Purse::get(from).one(db).await?.id, from),
            Verb::Execute => drop(Line::insert(NewLine::new(-2, "one")).execute(db).await?),
            Verb::Stream => {
                let mut rows = Purse::query().stream(db).await?;
                while rows.try_next().await?.is_some() {}
            }
            Verb::StreamInside => {
                let tx = db.begin().await?;
                let mut rows = Purse::query().stream(&tx).await?;
                while rows.try_next().await?.is_some() {}
            }
            Verb::Many => drop(Line::insert_many(many(3)).all(db).await?),
            Verb::ManyStatements if from == 0 => {
                Line::insert_many(many(ROWS_OF_TWO_STATEMENTS)).execute(db).await?;
            }
            Verb::ManyStatements | Verb::Lock => {
                let tx = db.begin().await?;
                Purse::query().filter(|p| p.id.eq(from)).for_update().all(&tx).await?;
                sql!("SELECT pg_sleep(0.001)::text").all::<String>(&tx).await?;
            }
        }
        Ok(())
    }
}

/// Polls `future` so many times at most.
async fn drop_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(move |cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        let polled = future.as_mut().poll(cx).map(Some);
        if left == 0 && polled.is_pending() { Poll::Ready(None) } else { polled }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_tasks_lose_nothing_and_leave_nothing() {
    let url = orm_pg::testing::database_url().await.expect("a server");
    let name = "orm_schedule";
    let db = Database::builder().url(&url).application_name(name).max_connections(3).connect().await.expect("a pool");
    let watcher = Database::connect(&url).await.expect("another pool");
    db.create_tables(orm_pg::models![Purse, Line]).await.expect("tables");
    Purse::insert_many((0..PURSES).map(|id| NewPurse { id, balance: EACH })).execute(&db).await.expect("purses");
    check(
        48,
        || vec(task(), 1..12),
        async move |tasks| {
            let running = tasks.into_iter().map(|task| {
                let db = db.clone();
                tokio::spawn(async move { drop_after(task.polls, task.go(&db)).await })
            });
            for done in futures_util::future::join_all(running.collect::<Vec<_>>()).await {
                if let Some(outcome) = done.map_err(failed)? {
                    outcome.map_err(failed)?;
                }
            }
            for _ in 0..500 {
                if db.status().in_use == 0 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            prop_assert_eq!(db.status().in_use, 0);
            prop_assert!(db.status().connections <= 3);
            let busy =
                sql!("SELECT count(*) FROM pg_stat_activity WHERE application_name = {name} AND state <> 'idle'");
            prop_assert_eq!(busy.one::<i64>(&watcher).await.map_err(failed)?, 0);
            let locks =
                sql!("SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE application_name = {name}");
            prop_assert_eq!(locks.one::<i64>(&watcher).await.map_err(failed)?, 0);
            let sum = Purse::query().select(|p| p.balance.cast::<f64>().sum()).one(&watcher).await.map_err(failed)?;
            prop_assert_eq!(sum, Some(400.0), "coins are only moved");
            // Who has lines has all of them.
            let lines =
                Line::query().filter(|l| l.transfer.ge(0)).select(|l| (l.amount.cast::<f64>().sum(), count_all()));
            let (sum, count) = lines.one(&watcher).await.map_err(failed)?;
            prop_assert!(sum.unwrap_or(0.0) == 0.0 && count % 2 == 0, "{:?} {}", sum, count);
            let rows = Line::query().filter(|l| l.transfer.eq(-1)).count(&watcher).await.map_err(failed)?;
            prop_assert!((0..=rows / ROWS_OF_TWO_STATEMENTS).any(|n| (rows - n * ROWS_OF_TWO_STATEMENTS) % 3 == 0));
            Line::query().all_rows().delete().execute(&watcher).await.map_err(failed)?;
            Ok(())
        },
    )
    .await;
}
