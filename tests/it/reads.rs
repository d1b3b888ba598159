//! The results of the reading verbs.

use orm_pg::prelude::*;

use crate::models::{Comment, Member, NewComment, NewMember, NewNote, NewPost, NewUser, Note, Post, Role, User};

async fn fill(db: &Database) -> Result<Vec<User>> {
    let rows = [("ann", Some(34)), ("bob", None), ("cy", Some(17))]
        .map(|(name, age)| NewUser { age, ..NewUser::new(format!("{name}@example.org"), name) });
    let users = User::insert_many(rows).all(db).await?;
    let posts = [(users[0].id, "One"), (users[0].id, "Two"), (users[2].id, "Three")];
    Post::insert_many(posts.map(|(author, title)| NewPost::new(author, title))).execute(db).await?;
    Ok(users)
}

#[orm_pg::test(models(User, Post))]
async fn one_and_its_neighbours(db: Database) -> Result<()> {
    let users = fill(&db).await?;
    assert_eq!(User::get(users[1].id).one(&db).await?, users[1]);
    let nobody = User::get(-1);
    assert!(nobody.clone().one(&db).await.expect_err("none").is_not_found());
    assert_eq!(nobody.clone().one_or_none(&db).await?, None);
    assert_eq!(nobody.all(&db).await?, vec![]);
    let everybody = User::query().order_by(|u| u.id.desc());
    assert!(everybody.clone().one(&db).await.expect_err("three").is_more_than_one());
    assert!(everybody.clone().one_or_none(&db).await.expect_err("three").is_more_than_one());
    assert_eq!(everybody.clone().first(&db).await?, Some(users[2].clone()));
    assert_eq!(everybody.clone().limit(0).first(&db).await?, None);
    assert_eq!(everybody.limit(1).one(&db).await?, users[2]);
    Ok(())
}

#[orm_pg::test(models(User, Post))]
async fn ties_come_with_the_last_row_within_the_limit(db: Database) -> Result<()> {
    let rows = [("ann", 30), ("bob", 20), ("cy", 20), ("dan", 20), ("eve", 10)];
    let rows = rows.map(|(name, age)| NewUser { age: Some(age), ..NewUser::new(format!("{name}@example.org"), name) });
    let users = User::insert_many(rows).all(&db).await?;
    let oldest = |rows| User::query().order_by(|u| u.age.desc()).limit(rows).with_ties();
    let count = async |rows| oldest(rows).count(&db).await;
    assert_eq!([count(0).await?, count(1).await?, count(2).await?, count(5).await?], [0, 1, 4, 5]);
    assert_eq!(oldest(2).all(&db).await?.len(), 4);
    assert_eq!(oldest(1).offset(1).all(&db).await?.len(), 3);
    assert!(oldest(2).exists(&db).await? && !oldest(0).exists(&db).await? && !oldest(2).offset(5).exists(&db).await?);
    assert_eq!(oldest(2).first(&db).await?, Some(users[0].clone()));
    assert_eq!(oldest(1).one(&db).await?, users[0]);
    // The one row within the limit is not the only one.
    assert!(oldest(1).offset(1).one(&db).await.expect_err("three").is_more_than_one());
    let mut stream = oldest(2).stream(&db).await?;
    let mut streamed = 0;
    while stream.try_next().await?.is_some() {
        streamed += 1;
    }
    assert_eq!(streamed, 4);
    let others = User::query().filter(|u| u.id.not_in(oldest(2).select(|u| u.id))).all(&db).await?;
    assert_eq!(others, [users[4].clone()]);

    // Of a relation they are those of each parent, and they are counted.
    let posts = [(0, "a"), (0, "a"), (0, "b"), (1, "a"), (1, "b")].map(|(at, title)| NewPost::new(users[at].id, title));
    Post::insert_many(posts).execute(&db).await?;
    let first = || User::posts().order_by(|p| p.title.asc()).limit(1).with_ties();
    let loaded = User::query().with(first()).with(first().count()).order_by(|u| u.id.asc()).limit(3).all(&db).await?;
    assert_eq!(loaded.iter().map(|it| (it.1.len(), it.2)).collect::<Vec<_>>(), [(2, 2), (1, 1), (0, 0)]);
    Ok(())
}

#[orm_pg::test(models(User, Post))]
async fn counts_are_of_the_rows_that_all_would_give(db: Database) -> Result<()> {
    fill(&db).await?;
    assert_eq!(Post::query().count(&db).await?, 3);
    assert_eq!(Post::query().limit(2).count(&db).await?, 2);
    assert_eq!(Post::query().offset(2).count(&db).await?, 1);
    assert_eq!(Post::query().select(|p| p.author_id).distinct().count(&db).await?, 2);
    assert_eq!(Post::query().group_by(|p| p.author_id).select(|p| p.author_id).count(&db).await?, 2);
    assert_eq!(Post::query().select(|p| p.id.max()).count(&db).await?, 1);
    assert_eq!(User::query().join::<Post>(|(u, p)| p.author_id.eq(u.id)).count(&db).await?, 3);
    assert!(Post::query().exists(&db).await?);
    assert!(!Post::query().offset(3).exists(&db).await?);
    assert!(!Post::query().filter(|p| p.published).exists(&db).await?);
    assert!(Post::query().filter(|p| p.published).select(|p| p.id.count()).exists(&db).await?);
    Ok(())
}

