//! Nested inserts.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use orm_pg::{
    adopt,
    executor::{AnyExecutor, Executor},
    prelude::*,
    tokio_postgres,
};

use crate::support::Offline;

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "users", has_many(posts: Post), has_one(profile: Profile))]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(unique)]
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "profiles")]
pub struct Profile {
    #[orm(key, references(User, on_delete = cascade))]
    pub user_id: i64,
    pub bio: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "posts", has_many(comments: Comment), has_many(tags: Tag, through = PostTag))]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references(User, on_delete = cascade))]
    pub author_id: i64,
    pub title: String,
    #[orm(default = "false")]
    pub published: bool,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "comments", check("body <> ''"))]
pub struct Comment {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references(Post, on_delete = cascade))]
    pub post_id: i64,
    pub body: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "tags", has_many(posts: Post, through = PostTag))]
pub struct Tag {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(unique)]
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "post_tags")]
pub struct PostTag {
    #[orm(key, references(Post, on_delete = cascade))]
    pub post_id: i64,
    #[orm(key, references(Tag, on_delete = cascade))]
    pub tag_id: i64,
}

/// The tables that the rows of a nested insert go to.
pub(crate) const TABLES: &[&orm_pg::schema::Table] = models![User, Profile, Post, Comment, Tag, PostTag];

/// How many rows there are in all.
async fn rows(db: &impl Executor) -> Result<i64> {
    let links = PostTag::query().count(db).await? + Tag::query().count(db).await?;
    let near = User::query().count(db).await? + Profile::query().count(db).await?;
    Ok(near + Post::query().count(db).await? + Comment::query().count(db).await? + links)
}

fn titles(posts: &[Post]) -> Vec<&str> {
    posts.iter().map(|it| it.title.as_str()).collect()
}

#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn a_row_is_stored_with_what_belongs_to_it(db: Database) -> Result<()> {
    let (ann, posts): (User, Vec<Post>) = User::insert(NewUser::new("Ann"))
        .with(User::posts(), |ann| vec![NewPost::new(ann.id, "One"), NewPost::new(ann.id, "Two")])
        .one(&db)
        .await?;
    assert_eq!((ann.name.as_str(), titles(&posts)), ("Ann", vec!["One", "Two"]));
    // What came back is what is there.
    let loaded = User::query().with(User::posts().order_by(|p| p.id.asc())).one(&db).await?;
    assert_eq!(loaded, (ann, posts));
    Ok(())
}

#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn rows_of_many_parents_are_dealt_out(db: Database) -> Result<()> {
    let drafts = [("Ann", vec!["a1", "a2"]), ("Bob", vec![]), ("Cy", vec!["c1"])];
    // A row in between, so that a key and a number are not the same.
    User::insert(NewUser::new("Dee")).execute(&db).await?;
    let stored: Vec<(User, Vec<Post>)> = User::insert_many(drafts.iter().map(|it| NewUser::new(it.0)))
        .with_nth(User::posts(), |user, n| {
            drafts[n].1.iter().map(|title| NewPost::new(user.id, *title)).collect::<Vec<_>>()
        })
        .all(&db)
        .await?;
    let shown: Vec<_> = stored.iter().map(|(user, posts)| (user.name.as_str(), titles(posts))).collect();
    assert_eq!(shown, drafts);
    assert!(stored.iter().all(|(user, posts)| posts.iter().all(|it| it.author_id == user.id)));
    let loaded = User::query().filter(|u| u.name.ne("Dee")).order_by(|u| u.id.asc());
    assert_eq!(loaded.with(User::posts().order_by(|p| p.id.asc())).all(&db).await?, stored);
    Ok(())
}

