//! The cost of each verb: round trips as a proxy counts them.

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
async fn a_relation_is_one_round_trip_a_level() {
    use crate::models::{Comment, NewComment, NewPost, Post};
    let wire = wire().await;
    let db = &wire.db;
    let author = User::insert(NewUser::new("ann@example.org", "Ann")).one(db).await.expect("inserts");
    let post = Post::insert(NewPost::new(author.id, "Hello")).one(db).await.expect("inserts");
    Comment::insert(NewComment::new(post.id)).execute(db).await.expect("inserts");
    Post::query().with(Post::comments()).all(db).await.expect("looks up the enum");
    User::query().all(db).await.expect("looks up the enum");
    trips!(wire, 3, 2, User::query().with(User::posts()).all(db).await);
    // The comments were asked for above.
    trips!(wire, 3, 3, User::query().with(User::posts().with(Post::comments())).all(db).await);
    trips!(wire, 0, 0, load(&[], User::posts(), db).await);
    // Without rows there is nothing to preload.
    trips!(wire, 2, 1, User::query().filter(|u| u.id.lt(0)).with(User::posts()).all(db).await);
    trips!(wire, 2, 1, User::query().filter(|u| User::posts().any(u, |p| p.published)).count(db).await);
    #[derive(Debug, Projection)]
    #[orm(of = User)]
    #[expect(dead_code, reason = "only what it costs is of interest")]
    struct Card {
        name: String,
        posts: Vec<PostCard>,
    }
    #[derive(Debug, Projection)]
    #[orm(of = Post)]
    #[expect(dead_code, reason = "only what it costs is of interest")]
    struct PostCard {
        title: String,
        comments: Vec<Comment>,
    }
    // The comments need all their columns, as before.
    trips!(wire, 5, 3, Card::query().all(db).await);
    // Two relations side by side wait at the same time.
    let connection = db.connection().await.expect("a connection");
    let both = async || Post::query().with(Post::comments()).with(Post::author()).all(&connection).await;
    both().await.expect("warms up");
    let (rows, trips) = wire.count(both()).await;
    assert_eq!((rows.expect("loads").len(), trips), (1, 2));
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

/// What holds together is between BEGIN and COMMIT; in a transaction that is enough already, nothing is added.
#[tokio::test]
async fn a_consistent_load_costs_the_ends_of_its_transaction() {
    use crate::models::{NewPost, Post};
    let wire = wire().await;
    let db = &wire.db;
    let author = User::insert(NewUser::new("ann@example.org", "Ann")).one(db).await.expect("inserts");
    Post::insert(NewPost::new(author.id, "Hello")).execute(db).await.expect("inserts");
    let query = || User::query().with(User::posts().with(Post::comments())).with(User::posts().count());
    query().all(db).await.expect("warms up");
    let (rows, trips) = wire.count(query().consistent().all(db)).await;
    // The count waits beside the posts, which on one connection is no trip of its own.
    assert_eq!((rows.expect("loads").len(), trips), (1, 5), "BEGIN, three levels, COMMIT");
    let connection = db.connection().await.expect("a connection");
    let (rows, trips) = wire.count(query().consistent().all(&connection)).await;
    assert_eq!((rows.expect("loads").len(), trips), (1, 5), "BEGIN, three levels, COMMIT");
    drop(connection);
    let tx = db.begin_with(TransactionOptions::repeatable_read()).await.expect("begins");
    let (rows, trips) = wire.count(query().consistent().all(&tx)).await;
    assert_eq!((rows.expect("loads").len(), trips), (1, 3), "three levels");
    drop(tx);
    let tx = db.begin_with(TransactionOptions::read_committed()).await.expect("begins");
    let (refused, trips) = wire.count(query().consistent().all(&tx)).await;
    assert_eq!((refused.is_err(), trips), (true, 0));
    drop(tx);
    let tx = db.begin().await.expect("begins");
    query().consistent().all(&tx).await.expect_err("read committed");
    let (refused, trips) = wire.count(query().consistent().all(&tx)).await;
    assert_eq!((refused.is_err(), trips), (true, 1), "the isolation is asked for");
}

#[tokio::test]
async fn a_nested_insert_is_one_round_trip_a_level() {
    use crate::nested_inserts::{
        Comment, NewComment, NewPost, NewProfile, NewTag, NewUser, Post, Profile, TABLES, Tag, User,
    };
    type Stored = (User, Option<Profile>, Vec<(Post, Vec<Comment>, Vec<Tag>)>);
    let url = orm_pg::testing::database_url().await.expect("a database");
    Database::connect(&url).await.expect("connects").create_tables(TABLES).await.expect("tables");
    let wire = Wire::open(&url).await;
    let db = &wire.db;
    let rust = Tag::insert(NewTag::new("rust")).one(db).await.expect("inserts");
    let insert = |names: [&'static str; 100]| {
        User::insert_many(names.map(NewUser::new))
            .with(User::profile(), |user| Some(NewProfile::new(user.id, "writes")))
            .with(User::posts(), |user| {
                children(["One", "Two"].map(|title| NewPost::new(user.id, title)))
                    .with(Post::comments(), |post| ["x", "y", "z"].map(|body| NewComment::new(post.id, body)))
                    .with(Post::tags(), |_| linked([rust.clone()]))
            })
    };
    let names: Vec<&'static str> = (0..300).map(|n| &*format!("user {n}").leak()).collect();
    let names = |at: usize| -> [&'static str; 100] { names[at..at + 100].try_into().expect("a hundred") };
    insert(names(0)).all(db).await.expect("warms up");
    let (stored, trips) = wire.count(insert(names(100)).all(db)).await;
    let stored: Vec<Stored> = stored.expect("stores");
    assert_eq!((stored.len(), stored[99].2[1].1.len()), (100, 3));
    assert_eq!(trips, 5, "BEGIN, users, posts beside profiles, comments beside links, COMMIT");
    let tx = db.begin().await.expect("begins");
    let (stored, trips) = wire.count(insert(names(200)).all(&tx)).await;
    assert_eq!((stored.expect("stores").len(), trips), (100, 3), "no savepoint");
    tx.commit().await.expect("commits");
}