#[orm_pg::test(models(User, Post, Comment))]
async fn outer_sides_of_joins_are_options(db: Database) -> Result<()> {
    let users = fill(&db).await?;
    let left: Vec<(User, Option<Post>)> = User::query()
        .left_join::<Post>(|(u, p)| p.author_id.eq(u.id))
        .order_by(|(u, p)| (u.id.asc(), p.id.asc()))
        .all(&db)
        .await?;
    let titles: Vec<_> = left.iter().map(|(u, p)| (u.name.as_str(), p.as_ref().map(|p| p.title.as_str()))).collect();
    assert_eq!(titles, [("ann", Some("One")), ("ann", Some("Two")), ("bob", None), ("cy", Some("Three"))]);
    let right: Vec<(Option<Post>, User)> =
        Post::query().right_join::<User>(|(p, u)| p.author_id.eq(u.id)).all(&db).await?;
    assert_eq!(right.iter().filter(|(post, _)| post.is_none()).map(|(_, u)| u.id).collect::<Vec<_>>(), [users[1].id]);
    let full: Vec<(Option<User>, Option<Post>)> =
        User::query().full_join::<Post>(|(u, p)| p.author_id.eq(u.id).and(u.name.eq("ann"))).all(&db).await?;
    assert_eq!(full.len(), 5);
    // A row whose nullable columns are all NULL is there all the same.
    Comment::insert(NewComment { post_id: 1, body: None }).execute(&db).await?;
    let comments: Vec<(i64, Option<Comment>)> = Post::query()
        .left_join::<Comment>(|(p, c)| c.post_id.eq(p.id))
        .order_by(|(p, _)| p.id.asc())
        .select(|(p, c)| (p.id, c))
        .all(&db)
        .await?;
    assert_eq!(comments.iter().map(|(_, c)| c.is_some()).collect::<Vec<_>>(), [true, false, false]);
    Ok(())
}

#[orm_pg::test(models(User, Note))]
async fn a_joined_row_of_nothing_but_nulls_is_there(db: Database) -> Result<()> {
    User::insert_many([NewUser::new("a", "a"), NewUser::new("b", "b")]).execute(&db).await?;
    Note::insert(NewNote { user_id: None, text: None }).execute(&db).await?;
    let rows: Vec<(i64, Option<Note>)> = User::query()
        .left_join::<Note>(|(u, n)| n.user_id.is_null().and(u.name.eq("a")))
        .order_by(|(u, _)| u.id.asc())
        .select(|(u, n)| (u.id, n))
        .all(&db)
        .await?;
    assert_eq!(rows, [(1, Some(Note { user_id: None, text: None })), (2, None)]);
    Ok(())
}

#[orm_pg::test(models(User, Member))]
async fn keys_of_several_columns(db: Database) -> Result<()> {
    User::insert(NewUser::new("a", "a")).execute(&db).await?;
    Member::insert(NewMember { team: "red".into(), user_id: 1, role: Role("lead".into()) }).execute(&db).await?;
    let member = Member::get(("red", 1)).one(&db).await?;
    assert_eq!(member.role, Role("lead".into()));
    let member = member.update(|m| m.role.set(Role("member".into()))).one(&db).await?;
    assert_eq!(Member::query().filter(|m| m.role.eq(Role("member".into()))).one(&db).await?, member);
    assert_eq!(member.delete().execute(&db).await?, 1);
    assert_eq!(member.delete().execute(&db).await?, 0);
    Ok(())
}

#[orm_pg::test(models(User))]
async fn literal_text_is_taken_literally(db: Database) -> Result<()> {
    let names = ["50%_x", "50 x", "a\\b", "A%"];
    User::insert_many(names.map(|name| NewUser::new(name, name))).execute(&db).await?;
    let found = async |cond: fn(crate::models::UserColumns) -> Cond| {
        User::query().filter(cond).order_by(|u| u.id.asc()).select(|u| u.name).all(&db).await
    };
    assert_eq!(found(|u| u.name.starts_with("50%")).await?, ["50%_x"]);
    assert_eq!(found(|u| u.name.ends_with("_x")).await?, ["50%_x"]);
    assert_eq!(found(|u| u.name.contains("\\")).await?, ["a\\b"]);
    assert_eq!(found(|u| u.name.like("50%")).await?, ["50%_x", "50 x"]);
    assert_eq!(found(|u| u.name.contains(u.email)).await?, names);
    assert_eq!(found(|u| u.name.starts_with(u.email).and(u.name.ends_with(u.email))).await?, names);
    Ok(())
}