#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn children_have_children_and_siblings(db: Database) -> Result<()> {
    let rust = Tag::insert(NewTag::new("rust")).one(&db).await?;
    type Stored = (User, Option<Profile>, Vec<(Post, Vec<Comment>, Vec<Tag>)>);
    let drafts =
        [("Ann", vec![("a1", vec!["x", "y"]), ("a2", vec![])]), ("Bob", vec![]), ("Cy", vec![("c1", vec!["z"])])];
    let stored: Vec<Stored> = User::insert_many(drafts.iter().map(|it| NewUser::new(it.0)))
        .with(User::profile(), |user| (user.name != "Bob").then(|| NewProfile::new(user.id, "writes")))
        .with_nth(User::posts(), |user, n| {
            let posts = &drafts[n].1;
            children(posts.iter().map(|it| NewPost::new(user.id, it.0)).collect::<Vec<_>>())
                .with_nth(Post::comments(), |post, n| {
                    posts[n].1.iter().map(|body| NewComment::new(post.id, *body)).collect::<Vec<_>>()
                })
                .with(Post::tags(), |post| linked((post.title != "a2").then(|| rust.clone())))
        })
        .all(&db)
        .await?;
    let posts = User::posts()
        .order_by(|p| p.id.asc())
        .with(Post::comments().order_by(|c| c.id.asc()))
        .with(Post::tags().order_by(|t| t.id.asc()));
    let loaded: Vec<Stored> = User::query().with(User::profile()).with(posts).order_by(|u| u.id.asc()).all(&db).await?;
    assert_eq!(stored, loaded);
    let shape: Vec<Vec<_>> =
        stored.iter().map(|it| it.2.iter().map(|(_, comments, tags)| (comments.len(), tags.len())).collect()).collect();
    assert_eq!(shape, [vec![(2, 1), (0, 0)], vec![], vec![(1, 1)]]);
    assert_eq!(stored.iter().map(|it| it.1.is_some()).collect::<Vec<_>>(), [true, false, true]);
    Ok(())
}

#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn new_rows_are_linked_through_a_table(db: Database) -> Result<()> {
    let ann = User::insert(NewUser::new("Ann")).one(&db).await?;
    let tags = |post: &Post| ["x", "y"].map(|it| NewTag::new(format!("{} {it}", post.title)));
    let stored: Vec<(Post, Vec<Tag>)> =
        Post::insert_many(["One", "Two"].map(|it| NewPost::new(ann.id, it))).with(Post::tags(), tags).all(&db).await?;
    let loaded = Post::query().with(Post::tags().order_by(|t| t.id.asc())).order_by(|p| p.id.asc()).all(&db).await?;
    assert_eq!(stored, loaded);
    assert_eq!(loaded[1].1[1].name, "Two y");
    // From the other side as well, and the same one twice is one link.
    let twice = [loaded[0].0.clone(), loaded[0].0.clone()];
    let (tag, posts) = Tag::insert(NewTag::new("z")).with(Tag::posts(), |_| linked(twice.clone())).one(&db).await?;
    assert_eq!(posts.len(), 2);
    assert_eq!(Tag::posts().of(&tag).all(&db).await?, [loaded[0].0.clone()]);
    Ok(())
}

/// What fails at each level: nothing of the levels before is left.
#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn an_error_at_any_level_leaves_nothing(db: Database) -> Result<()> {
    async fn store(db: &impl Executor, name: &str, post: i64, comment: &str, tag: i64) -> Result<()> {
        let insert = User::insert(NewUser::new(name)).with(User::posts(), |user| {
            children([NewPost::new(user.id + post, "One")])
                .with(Post::comments(), |post| [NewComment::new(post.id, comment)])
                .with(Post::tags(), move |_| linked([Tag { id: tag, name: String::new() }]))
        });
        insert.one(db).await.map(drop)
    }
    let tag = Tag::insert(NewTag::new("rust")).one(&db).await?.id;
    store(&db, "Ann", 0, "fine", tag).await?;
    assert_eq!(rows(&db).await?, 5);
    let connection = db.connection().await?;
    for db in [AnyExecutor::new(&db), AnyExecutor::new(&connection)] {
        assert!(store(&db, "Ann", 0, "fine", tag).await.is_err_and(|it| it.violates(User::NAME_KEY)));
        assert!(store(&db, "Bob", 1000, "fine", tag).await.is_err_and(|it| it.is_foreign_key_violation()));
        assert!(store(&db, "Bob", 0, "", tag).await.is_err_and(|it| it.is_check_violation()));
        assert!(store(&db, "Bob", 0, "fine", -1).await.is_err_and(|it| it.is_foreign_key_violation()));
        // A value that cannot be encoded, before the server sees it.
        assert!(store(&db, "Bob", 0, "\0", tag).await.is_err_and(|it| it.kind() == ErrorKind::Encode));
        assert_eq!(rows(&db).await?, 5);
    }
    // A transaction of the user's cannot be committed after that, unless a savepoint takes it back.
    for (comment, tag) in [("", tag), ("\0", tag), ("fine", -1)] {
        let mut tx = db.begin().await?;
        let savepoint = tx.begin().await?;
        assert!(store(&savepoint, "Bob", 0, comment, tag).await.is_err());
        savepoint.rollback().await?;
        assert_eq!(rows(&tx).await?, 5);
        assert!(store(&tx, "Bob", 0, comment, tag).await.is_err());
        assert_eq!(tx.commit().await.expect_err("half of it is there").kind(), ErrorKind::RolledBack, "{comment:?}");
        assert_eq!(rows(&db).await?, 5);
    }
    // Of what is refused at once nothing was sent, so the transaction goes on.
    let tx = db.begin().await?;
    assert!(store(&tx, "\0", 0, "fine", tag).await.is_err_and(|it| it.kind() == ErrorKind::Encode));
    store(&tx, "Cy", 0, "fine", tag).await?;
    tx.commit().await?;
    assert_eq!(rows(&db).await?, 9);
    Ok(())
}

