//! Children of a nested insert belong to their parent, or nothing is stored, whatever the closure and the server do to
//! the key.

use orm_pg::prelude::*;

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(
    table = "users",
    has_many(posts: Post, key = author_id),
    has_many(edited: Post, key = editor_id),
    has_one(profile: Profile),
    has_many(letters: Letter),
    has_many(subs: User)
)]
struct User {
    #[orm(key, identity)]
    id: i64,
    #[orm(unique, sql_type = "citext")]
    name: Option<String>,
    #[orm(references(User, relation = boss))]
    boss_id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "posts", has_many(comments: Comment))]
struct Post {
    #[orm(key, identity)]
    id: i64,
    #[orm(references(User, relation = author))]
    author_id: i64,
    #[orm(references(User, relation = editor))]
    editor_id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "comments")]
struct Comment {
    #[orm(key, identity)]
    id: i64,
    #[orm(default = "1", references = Post)]
    post_id: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "profiles")]
struct Profile {
    #[orm(key, references = User)]
    user_id: i64,
}

/// Refers by a name without case.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "letters")]
struct Letter {
    #[orm(key, identity)]
    id: i64,
    #[orm(sql_type = "citext", references(User, column = name, relation = to))]
    name: Option<String>,
}

const TABLES: &[&orm_pg::schema::Table] = models![User, Post, Comment, Profile, Letter];

async fn tables(db: &Database) -> Result<()> {
    sql!("CREATE EXTENSION IF NOT EXISTS citext").execute(db).await?;
    db.create_tables(TABLES).await
}

fn user(name: &str) -> NewUser {
    NewUser { name: Some(name.into()), boss_id: None }
}

/// How many rows there are of all kinds but letters.
async fn rows(db: &impl Executor) -> Result<i64> {
    let comments = Comment::query().count(db).await? + Profile::query().count(db).await?;
    Ok(User::query().count(db).await? + Post::query().count(db).await? + comments)
}

#[track_caller]
fn is_stranger<T: std::fmt::Debug>(result: Result<T>, words: &[&str]) {
    let error = result.expect_err("the child belongs to nobody, or to another");
    assert_eq!(error.kind(), ErrorKind::InvalidStatement, "{error}");
    let text = error.to_string();
    assert!(words.iter().all(|it| text.contains(it)) && text.contains("does not belong to it"), "{text}");
}

#[orm_pg::test]
async fn a_key_that_is_not_set(db: Database) -> Result<()> {
    tables(&db).await?;
    let alone = User::insert(user("Ann")).with(User::subs(), |_| [user("Bob")]).one(&db).await;
    is_stranger(alone, &["row 0 of `users`", "for row 0 of `users`", "`boss_id`", "insert into users"]);
    let second = User::insert_many(["Ann", "Bob"].map(user))
        .with_nth(User::subs(), |ann, n| {
            let right = NewUser { boss_id: Some(ann.id), ..user("Cy") };
            if n == 1 { vec![NewUser { name: None, ..right }, user("Dee")] } else { vec![right] }
        })
        .all(&db)
        .await;
    is_stranger(second, &["row 1 of `users`", "for row 1 of `users`"]);
    let edited = User::insert(user("Ann")).with(User::edited(), |ann| [NewPost::new(ann.id)]).one(&db).await;
    is_stranger(edited, &["row 0 of `posts`", "`editor_id`"]);
    assert_eq!(rows(&db).await?, 0);
    Ok(())
}

