//! The cases: a user's line on one side, raw code on the other.

use std::cell::Cell;

use orm_pg::{Connection, prelude::*};

use crate::{
    Bench, Result,
    model::{Post, Signup, USERS, User, key, signup},
    raw::Raw,
};

/// The maximum cost of a statement relative to raw code.
const STATEMENT: Option<f64> = Some(1.05);

/// The same for reading rows into structs.
const DECODING: Option<f64> = Some(1.0);

/// Our statements: on a connection, and through the pool.
pub(crate) struct Ours {
    pub(crate) db: Database,
    pub(crate) held: Connection,
}

impl Ours {
    pub(crate) async fn new(db: Database) -> Result<Self> {
        Ok(Self { held: db.connection().await?, db })
    }
}

pub(crate) async fn run(bench: &mut Bench, Ours { db, held: conn }: &Ours, raw: &Raw) -> Result<()> {
    let nothing = async || Ok(());
    let truncate = async || {
        sql!("TRUNCATE overhead_signups RESTART IDENTITY").execute(db).await?;
        Ok(())
    };

    let raw_get = async |turn| {
        assert_eq!(raw.held.get(key(turn)).await?.id, key(turn));
        Ok(())
    };
    let get = async |turn| {
        assert_eq!(User::get(key(turn)).one(conn).await?.id, key(turn));
        Ok(())
    };
    bench.compare("get by key, connection held", STATEMENT, 50, nothing, raw_get, get).await?;
    let pooled_get = async |turn| {
        assert_eq!(User::get(key(turn)).one(db).await?.id, key(turn));
        Ok(())
    };
    bench.compare("get by key, our pool, raw connection held", STATEMENT, 50, nothing, raw_get, pooled_get).await?;
    let raw_pooled_get = async |turn| {
        assert_eq!(raw.pool.get().await?.get(key(turn)).await?.id, key(turn));
        Ok(())
    };
    bench.compare("get by key, both pools", STATEMENT, 50, nothing, raw_pooled_get, pooled_get).await?;

    let raw_insert = async |turn| {
        let row = raw.pool.get().await?.insert(signup(turn)).await?;
        assert!(row.id > 0);
        Ok(())
    };
    let insert = async |turn| {
        let row = Signup::insert(signup(turn)).one(db).await?;
        assert!(row.id > 0);
        Ok(())
    };
    bench.compare("insert one, row returned", STATEMENT, 50, truncate, raw_insert, insert).await?;

    let users = User::query().order_by(|u| u.id.asc()).limit(1000).all(db).await?;
    let user = |turn: usize| users.get(turn * 7919 % users.len()).ok_or("no such user");
    let raw_update = async |turn| {
        let user = raw.pool.get().await?.update(user(turn)?, 31).await?;
        assert_eq!(user.age, Some(31));
        Ok(())
    };
    let update = async |turn| {
        let user = user(turn)?.update(|u| u.age.set(31)).one(db).await?;
        assert_eq!(user.age, Some(31));
        Ok(())
    };
    bench.compare("update one instance, row returned", STATEMENT, 50, nothing, raw_update, update).await?;

    let refill = async || {
        truncate().await?;
        Signup::insert_many((0..50).map(signup)).execute(db).await?;
        Ok(())
    };
    refill().await?;
    let signups = Signup::query().order_by(|s| s.id.asc()).all(db).await?;
    let signup_at = |turn: usize| signups.get(turn).ok_or("no such row");
    let raw_delete = async |turn| {
        assert_eq!(raw.pool.get().await?.delete(signup_at(turn)?).await?, 1);
        Ok(())
    };
    let delete = async |turn| {
        assert_eq!(signup_at(turn)?.delete().execute(db).await?, 1);
        Ok(())
    };
    bench.compare("delete one instance", STATEMENT, 50, refill, raw_delete, delete).await?;

    let raw_filtered = async |turn| {
        let users = raw.pool.get().await?.filtered(key(turn) / 2, 40, "user%").await?;
        assert_eq!(users.len(), 10);
        Ok(())
    };
    let filtered = async |turn| {
        let from = key(turn) / 2;
        let users = User::query()
            .filter(|u| u.id.ge(from).and(u.age.lt(40)).and(u.name.like("user%")))
            .order_by(|u| u.id.asc())
            .limit(10)
            .all(db)
            .await?;
        assert_eq!(users.len(), 10);
        Ok(())
    };
    bench.compare("filter with three binds, ten rows", STATEMENT, 50, nothing, raw_filtered, filtered).await?;

    let raw_joined = async |turn| {
        let from = key(turn) / 10 + 1;
        assert_eq!(raw.pool.get().await?.joined(from, from + 9).await?.len(), 50);
        Ok(())
    };
    let joined = async |turn| {
        let from = key(turn) / 10 + 1;
        let pairs: Vec<(User, Post)> = User::query()
            .join::<Post>(|(u, p)| p.author_id.eq(u.id))
            .filter(|(u, _)| u.id.between(from, from + 9))
            .all(db)
            .await?;
        assert_eq!(pairs.len(), 50);
        Ok(())
    };
    bench.compare("join of two tables, fifty pairs", STATEMENT, 20, nothing, raw_joined, joined).await?;

    let count = usize::try_from(USERS)?;
    let raw_all = async |_| {
        assert_eq!(raw.held.all().await?.len(), count);
        Ok(())
    };
    let all = async |_| {
        assert_eq!(User::query().all(conn).await?.len(), count);
        Ok(())
    };
    bench.compare("10,000 rows into structs", DECODING, 1, nothing, raw_all, all).await?;

    let rows = (0..count).map(signup).collect::<Vec<_>>();
    let batch = Cell::new(vec![]);
    let new_batch = async || {
        batch.set(rows.clone());
        truncate().await
    };
    let raw_insert_many = async |_| {
        assert_eq!(raw.held.insert_many(batch.take()).await?, 10_000);
        Ok(())
    };
    let insert_many = async |_| {
        assert_eq!(Signup::insert_many(batch.take()).execute(conn).await?, 10_000);
        Ok(())
    };
    bench.compare("insert_many of 10,000 rows", STATEMENT, 1, new_batch, raw_insert_many, insert_many).await
}
