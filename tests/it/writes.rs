//! Updates and deletes.

use orm_pg::prelude::*;

use crate::models::{Account, NewAccount, NewUser, User};

#[derive(Debug, Default, Clone, Changes)]
#[orm(of = User)]
struct Profile {
    name: Option<String>,
    age: Option<Option<i32>>,
}

#[orm_pg::test(models(User))]
async fn changes_set_what_is_there(db: Database) -> Result<()> {
    let user = User::insert(NewUser { age: Some(3), ..NewUser::new("a", "A") }).one(&db).await?;
    let user = user.update(|_| Profile { name: Some("B".into()), ..Profile::default() }).one(&db).await?;
    assert_eq!((user.name.as_str(), user.age), ("B", Some(3)));
    let user = user.update(|_| Profile { age: Some(None), ..Profile::default() }).one(&db).await?;
    assert_eq!((user.name.as_str(), user.age), ("B", None));
    let error = user.update(|_| Profile::default()).one(&db).await.expect_err("nothing to set");
    assert_eq!(error.kind(), ErrorKind::InvalidStatement);
    Ok(())
}

#[orm_pg::test(models(Account))]
async fn versions_tell_stale_values(db: Database) -> Result<()> {
    let old = Account::insert(NewAccount::new(1_i64, 10_i64)).one(&db).await?;
    assert_eq!((old.version, old.changed), (0, None));
    let new = old.update(|a| a.balance.set(20)).one(&db).await?;
    assert_eq!((new.balance, new.version), (20, 1));
    assert!(new.changed.is_some(), "on_update sets the column");
    assert!(old.update(|a| a.balance.set(30)).execute(&db).await.expect_err("stale").is_stale());
    assert!(old.update(|a| a.balance.set(30)).one(&db).await.expect_err("stale").is_stale());
    assert!(old.delete().execute(&db).await.expect_err("stale").is_stale());
    // Updates by query count the version up as well.
    Account::query().filter(|a| a.id.eq(1)).update(|a| a.balance.set(a.balance + 1)).execute(&db).await?;
    assert!(new.update(|a| a.balance.set(30)).execute(&db).await.expect_err("stale").is_stale());
    assert_eq!(Account::get(1).one(&db).await?.balance, 21);
    Ok(())
}

#[orm_pg::test(models(User))]
async fn writes_return_what_they_touched(db: Database) -> Result<()> {
    User::insert_many([NewUser::new("a", "A"), NewUser::new("b", "B")]).execute(&db).await?;
    let mut names =
        User::query().all_rows().update(|u| u.name.set(u.name.lower())).returning(|u| u.name).all(&db).await?;
    names.sort();
    assert_eq!(names, ["a", "b"]);
    let update = User::query().filter(|u| u.id.gt(0)).update(|u| u.age.set(1));
    assert!(update.clone().one(&db).await.expect_err("two").is_more_than_one());
    assert_eq!(update.execute(&db).await?, 2);
    let gone = User::query().filter(|u| u.name.eq("a")).delete().one(&db).await?;
    assert_eq!(gone.name, "a");
    assert!(gone.update(|u| u.age.set(2)).one(&db).await.expect_err("gone").is_not_found());
    assert_eq!(gone.update(|u| u.age.set(2)).one_or_none(&db).await?, None);
    assert_eq!(User::query().delete().all_rows().execute(&db).await?, 1);
    Ok(())
}

#[orm_pg::test(models(Account))]
async fn a_transaction_that_raw_sql_has_ended_is_not_committed(db: Database) -> Result<()> {
    let done = db
        .transaction(async |tx| {
            Account::insert(NewAccount::new(1, 1)).execute(tx).await?;
            sql!("ROLLBACK").execute(tx).await
        })
        .await;
    assert_eq!(done.expect_err("rolled back").kind(), ErrorKind::RolledBack);
    assert_eq!(Account::query().count(&db).await?, 0);
    Ok(())
}

/// A statement that is given up leaves nothing behind that could hurt the next one, not even what it was to prepare.
/// On one thread nothing can answer before it is given up.
#[orm_pg::test(models(Account), flavor = "current_thread")]
async fn a_statement_that_is_given_up_dooms_nobody(db: Database) -> Result<()> {
    use futures_util::FutureExt;
    let mut tx = db.begin().await?;
    {
        let savepoint = tx.begin().await?;
        assert!(sql!("SELECT * FROM no_such_table").execute(&savepoint).now_or_never().is_none());
    }
    assert_eq!(Account::query().count(&tx).await?, 0);
    tx.commit().await
}