#[orm_pg::test]
async fn a_key_of_another_row(db: Database) -> Result<()> {
    tables(&db).await?;
    let eve = User::insert(user("Eve")).one(&db).await?;
    let posts = User::insert(user("Ann")).with(User::posts(), |_| [NewPost::new(eve.id)]).one(&db).await;
    is_stranger(posts, &["row 0 of `posts`", "for row 0 of `users`", "`author_id`"]);
    let profile = User::insert(user("Ann")).with(User::profile(), |_| Some(NewProfile::new(eve.id))).one(&db).await;
    is_stranger(profile, &["row 0 of `profiles`"]);
    // Of a sibling: both parents are new.
    let mut first = None;
    let siblings = User::insert_many(["Ann", "Bob"].map(user))
        .with(User::posts(), move |it| [NewPost::new(*first.get_or_insert(it.id))])
        .all(&db)
        .await;
    is_stranger(siblings, &["row 0 of `posts`", "for row 1 of `users`"]);
    // Deep down, with a default that says another one.
    let ann = User::insert(user("Ann")).with(User::posts(), |ann| {
        children([NewPost::new(ann.id), NewPost::new(ann.id)])
            .with_nth(Post::comments(), |post, n| [NewComment { post_id: if n == 0 { post.id.into() } else { Auto } }])
    });
    sql!("SELECT setval('posts_id_seq', 1, false)").execute(&db).await?;
    is_stranger(ann.one(&db).await, &["row 0 of `comments`", "for row 1 of `posts`", "`post_id`"]);
    let links = User::insert(user("Ann")).with(User::letters(), |_| [NewLetter { name: Some("eve".into()) }]).one(&db);
    is_stranger(links.await, &["row 0 of `letters`", "`name`"]);
    assert_eq!(rows(&db).await?, 1);
    Ok(())
}

/// The two relations of one type are told apart.
#[orm_pg::test]
async fn the_key_of_the_other_relation(db: Database) -> Result<()> {
    tables(&db).await?;
    let eve = User::insert(user("Eve")).one(&db).await?;
    let edited = |editor: i64| NewPost { author_id: eve.id, editor_id: Some(editor) };
    let stored = User::insert(user("Ann")).with(User::edited(), |ann| [edited(ann.id)]).one(&db).await?;
    assert_eq!((stored.1[0].author_id, stored.1[0].editor_id), (eve.id, Some(stored.0.id)));
    let wrong = User::insert(user("Bob")).with(User::posts(), |bob| [edited(bob.id)]).one(&db).await;
    is_stranger(wrong, &["`author_id`"]);
    Ok(())
}

