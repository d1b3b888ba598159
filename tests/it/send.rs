//! All futures can be sent to another thread: asserted by the compiler.

use orm_pg::prelude::*;

use crate::models::{NewUser, User};

fn sendable<T: Send>(value: T) -> T {
    value
}

#[orm_pg::test(models(User))]
async fn all_futures_are_send(db: Database) -> Result<()> {
    let new = || NewUser::new("a", "A");
    sendable(User::insert(new()).one(&db)).await?;
    sendable(User::insert_many([new()]).on_conflict(|u| u.email).do_nothing().all(&db)).await?;
    sendable(User::insert_many([new()]).on_any_conflict_do_nothing().execute(&db)).await?;
    let user = sendable(User::get(1).one(&db)).await?;
    sendable(User::query().all(&db)).await?;
    sendable(User::query().one_or_none(&db)).await?;
    sendable(User::query().first(&db)).await?;
    sendable(User::query().count(&db)).await?;
    sendable(User::query().exists(&db)).await?;
    sendable(sendable(User::query().stream(&db)).await?.try_next()).await?;
    sendable(user.update(|u| u.age.set(1)).one(&db)).await?;
    sendable(sql!("SELECT 1").one::<i32>(&db)).await?;
    sendable(db.connection()).await?;
    sendable(db.transaction(async |tx| User::query().all(tx).await)).await?;
    let mut tx = sendable(db.begin()).await?;
    sendable(tx.transaction(async |sp| User::query().count(sp).await)).await?;
    sendable(user.delete().execute(&tx)).await?;
    sendable(tx.commit()).await?;
    Ok(())
}

/// Executors can be named, kept behind a reference, an `Arc` and without their type.
#[orm_pg::test(models(User))]
async fn every_form_of_executor(db: Database) -> Result<()> {
    async fn count(db: &impl Executor) -> Result<i64> {
        User::query().count(db).await
    }
    async fn in_transaction(mut db: impl Begin) -> Result<i64> {
        let tx = db.begin().await?;
        let count = User::query().count(&tx).await?;
        tx.commit().await?;
        Ok(count)
    }
    assert_eq!(count(&db).await?, 0);
    assert_eq!(count(&&db).await?, 0);
    assert_eq!(count(&std::sync::Arc::new(db.clone())).await?, 0);
    assert_eq!(count(&orm_pg::executor::AnyExecutor::new(&db)).await?, 0);
    assert_eq!(count(&db.connection().await?).await?, 0);
    let tx = db.begin().await?;
    assert_eq!(count(&tx).await?, 0);
    tx.rollback().await?;
    assert_eq!(in_transaction(db.clone()).await?, 0);
    Ok(())
}