#[tokio::test]
async fn the_same_in_a_transaction_that_was_adopted() -> Result<()> {
    let url = orm_pg::testing::database_url().await?;
    let db = Database::connect(&url).await?;
    db.create_tables(TABLES).await?;
    let (mut client, serving) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("connects");
    tokio::spawn(serving);
    let insert = |title: &'static str| {
        User::insert(NewUser::new("Ann")).with(User::posts(), move |ann| [NewPost::new(ann.id, title)])
    };
    let refused = insert("One").one(&adopt(&client)).await.expect_err("a bare client");
    assert_eq!(refused.kind(), ErrorKind::InvalidStatement, "{refused}");
    let tx = client.transaction().await.expect("begins");
    assert_eq!(insert("\0").one(&adopt(&tx)).await.expect_err("it has a NUL").kind(), ErrorKind::Encode);
    // The driver's own commit says nothing of it.
    tx.commit().await.expect("answers");
    assert_eq!(rows(&db).await?, 0);
    let tx = client.transaction().await.expect("begins");
    insert("One").one(&adopt(&tx)).await?;
    tx.commit().await.expect("commits");
    assert_eq!(rows(&db).await?, 2);
    Ok(())
}

/// Dropped after any number of polls, on every executor: all of it is there, or nothing.
#[tokio::test]
async fn a_nested_insert_that_is_dropped_leaves_nothing() -> Result<()> {
    let url = orm_pg::testing::database_url().await?;
    let db = Database::builder().url(&url).max_connections(1).connect().await?;
    db.create_tables(TABLES).await?;
    async fn polled(times: usize, db: &impl Executor) -> Option<Result<()>> {
        let mut storing = pin!(async {
            let insert = User::insert(NewUser::new(format!("user {times}"))).with(User::posts(), |user| {
                children(["One", "Two"].map(|it| NewPost::new(user.id, it)))
                    .with(Post::comments(), |post| [NewComment::new(post.id, "x")])
            });
            insert.one(db).await.map(drop)
        });
        let mut left = times;
        let polls = poll_fn(|cx| {
            if left == 0 {
                return Poll::Ready(None);
            }
            left -= 1;
            match storing.as_mut().poll(cx) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending if left == 0 => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        });
        polls.await
    }
    let whole = async |db: &Database| -> Result<()> {
        let stored = User::query().with(User::posts().with(Post::comments())).all(db).await?;
        let whole = |posts: &[(Post, Vec<Comment>)]| posts.len() == 2 && posts.iter().all(|it| it.1.len() == 1);
        assert!(stored.iter().all(|(_, posts)| whole(posts)), "{stored:?}");
        Ok(())
    };
    let mut times = 0;
    loop {
        let done = polled(times, &db).await;
        whole(&db).await?;
        if let Some(done) = done {
            break done?;
        }
        times += 1;
    }
    assert!(times > 3, "{times}");
    let other = Database::connect(&url).await?;
    for times in 0..times {
        User::query().all_rows().delete().execute(&other).await?;
        let connection = db.connection().await?;
        polled(times, &connection).await;
        assert_eq!(sql!("SELECT 7").one::<i32>(&connection).await?, 7);
        drop(connection);
        whole(&other).await?;
        let tx = db.begin().await?;
        polled(times, &tx).await;
        // It may be that nothing was sent yet; then there is nothing, and it commits.
        tx.commit().await.ok();
        whole(&other).await?;
    }
    Ok(())
}

#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn a_closure_that_panics_leaves_nothing(db: Database) -> Result<()> {
    let task = tokio::spawn({
        let db = db.clone();
        async move {
            let children = |user: &User| -> Vec<NewPost> { panic!("at user {}", user.id) };
            User::insert(NewUser::new("Ann")).with(User::posts(), children).one(&db).await.map(drop)
        }
    });
    assert!(task.await.is_err_and(|it| it.is_panic()));
    assert_eq!(rows(&db).await?, 0);
    Ok(())
}

