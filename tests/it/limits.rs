//! `timeout` on every verb: a statement that takes longer ends with an error, whichever builder made it.

use std::time::Duration;

use orm_pg::{ErrorKind, executor::AnyExecutor, prelude::*, query::Select};

const LIMIT: Duration = Duration::from_millis(150);

/// How often the verbs are tried on a machine that stalls.
const TRIES: u32 = 4;

#[derive(Debug, Clone, Model)]
#[orm(table = "slow", has_many(parts: Part), has_many(tags: SlowTag, through = SlowLink), has_many(below: Slow))]
struct Slow {
    #[orm(key)]
    id: i32,
    #[orm(references(Slow, relation = above))]
    above_id: Option<i32>,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "parts")]
struct Part {
    #[orm(key)]
    id: i32,
    #[orm(references(Slow, relation = whole))]
    slow_id: i32,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "slow_tags")]
struct SlowTag {
    #[orm(key)]
    id: i32,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "slow_links")]
struct SlowLink {
    #[orm(key, references(Slow, relation = slow))]
    slow_id: i32,
    #[orm(key, references(SlowTag, relation = tag))]
    tag_id: i32,
}

#[derive(Debug, Projection)]
#[orm(of = Slow)]
#[expect(dead_code, reason = "it is never read to its end")]
struct Card {
    id: i32,
    parts: Vec<Part>,
}

/// Rows 1 and 2, the second below the first with a part. From now on each write of any table takes too long.
async fn setup(db: &Database) -> Result<()> {
    db.create_tables(models![Slow, Part, SlowTag, SlowLink]).await?;
    let child = NewSlow { above_id: Some(1), ..NewSlow::new(2) };
    Slow::insert_many([NewSlow::new(1), child]).execute(db).await?;
    Part::insert(NewPart::new(1, 1)).execute(db).await?;
    SlowTag::insert(NewSlowTag::new(1)).execute(db).await?;
    sql!(
        "CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN PERFORM pg_sleep(100); RETURN coalesce(new, old); END'"
    )
    .execute(db)
    .await?;
    for table in ["slow", "parts", "slow_links"] {
        let trigger = format!(
            "CREATE TRIGGER slow BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION sleep()"
        );
        db.connection().await?.client().batch_execute(&trigger).await.expect("the trigger is made");
    }
    Ok(())
}

/// The server did not confirm in time that it has cancelled the statement, because the machine stalled for seconds. The
/// connection is closed then, so the verbs after it cannot be tested.
#[derive(Debug)]
struct Unanswered(String);

impl From<Error> for Unanswered {
    fn from(error: Error) -> Self {
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        Self(error.to_string())
    }
}

#[track_caller]
fn late<T: std::fmt::Debug>(verb: &str, result: Result<T>) -> std::result::Result<(), Unanswered> {
    let error = result.expect_err(verb);
    // Its limit can be over before a new connection is open, too.
    let waited = error.kind() == ErrorKind::PoolTimeout;
    if error.is_outcome_unknown() || error.kind() == ErrorKind::ConnectionLost || waited {
        return Err(Unanswered(format!("{verb}: {error}")));
    }
    assert!(error.is_timeout(), "{verb}: {error}");
    assert!(error.to_string().contains("limit of 150ms"), "{verb}: {error}");
    Ok(())
}

fn pause<C>(seconds: f64) -> impl Fn(C) -> Cond + Copy {
    move |_| Cond::all([sql!("pg_sleep({seconds}) IS NOT NULL")])
}

fn slowly<C>(columns: C) -> Cond {
    pause(100.0)(columns)
}

fn slow() -> Select<Slow, Slow> {
    Slow::query().filter(slowly).timeout(LIMIT)
}