#[orm_pg::test(models(User))]
async fn empty_lists_and_nulls(db: Database) -> Result<()> {
    User::insert_many([NewUser::new("a", "a"), NewUser { age: Some(3), ..NewUser::new("b", "b") }])
        .execute(&db)
        .await?;
    let none: [i64; 0] = [];
    assert_eq!(User::query().filter(|u| u.id.in_(none)).count(&db).await?, 0);
    assert_eq!(User::query().filter(|u| u.id.not_in(none)).count(&db).await?, 2);
    assert_eq!(User::query().filter(|u| u.age.is_not_distinct_from(None)).count(&db).await?, 1);
    assert_eq!(User::query().filter(|u| u.age.is_distinct_from(Some(3))).count(&db).await?, 1);
    assert_eq!(User::query().filter(|u| u.age.ne(4)).count(&db).await?, 1);
    assert_eq!(User::query().filter(|u| u.age.in_([3, 4])).count(&db).await?, 1);
    Ok(())
}

#[orm_pg::test(models(User))]
async fn aggregates_of_nothing_are_null(db: Database) -> Result<()> {
    let row = User::query()
        .select(|u| (u.age.sum(), u.age.max(), u.id.count(), u.name.array_agg(), u.id.sum(), u.score.avg()))
        .one(&db)
        .await?;
    assert_eq!(row, (None, None, 0, None, None, None));
    User::insert_many([NewUser { age: Some(3), ..NewUser::new("a", "a") }, NewUser::new("b", "b")])
        .execute(&db)
        .await?;
    let row = User::query()
        .select(|u| (u.age.sum(), u.age.array_agg().order_by(u.id.asc()), u.name.string_agg("+").order_by(u.id.desc())))
        .one(&db)
        .await?;
    assert_eq!(row, (Some(3), Some(vec![Some(3), None]), Some("b+a".to_owned())));
    Ok(())
}

#[orm_pg::test(models(User))]
async fn streams_give_every_row(db: Database) -> Result<()> {
    User::insert_many((0..2500).map(|n| NewUser::new(format!("{n}"), "x"))).execute(&db).await?;
    let mut rows = User::query().order_by(|u| u.id.asc()).select(|u| u.id).stream(&db).await?;
    let mut ids = vec![];
    while let Some(id) = rows.try_next().await? {
        ids.push(id);
    }
    assert_eq!(ids, (1..=2500).collect::<Vec<i64>>());
    drop(rows);
    // In a transaction the body of the loop can use the same transaction.
    let tx = db.begin().await?;
    let mut rows = User::query().filter(|u| u.id.le(600)).order_by(|u| u.id.asc()).select(|u| u.id).stream(&tx).await?;
    let mut sum = 0;
    while let Some(id) = rows.try_next().await? {
        if id % 100 == 0 {
            sum += User::get(id).one(&tx).await?.id;
        }
    }
    assert_eq!(sum, 2100);
    Ok(())
}

/// An order by an unknown name is refused before any I/O; `tests/it/sql` has the message.
#[orm_pg::test(models(User))]
async fn orders_by_name(db: Database) -> Result<()> {
    User::insert_many([NewUser::new("a", "z"), NewUser::new("b", "y")]).execute(&db).await?;
    let by = async |name: &str| User::query().order_by_name(name, Direction::Asc).select(|u| u.email).all(&db).await;
    assert_eq!(by("name").await?, ["b", "a"]);
    assert_eq!(by("users.email").await?, ["a", "b"]);
    assert_eq!(by("name; DROP TABLE users").await.expect_err("refused").kind(), ErrorKind::InvalidStatement);
    Ok(())
}

/// A model of some columns of a table only.
#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(table = "users")]
struct Slim {
    age: Option<i32>,
    active: bool,
}

#[orm_pg::test(models(User))]
async fn distinct_rows_are_counted_as_the_model_sees_them(db: Database) -> Result<()> {
    User::insert_many(["a", "b"].map(|name| NewUser::new(name, name))).execute(&db).await?;
    assert_eq!(Slim::query().distinct().all(&db).await?.len(), 1);
    assert_eq!(Slim::query().distinct().count(&db).await?, 1);
    let none = User::query().filter(|u| u.id.eq(-1)).select(|_| bind(1)).order_by(|u| u.id.count().asc());
    assert_eq!((none.clone().count(&db).await?, none.exists(&db).await?), (1, true));
    let by_age = User::query().group_by(|u| u.age.coalesce(7)).select(|u| (u.age.coalesce(7), u.id.count()));
    assert_eq!(by_age.all(&db).await?, [(7, 2)]);
    Ok(())
}

#[orm_pg::test(models(User))]
async fn exists_and_count_lock_what_they_look_at(db: Database) -> Result<()> {
    User::insert(NewUser::new("a", "a")).execute(&db).await?;
    for verb in [true, false] {
        let tx = db.begin().await?;
        match verb {
            true => assert!(User::query().for_update().exists(&tx).await?),
            false => assert_eq!(User::query().for_update().count(&tx).await?, 1),
        }
        let other = db.begin().await?;
        let locked = User::query().for_update().nowait().all(&other).await.expect_err("locked");
        assert_eq!(locked.sql_state(), Some("55P03"));
        other.rollback().await?;
        tx.rollback().await?;
    }
    Ok(())
}