#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn nothing_makes_no_statement(db: Database) -> Result<()> {
    let never = |_: &User| -> Vec<NewPost> { panic!("there is no user") };
    let none = User::insert_many(Vec::<NewUser>::new()).with(User::posts(), never).all(&Offline).await?;
    assert_eq!(none, []);
    let nothing = |_: &User| Vec::<NewPost>::new();
    let (_, posts) = User::insert(NewUser::new("Ann")).with(User::posts(), nothing).one(&db).await?;
    assert_eq!(posts, []);
    Ok(())
}

/// What is refused before any I/O: the executor panics when it is reached.
#[tokio::test]
async fn what_cannot_be_stored_is_refused_before_any_io() {
    fn refused<T: std::fmt::Debug>(result: Result<T>, kind: ErrorKind, text: &str) {
        let error = result.expect_err("refused");
        assert!(error.kind() == kind && error.to_string().contains(text), "{error}");
    }
    let ann = || User::insert(NewUser::new("Ann"));
    let one = |user: &User| [NewPost::new(user.id, "One")];
    let invalid = ErrorKind::InvalidStatement;
    refused(
        ann().with(User::posts().filter(|p| p.published), one).one(&Offline).await,
        invalid,
        "takes no clauses: remove its `filter`",
    );
    refused(
        ann().with(User::posts().limit(1), one).one(&Offline).await,
        invalid,
        "takes no clauses: remove its `limit`",
    );
    refused(
        ann().with(User::posts().order_by(|p| p.id.asc()), one).one(&Offline).await,
        invalid,
        "takes no clauses: remove its `order_by`",
    );
    refused(ann().with(User::posts(), |_| linked([])).one(&Offline).await, invalid, "through a junction table");
    let upsert = ann().on_any_conflict_do_nothing().with(User::posts(), one);
    refused(upsert.one(&Offline).await, invalid, "upsert");
    // An executor without transactions of its own.
    refused(ann().with(User::posts(), one).one(&Offline).await, invalid, "take effect together");
    let two = User::insert_many(["Ann", "Bob"].map(NewUser::new)).with(User::posts(), one);
    refused(two.one(&Offline).await, ErrorKind::MoreThanOne, "more than one");
    let none = User::insert_many(Vec::<NewUser>::new()).with(User::posts(), one);
    refused(none.one(&Offline).await, ErrorKind::NotFound, "no row");
}

#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn several_rows_of_a_relation_to_one_are_an_error(db: Database) -> Result<()> {
    let profiles = |user: &User| [NewProfile::new(user.id, "a"), NewProfile::new(user.id + 1, "b")];
    let error = User::insert(NewUser::new("Ann")).with(User::profile(), profiles).one(&db).await.expect_err("two");
    assert!(error.is_more_than_one(), "{error}");
    assert_eq!(rows(&db).await?, 0);
    Ok(())
}

#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn a_row_that_a_trigger_leaves_out_is_an_error(db: Database) -> Result<()> {
    let setup = "CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS \
         $$BEGIN IF NEW.title = 'no' THEN RETURN NULL; END IF; RETURN NEW; END$$; \
         CREATE TRIGGER skip BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION skip()";
    db.connection().await?.client().batch_execute(setup).await.expect("a trigger");
    let posts = |user: &User| ["no", "yes"].map(|title| NewPost::new(user.id, title));
    let error =
        User::insert(NewUser::new("Ann")).with(User::posts(), posts).one(&db).await.expect_err("one is missing");
    assert!(error.is_not_found() && error.to_string().contains("1 of 2"), "{error}");
    // In a transaction of the user's, too, half of it is not committed.
    let tx = db.begin().await?;
    assert!(User::insert(NewUser::new("Ann")).with(User::posts(), posts).one(&tx).await.is_err());
    assert_eq!(tx.commit().await.expect_err("half of it is there").kind(), ErrorKind::RolledBack);
    assert_eq!(rows(&db).await?, 0);
    Ok(())
}

/// Rows that differ in their defaults, and more of them than one statement has binds for.
#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn thousands_of_rows_that_differ_in_their_columns(db: Database) -> Result<()> {
    let calls = AtomicUsize::new(0);
    let stored = User::insert_many((0..4000).map(|n| NewUser::new(format!("user {n}"))))
        .with_nth(User::posts(), |user, n| {
            calls.fetch_add(1, Ordering::Relaxed);
            (0..n % 11)
                .map(|m| NewPost {
                    published: if m == 1 { true.into() } else { Auto },
                    ..NewPost::new(user.id, format!("{n} {m}"))
                })
                .collect::<Vec<_>>()
        })
        .all(&db)
        .await?;
    assert_eq!((stored.len(), calls.into_inner()), (4000, 4000));
    for (n, (user, posts)) in stored.iter().enumerate() {
        assert_eq!((user.name.clone(), posts.len()), (format!("user {n}"), n % 11));
        for (m, post) in posts.iter().enumerate() {
            assert_eq!((&post.title, post.author_id, post.published), (&format!("{n} {m}"), user.id, m == 1));
        }
    }
    Ok(())
}

