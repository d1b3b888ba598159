//! What each verb costs on the wire: round trips as a proxy counts them.

use orm_pg::prelude::*;

use crate::{
    models::{Account, NewAccount, NewUser, User},
    support::{tables, wire::Wire},
};

/// A database behind the counting proxy. The first statement of each text also prepares it.
async fn wire() -> Wire {
    let url = orm_pg::testing::database_url().await.expect("a database");
    let db = Database::connect(&url).await.expect("connects");
    db.create_tables(tables()).await.expect("tables");
    Wire::open(&url).await
}

macro_rules! trips {
    ($wire:expr, $cold:expr, $warm:expr, $verb:expr) => {{
        let (result, cold) = $wire.count(async { $verb }).await;
        result.expect("the first time");
        let (result, warm) = $wire.count(async { $verb }).await;
        result.expect("the second time");
        assert_eq!((cold, warm), ($cold, $warm), "cold and warm round trips of {}", stringify!($verb));
    }};
}

#[tokio::test]
async fn each_verb_is_one_round_trip_when_warm() {
    let wire = wire().await;
    let db = &wire.db;
    let mut n = 0;
    let mut new = || {
        n += 1;
        NewAccount::new(n, 10_i64)
    };
    sql!("SELECT 1").all::<i32>(db).await.expect("opens the connection");
    trips!(wire, 2, 1, Account::query().filter(|a| a.id.gt(0)).all(db).await);
    trips!(wire, 2, 1, Account::query().first(db).await);
    trips!(wire, 2, 1, Account::get(1).one_or_none(db).await);
    trips!(wire, 2, 1, Account::query().count(db).await);
    trips!(wire, 2, 1, Account::query().exists(db).await);
    trips!(wire, 2, 1, Account::insert(new()).one(db).await);
    trips!(wire, 2, 1, Account::insert(new()).execute(db).await);
    trips!(wire, 2, 1, Account::insert_many([new(), new()]).all(db).await);
    trips!(wire, 2, 1, Account::insert_many([new(), new()]).execute(db).await);
    trips!(wire, 0, 0, Account::insert_many(Vec::<NewAccount>::new()).execute(db).await);
    trips!(wire, 2, 1, Account::insert(NewAccount::new(1, 1)).on_conflict(|a| a.id).do_nothing().execute(db).await);
    trips!(wire, 2, 1, Account::query().filter(|a| a.id.eq(1)).update(|a| a.balance.set(1)).execute(db).await);
    trips!(wire, 2, 1, Account::query().filter(|a| a.id.eq(-1)).delete().execute(db).await);
    trips!(wire, 2, 1, sql!("SELECT 2").one::<i32>(db).await);
}

#[tokio::test]
async fn a_type_of_the_user_is_looked_up_once_a_connection() {
    let wire = wire().await;
    let db = &wire.db;
    sql!("SELECT 1").all::<i32>(db).await.expect("opens the connection");
    let insert = |n: i32| User::insert(NewUser::new(format!("{n}@example.org"), "Ann"));
    let (row, _cold) = wire.count(insert(1).one(db)).await;
    row.expect("inserts");
    let (row, warm) = wire.count(insert(2).one(db)).await;
    row.expect("inserts");
    assert_eq!(warm, 1);
}

#[tokio::test]
async fn a_transaction_costs_its_two_ends() {
    let wire = wire().await;
    let db = &wire.db;
    Account::insert(NewAccount::new(1_i64, 10_i64)).execute(db).await.expect("inserts");
    let work = async || {
        db.transaction(async |tx| {
            let count = Account::query().count(tx).await?;
            Ok::<_, Error>(count)
        })
        .await
    };
    work().await.expect("warms up");
    let (result, trips) = wire.count(work()).await;
    result.expect("commits");
    assert_eq!(trips, 3, "BEGIN, the statement, COMMIT");
}

#[tokio::test]
async fn two_awaits_at_once_in_a_transaction_are_pipelined() {
    let wire = wire().await;
    let tx = wire.db.begin().await.expect("begins");
    let both = async || tokio::try_join!(User::query().count(&tx), Account::query().count(&tx));
    both().await.expect("warms up");
    let (result, trips) = wire.count(both()).await;
    result.expect("counts");
    assert_eq!(trips, 1);
    tx.rollback().await.expect("rolls back");
}
