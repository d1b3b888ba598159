//! Ten thousand tasks at once on a handful of connections.

use std::time::Duration;

use futures_util::future::join_all;
use orm_pg::prelude::*;

use crate::models::{Account, NewAccount};

const TASKS: usize = 10_000;

#[orm_pg::test(models(Account), flavor = "multi_thread")]
async fn ten_thousand_tasks_read_what_is_theirs(db: Database) -> Result<()> {
    Account::insert_many((0..100).map(|id| NewAccount::new(id, id * 10))).execute(&db).await?;
    let tasks = (0..TASKS).map(|task| {
        let db = db.clone();
        tokio::spawn(async move {
            let id = i64::try_from(task % 100).expect("small");
            Account::get(id).one(&db).await.map(|it| (id, it))
        })
    });
    for task in join_all(tasks).await {
        let (id, account) = task.expect("no panic")?;
        assert_eq!((account.id, account.balance), (id, id * 10));
    }
    Ok(())
}

/// Money moves between accounts in ten thousand transactions, many of which are dropped half way. None of it is lost,
/// and nothing stays behind.
#[orm_pg::test(models(Account), flavor = "multi_thread")]
async fn dropped_transactions_lose_nothing(db: Database) -> Result<()> {
    Account::insert_many((0..50).map(|id| NewAccount::new(id, 1000_i64))).execute(&db).await?;
    let tasks = (0..TASKS / 4).map(|task| {
        let db = db.clone();
        tokio::spawn(async move {
            let from = i64::try_from(task % 50).expect("small");
            let to = (from * 7 + 3) % 50;
            let (first, second) = if from < to { (from, to) } else { (to, from) };
            let transfer = db.transaction(async |tx| {
                // Always in the same order, so that no two wait for each other.
                let locked = Account::query().filter(|a| a.id.in_([first, second])).order_by(|a| a.id.asc());
                let accounts = locked.for_update().all(tx).await?;
                for account in accounts {
                    let by = if account.id == from { -1 } else { 1 };
                    if from != to {
                        account.update(|a| a.balance.set(a.balance + by)).execute(tx).await?;
                    }
                }
                Ok::<_, Error>(())
            });
            // Every third is dropped after a while, wherever it is by then.
            match task % 3 {
                0 => tokio::time::timeout(Duration::from_micros(task as u64 * 40), transfer).await.ok(),
                _ => Some(transfer.await),
            }
        })
    });
    let mut dropped = 0;
    for task in join_all(tasks).await {
        match task.expect("no panic") {
            Some(done) => done?,
            None => dropped += 1,
        }
    }
    assert!(dropped > 0, "none was dropped half way");
    let sum = Account::query().select(|a| a.balance.sum()).one(&db).await?;
    assert_eq!(sum, Some(Decimal::from(50_000)));
    let left = async || {
        let sql =
            sql!("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'");
        sql.one::<i64>(&db).await
    };
    for _ in 0..100 {
        if left().await? == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("a transaction was left open");
}