/// What is equal to the server is the parent's, whatever its bytes are.
#[orm_pg::test]
async fn a_key_that_is_equal_to_the_server(db: Database) -> Result<()> {
    tables(&db).await?;
    let letters = |names: [&'static str; 2]| move |_: &User| names.map(|it| NewLetter { name: Some(it.to_owned()) });
    let (ann, stored) = User::insert(user("Ann")).with(User::letters(), letters(["ANN", "ann"])).one(&db).await?;
    assert_eq!(stored.iter().filter_map(|it| it.name.as_deref()).collect::<Vec<_>>(), ["ANN", "ann"]);
    assert_eq!(User::letters().of(&ann).count(&db).await?, 2);
    let wrong = User::insert(user("Bob")).with(User::letters(), letters(["BOB", "ann"])).one(&db).await;
    is_stranger(wrong, &["row 1 of `letters`", "for row 0 of `users`"]);
    // A parent without a name has no letters.
    let nobody = User::insert(NewUser { name: None, boss_id: None }).with(User::letters(), letters(["ann", "ann"]));
    is_stranger(nobody.one(&db).await, &["row 0 of `letters`"]);
    assert_eq!(Letter::query().count(&db).await?, 2);
    Ok(())
}

/// The server has the last word on what is stored.
#[orm_pg::test]
async fn a_trigger_sets_or_changes_the_key(db: Database) -> Result<()> {
    tables(&db).await?;
    let eve = User::insert(user("Eve")).one(&db).await?;
    sql!(
        "CREATE FUNCTION to_newest() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN new.author_id := (SELECT max(id) FROM users); RETURN new; END'"
    )
    .execute(&db)
    .await?;
    sql!("CREATE TRIGGER newest BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION to_newest()").execute(&db).await?;
    // Whatever the closure says, the trigger makes it right …
    let (ann, posts) = User::insert(user("Ann")).with(User::posts(), |_| [NewPost::new(eve.id)]).one(&db).await?;
    assert_eq!(posts[0].author_id, ann.id);
    // … or wrong.
    let both = User::insert_many(["Bob", "Cy"].map(user)).with(User::posts(), |it| [NewPost::new(it.id)]).all(&db);
    is_stranger(both.await, &["row 0 of `posts`", "for row 0 of `users`"]);
    assert_eq!(rows(&db).await?, 3);
    // The parent's key is what is stored, too.
    sql!(
        "CREATE FUNCTION moved() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.id := new.id + 1000; RETURN new; END'"
    )
    .execute(&db)
    .await?;
    sql!("CREATE TRIGGER moved BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION moved()").execute(&db).await?;
    let (dee, subs) = User::insert(user("Dee"))
        .with(User::subs(), |dee| [NewUser { boss_id: Some(dee.id), ..user("Fay") }])
        .one(&db)
        .await?;
    assert!(dee.id > 1000 && subs[0].boss_id == Some(dee.id));
    Ok(())
}

/// In a transaction of the user's, half of it cannot be committed.
#[orm_pg::test]
async fn a_transaction_does_not_commit_half_of_it(db: Database) -> Result<()> {
    tables(&db).await?;
    let tx = db.begin().await?;
    is_stranger(User::insert(user("Ann")).with(User::subs(), |_| [user("Bob")]).one(&tx).await, &["`users`"]);
    assert_eq!(tx.commit().await.expect_err("half of it is there").kind(), ErrorKind::RolledBack);
    let mut tx = db.begin().await?;
    let savepoint = tx.begin().await?;
    is_stranger(User::insert(user("Ann")).with(User::subs(), |_| [user("Bob")]).one(&savepoint).await, &["`users`"]);
    savepoint.rollback().await?;
    User::insert(user("Cy")).execute(&tx).await?;
    tx.commit().await?;
    assert_eq!(rows(&db).await?, 1);
    Ok(())
}

/// Keys of several columns, one of them an enum, which Rust cannot compare by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PgEnum)]
enum Wing {
    North,
    South,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "rooms", has_many(beds: Bed))]
struct Room {
    #[orm(key)]
    wing: Wing,
    #[orm(key)]
    number: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "beds", references(Room, fields(wing, number)))]
struct Bed {
    #[orm(key)]
    wing: Wing,
    #[orm(key)]
    id: i64,
    number: Option<i32>,
}

#[orm_pg::test]
async fn keys_of_several_columns(db: Database) -> Result<()> {
    db.create_tables(models![Room, Bed]).await?;
    let rooms = || [NewRoom::new(Wing::North, 1), NewRoom::new(Wing::South, 1)];
    let stored = Room::insert_many(rooms())
        .with(Room::beds(), |room| [1, 2].map(|id| NewBed { wing: room.wing, id, number: Some(room.number) }))
        .all(&db)
        .await?;
    assert_eq!(stored.iter().map(|it| it.1.len()).collect::<Vec<_>>(), [2, 2]);
    let unset = Room::insert(NewRoom::new(Wing::North, 2))
        .with(Room::beds(), |room| [NewBed { wing: room.wing, id: 3, number: None }])
        .one(&db)
        .await;
    is_stranger(unset, &["row 0 of `beds`", "`wing, number`"]);
    let other = Room::insert(NewRoom::new(Wing::North, 2))
        .with(Room::beds(), |_| [NewBed { wing: Wing::North, id: 3, number: Some(1) }])
        .one(&db)
        .await;
    is_stranger(other, &["row 0 of `beds`"]);
    let other = Room::insert(NewRoom::new(Wing::North, 2))
        .with(Room::beds(), |room| [NewBed { wing: Wing::South, id: 3, number: Some(room.number - 1) }])
        .one(&db)
        .await;
    is_stranger(other, &["row 0 of `beds`"]);
    Ok(())
}
