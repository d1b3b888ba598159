//! Relations that fail or are dropped half way, on every kind of executor.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use orm_pg::{adopt, executor::AnyExecutor, prelude::*, tokio_postgres};

use crate::design::{Comment, NewComment, NewPost, NewPostTag, NewTag, NewUser, Post, PostTag, Tag, User};

#[derive(Debug, PartialEq, Projection)]
#[orm(of = User)]
struct Card {
    name: String,
    posts: Vec<PostCard>,
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Post)]
struct PostCard {
    id: i64,
    comments: Vec<CommentCard>,
    tags: Vec<Label>,
    author: Author,
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Comment)]
struct CommentCard {
    post_id: i64,
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Tag)]
struct Label {
    name: String,
}

#[derive(Debug, Clone, PartialEq, Projection)]
#[orm(of = User)]
struct Author {
    name: String,
}

/// The URL of a database with 10 users of 3 posts each, each with 2 comments and a tag.
async fn filled() -> Result<String> {
    let url = orm_pg::testing::database_url().await?;
    let db = Database::connect(&url).await?;
    db.create_tables(models![User, Post, Comment, Tag, PostTag]).await?;
    let users = (0..10).map(|i| NewUser::new(format!("{i}@example.org"), format!("user {i}")));
    let users = User::insert_many(users).all(&db).await?;
    let posts = users.iter().flat_map(|user| (0..3).map(|i| NewPost::new(user.id, format!("post {i}"))));
    let posts = Post::insert_many(posts.collect::<Vec<_>>()).all(&db).await?;
    let comments = posts.iter().chain(&posts).map(|post| NewComment { post_id: post.id });
    Comment::insert_many(comments.collect::<Vec<_>>()).execute(&db).await?;
    let tag = Tag::insert(NewTag::new("tag")).one(&db).await?;
    let tagged = posts.iter().map(|post| NewPostTag { post_id: post.id, tag_id: tag.id });
    PostTag::insert_many(tagged.collect::<Vec<_>>()).execute(&db).await?;
    Ok(url)
}

/// A handle with a single connection, whose statements do not wait for locks.
async fn single(url: &str) -> Result<Database> {
    Database::builder().url(url).max_connections(1).options("-c lock_timeout=100ms").connect().await
}

async fn all_is_there(db: &impl Executor) -> Result<()> {
    let cards = Card::query().order_by(|u| u.id.asc()).all(db).await?;
    assert_eq!(cards.len(), 10);
    for card in cards {
        assert_eq!(card.posts.len(), 3);
        for post in card.posts {
            assert_eq!((post.comments.len(), post.tags.len()), (2, 1));
            assert!(post.comments.iter().all(|it| it.post_id == post.id) && post.author.name == card.name);
        }
    }
    Ok(())
}

/// Polls the loading of relations `times` times and drops it. Returns whether it was done.
async fn dropped_after(times: i64, db: &impl Executor) -> Result<bool> {
    let mut loading = pin!(Card::query().all(db));
    let mut left = times;
    let polled = poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(Ok(false));
        }
        left -= 1;
        match loading.as_mut().poll(cx) {
            Poll::Ready(loaded) => Poll::Ready(loaded.map(|_| true)),
            Poll::Pending if left == 0 => Poll::Ready(Ok(false)),
            Poll::Pending => Poll::Pending,
        }
    });
    polled.await
}

/// Drops the loading of relations after every number of polls. The next user gets its own answer.
async fn dropped_anywhere(db: &impl Executor) -> Result<()> {
    let mut times = 0;
    while !dropped_after(times, db).await? {
        assert_eq!(sql!("SELECT {times}::bigint").one::<i64>(db).await?, times);
        times += 1;
    }
    assert!(times > 1, "all was there after {times} polls");
    all_is_there(db).await
}

/// On one thread, where an answer cannot come before the first poll ends.
#[tokio::test]
async fn relations_are_loaded_and_dropped_on_every_executor() -> Result<()> {
    let url = filled().await?;
    let db = single(&url).await?;
    dropped_anywhere(&Arc::new(db.clone())).await?;
    let at_once = (0..30).map(|_| all_is_there(&db));
    futures_util::future::try_join_all(at_once).await?;
    let mut connection = db.connection().await?;
    dropped_anywhere(&connection).await?;
    let mut tx = connection.begin().await?;
    dropped_anywhere(&tx).await?;
    let savepoint = tx.begin().await?;
    dropped_anywhere(&AnyExecutor::new(&savepoint)).await?;
    savepoint.commit().await?;
    tx.commit().await?;
    let (mut client, serving) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("connects");
    tokio::spawn(serving);
    dropped_anywhere(&adopt(&client)).await?;
    let theirs = client.transaction().await.expect("begins");
    dropped_anywhere(&adopt(&theirs)).await?;
    theirs.commit().await.expect("commits");
    Ok(())
}

#[tokio::test]
async fn a_level_that_fails_spoils_no_more_than_its_transaction() -> Result<()> {
    let url = filled().await?;
    let (db, other) = (single(&url).await?, single(&url).await?);
    let locks = other.begin().await?;
    sql!("LOCK TABLE tags IN ACCESS EXCLUSIVE MODE").execute(&locks).await?;
    let fails = async |db: AnyExecutor<'_>| {
        let error = Card::query().all(&db).await.expect_err("the tags are locked");
        assert_eq!(error.sql_state(), Some("55P03"), "{error}");
        assert!(error.to_string().contains("tags"), "{error}");
    };
    fails(AnyExecutor::new(&db)).await;
    let connection = db.connection().await?;
    fails(AnyExecutor::new(&connection)).await;
    assert_eq!(User::query().count(&connection).await?, 10);
    drop(connection);
    let mut tx = db.begin().await?;
    let savepoint = tx.begin().await?;
    fails(AnyExecutor::new(&savepoint)).await;
    savepoint.rollback().await?;
    assert_eq!(User::query().count(&tx).await?, 10);
    fails(AnyExecutor::new(&tx)).await;
    assert_eq!(tx.commit().await.expect_err("it is doomed").kind(), ErrorKind::RolledBack);
    locks.rollback().await?;
    all_is_there(&db).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_tasks_load_three_levels() -> Result<()> {
    let url = filled().await?;
    let db = Database::builder().url(&url).max_connections(10).connect().await?;
    let tasks = (0..3_000_u64).map(|task| {
        let db = db.clone();
        tokio::spawn(async move {
            let name = format!("user {}", task % 10);
            let loading = Card::query().filter(|u| u.name.eq(&name)).one(&db);
            let card = match task % 3 {
                0 => match tokio::time::timeout(Duration::from_micros(task * 100), loading).await {
                    Ok(card) => card?,
                    Err(_) => return Ok(()),
                },
                _ => loading.await?,
            };
            assert!(card.name == name && card.posts.len() == 3);
            assert!(card.posts.iter().all(|it| it.author.name == name && it.comments.len() == 2));
            Ok::<_, Error>(())
        })
    });
    for task in futures_util::future::join_all(tasks).await {
        task.expect("no panic")?;
    }
    all_is_there(&db).await
}