async fn reads(db: &impl Executor) -> std::result::Result<(), Unanswered> {
    late("all", slow().all(db).await)?;
    late("one", slow().one(db).await)?;
    late("one_or_none", slow().one_or_none(db).await)?;
    late("first", slow().first(db).await)?;
    late("count", slow().count(db).await)?;
    late("exists", slow().exists(db).await)?;
    let stream = async { slow().stream(db).await?.try_next().await };
    late("stream", stream.await)?;
    late("a clone", slow().clone().all(db).await)?;
    late("select", slow().select(|s| s.id).all(db).await)?;
    late("sql!", sql!("SELECT pg_sleep(100)").timeout(LIMIT).execute(db).await)?;
    late("sql! rows", sql!("SELECT 1 FROM pg_sleep(100)").timeout(LIMIT).all::<i32>(db).await)?;
    late("with", slow().with(Slow::parts()).all(db).await)?;
    late("with, said after", Slow::query().filter(slowly).with(Slow::parts()).timeout(LIMIT).first(db).await)?;
    late("a projection", Slow::query().filter(slowly).project::<Card>().timeout(LIMIT).all(db).await)?;
    let parts = || Slow::parts().filter(slowly);
    late("a relation's own", Slow::query().with(parts().timeout(LIMIT)).all(db).await)?;
    late("a relation, by the whole", Slow::query().with(parts()).timeout(LIMIT).all(db).await)?;
    late("count of a relation", Slow::query().with(parts().count()).timeout(LIMIT).all(db).await)?;
    let rows = Slow::query().all(db).await?;
    late("of", parts().of(&rows[0]).timeout(LIMIT).all(db).await)?;
    late("load", load(&rows, parts().timeout(LIMIT), db).await.map(drop))?;
    let below = || Slow::below().filter(slowly).descendants();
    late("a tree", below().of(&rows[0]).timeout(LIMIT).all(db).await)?;
    late("a tree with depth", below().with_depth().timeout(LIMIT).of(&rows[0]).all(db).await)?;
    Ok(())
}

async fn writes(db: &impl Executor) -> std::result::Result<(), Unanswered> {
    late("insert", Slow::insert(NewSlow::new(7)).timeout(LIMIT).execute(db).await)?;
    late("insert one", Slow::insert(NewSlow::new(7)).timeout(LIMIT).one(db).await)?;
    late("insert_many", Slow::insert_many([NewSlow::new(7)]).timeout(LIMIT).all(db).await)?;
    let upsert = Slow::insert(NewSlow::new(1)).on_conflict(|s| s.id).do_update(|s, new| s.above_id.set(new.above_id));
    late("upsert", upsert.timeout(LIMIT).execute(db).await)?;
    let one = Slow::get(1).one(db).await?;
    late("update", one.clone().update(|s| s.above_id.set(1)).timeout(LIMIT).execute(db).await)?;
    late("update of a query", Slow::get(1).timeout(LIMIT).update(|s| s.above_id.set(1)).execute(db).await)?;
    late("delete", Slow::get(1).delete().timeout(LIMIT).execute(db).await)?;
    late("delete of a query", Slow::get(1).timeout(LIMIT).delete().all(db).await)?;
    let tag = SlowTag::get(1).one(db).await?;
    late("link", Slow::tags().link(&one, &tag).timeout(LIMIT).execute(db).await)?;
    late("set_links", Slow::tags().set_links(&one, &[tag]).timeout(LIMIT).execute(db).await)?;
    Ok(())
}

async fn nested_inserts(db: &impl Executor) -> std::result::Result<(), Unanswered> {
    let insert = || Slow::insert(NewSlow::new(8)).with(Slow::parts(), |it| [NewPart::new(2, it.id)]);
    late("a nested insert", insert().timeout(LIMIT).one(db).await)?;
    late("consistent", slow().with(Slow::parts()).consistent().all(db).await)?;
    Ok(())
}

async fn every_verb(db: &impl Executor) -> std::result::Result<(), Unanswered> {
    reads(db).await?;
    writes(db).await?;
    nested_inserts(db).await?;
    reads(&AnyExecutor::new(db)).await
}

#[orm_pg::test(setup = setup)]
async fn every_verb_of_a_database_has_a_limit(db: Database) -> Result<()> {
    let mut stalls = 0;
    while let Err(Unanswered(why)) = every_verb(&db).await {
        stalls += 1;
        assert!(stalls < TRIES, "{why}");
    }
    let tx = db.begin().await?;
    late("in a transaction", slow().all(&tx).await).expect("a limit");
    drop(tx);
    assert_eq!((Slow::query().count(&db).await?, SlowLink::query().count(&db).await?), (2, 0));
    Ok(())
}

#[orm_pg::test(setup = setup)]
async fn every_verb_of_a_connection_has_a_limit(db: Database) -> Result<()> {
    let mut stalls = 0;
    while let Err(Unanswered(why)) = every_verb(&db.connection().await?).await {
        stalls += 1;
        assert!(stalls < TRIES, "{why}");
    }
    assert_eq!(Slow::query().count(&db).await?, 2);
    Ok(())
}

#[orm_pg::test(setup = setup)]
async fn one_limit_holds_for_all_levels(db: Database) -> Result<()> {
    // Each level takes less than the limit, both together more.
    let both = Slow::query().filter(pause(0.2)).limit(1).with(Slow::parts().filter(pause(0.2)));
    let error = both.clone().timeout(Duration::from_millis(300)).all(&db).await.expect_err("too long");
    assert!(error.is_timeout(), "{error}");
    assert_eq!(both.timeout(Duration::from_secs(60)).all(&db).await?.len(), 1);
    Ok(())
}