/// The closures of a single row run once, so they need no copies.
#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn the_closures_of_one_row_give_away_what_they_have(db: Database) -> Result<()> {
    let ann = User::insert(NewUser::new("Ann")).one(&db).await?;
    let (one, two) = (Tag::insert(NewTag::new("x")).one(&db).await?, Tag::insert(NewTag::new("y")).one(&db).await?);
    let (tags, bodies) = (vec![one, two], vec!["a".to_owned(), "b".to_owned()]);
    let (post, tags, comments) = Post::insert(NewPost::new(ann.id, "One"))
        .with(Post::tags(), |_| linked(tags))
        .with_nth(Post::comments(), |post, n| {
            let id = post.id;
            bodies.into_iter().map(move |it| NewComment::new(id, format!("{it}{n}"))).collect::<Vec<_>>()
        })
        .one(&db)
        .await?;
    assert_eq!((Post::tags().of(&post).count(&db).await?, tags.len()), (2, 2));
    assert_eq!(comments.iter().map(|it| it.body.as_str()).collect::<Vec<_>>(), ["a0", "b0"]);
    // Those of many rows run for each, and may keep count.
    let mut made = 0;
    let posts = Post::insert_many(["Two", "Three"].map(|it| NewPost::new(ann.id, it)))
        .with(Post::comments(), |post| {
            made += 1;
            [NewComment::new(post.id, format!("number {made}"))]
        })
        .all(&db)
        .await?;
    assert_eq!(posts.iter().map(|it| it.1[0].body.as_str()).collect::<Vec<_>>(), ["number 1", "number 2"]);
    Ok(())
}

/// Deletes follow what the database was told at the foreign key.
#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn a_delete_takes_along_what_the_keys_say(db: Database) -> Result<()> {
    let rust = Tag::insert(NewTag::new("rust")).one(&db).await?;
    let ann = User::insert(NewUser::new("Ann"))
        .with(User::profile(), |ann| Some(NewProfile::new(ann.id, "writes")))
        .with(User::posts(), |ann| {
            children([NewPost::new(ann.id, "One")])
                .with(Post::comments(), |post| [NewComment::new(post.id, "x")])
                .with(Post::tags(), |_| linked([rust.clone()]))
        });
    let (ann, ..) = ann.one(&db).await?;
    assert_eq!(rows(&db).await?, 6);
    ann.delete().execute(&db).await?;
    assert_eq!((rows(&db).await?, Tag::query().count(&db).await?), (1, 1), "the tag alone is left");
    Ok(())
}

/// The future can be sent, on every executor, and does not grow with the levels.
#[orm_pg::test(models(User, Profile, Post, Comment, Tag, PostTag))]
async fn futures_can_be_sent_and_stay_small(db: Database) -> Result<()> {
    fn size<T: Send>(value: &T) -> usize {
        size_of_val(value)
    }
    let flat = User::insert(NewUser::new("Ann")).with(User::posts(), |ann| [NewPost::new(ann.id, "One")]).one(&db);
    let deep = User::insert(NewUser::new("Ann"))
        .with(User::posts(), |ann| {
            children([NewPost::new(ann.id, "One")]).with(Post::tags(), |post| {
                children([NewTag::new("rust")]).with(Tag::posts(), {
                    let author = post.author_id;
                    move |_| [NewPost::new(author, "Two")]
                })
            })
        })
        .one(&db);
    assert!(size(&flat) < 4096 && size(&deep) < size(&flat) + 1024, "{} {}", size(&flat), size(&deep));
    drop(flat);
    let db = Arc::new(db.clone());
    let (_, posts) = deep.await?;
    assert_eq!(posts[0].1[0].1[0].title, "Two");
    let task = tokio::spawn(async move {
        let names = ["Bob".to_owned()];
        let rows = User::insert_many(names.iter().map(|it| NewUser::new(it.as_str())));
        rows.with_nth(User::posts(), |user, n| [NewPost::new(user.id, names[n].as_str())])
            .all(&db)
            .await
            .map(|it| it.len())
    });
    assert_eq!(task.await.expect("no panic")?, 1);
    Ok(())
}