/// Several workers, each statement by itself: nobody waits for another's rows, and none is handled twice.
#[orm_pg::test(models(User))]
async fn rows_are_taken_off_a_queue_without_a_transaction(db: Database) -> Result<()> {
    User::insert_many((0..20).map(|it| NewUser::new(format!("{it}"), "waiting"))).execute(&db).await?;
    let take = || {
        let next = User::query().filter(|u| u.name.eq("waiting")).order_by(|u| u.id.asc());
        let next = next.limit(2).for_update().skip_locked().select(|u| u.id);
        User::query().filter(|u| u.id.in_(next)).update(|u| u.name.set("taken")).returning(|u| u.id).all(&db)
    };
    let (a, b, c, d) = tokio::try_join!(take(), take(), take(), take())?;
    let mut taken = [a, b, c, d].concat();
    taken.sort_unstable();
    let all = taken.len();
    taken.dedup();
    assert_eq!((all, taken.len()), (8, 8), "{taken:?}");
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "sums")]
struct Sum {
    #[orm(key)]
    id: i32,
    a: i32,
    name: String,
    #[orm(generated = "a * 2")]
    double: i32,
    #[orm(generated = "nullif(a, 0)")]
    some: Option<i32>,
    #[orm(generated = "a > 2")]
    big: bool,
    #[orm(generated = "upper(name)")]
    loud: String,
    #[orm(generated = "int4range(0, a)")]
    span: PgRange<i32>,
}

/// A user's function over columns of either kind.
fn positive<W>(column: orm_pg::expr::Column<i32, W>) -> Cond {
    column.gt(0)
}

#[orm_pg::test(models(Sum))]
async fn a_generated_column_is_used_like_any_other_but_set(db: Database) -> Result<()> {
    Sum::insert_many([NewSum::new(1, 3, "x"), NewSum::new(2, 0, "y")]).execute(&db).await?;
    let ids = async |cond: fn(SumColumns) -> Cond| Sum::query().filter(cond).select(|s| s.id).all(&db).await;
    for cond in [
        (|s| s.double.eq(6)) as fn(SumColumns) -> Cond,
        |s| s.a.eq(s.double - 3),
        |s| (10 - s.double).eq(4),
        |s| (-s.double).lt(0),
        |s| (s.double % 4).eq(2),
        |s| (s.double / 2 * 2 + s.a).eq(9),
        |s| s.some.coalesce(0).eq(s.a).and(s.big),
        |s| s.big.and(s.a.gt(0)),
        |s| !s.big.not(),
        |s| s.big & s.big,
        |s| s.loud.eq("X").and(s.name.lower().like(s.loud.lower())),
        |s| s.loud.starts_with(s.loud).and(s.loud.eq("X")),
        |s| s.span.overlaps(s.span).and(s.span.lower_bound().eq(0)),
        |s| sql!("{s.double} = 6").and(s.big),
        |s| case().when(s.big, s.double).otherwise(s.a).eq(6),
        |s| positive(s.double).and(positive(s.a)),
        |s| s.double.in_([6]).and(s.double.not_in([7])),
    ] {
        assert_eq!(ids(cond).await?, [1]);
    }
    let rows =
        Sum::query().select(|s| (s.double, s.some, s.big, s.double.max())).group_by(|s| (s.double, s.some, s.big));
    assert_eq!(
        rows.order_by(|s| s.double.desc()).all(&db).await?,
        [(6, Some(3), true, Some(6)), (0, None, false, Some(0))]
    );
    // What it is computed from is set, by it if need be, and it is found to be outdated by no upsert.
    let upsert =
        Sum::insert(NewSum::new(1, 9, "z")).on_conflict(|s| s.id).do_update(|s, new| s.a.set(new.double + s.double));
    let stored = upsert.filter(|s, new| s.double.lt(new.double)).one(&db).await?;
    assert_eq!((stored.a, stored.double, stored.loud.as_str()), (24, 48, "X"));
    let joined = Sum::query()
        .left_join::<Sum>(|(s, other)| other.double.eq(s.double))
        .select(|(s, other)| (s.double, other.double));
    assert_eq!(joined.order_by(|(s, _)| s.id.asc()).first(&db).await?, Some((48, Some(48))));
    Ok(())
}
