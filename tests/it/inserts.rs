//! Inserts of one row, of many, upserts, and user-defined structs.

use orm_pg::prelude::*;

use crate::models::{Account, NewAccount, NewPost, NewTagged, NewUser, Post, Status, Tagged, User};

#[derive(Debug, Clone, Insert)]
#[orm(of = User)]
struct SignUp<'a> {
    email: &'a str,
    name: String,
    status: Status,
}

/// A row that borrows all it can.
#[derive(Debug, Clone, Insert)]
#[orm(of = Tagged)]
struct Borrowed<'a> {
    tags: &'a [String],
    marks: Option<&'a [Option<i32>]>,
}

#[derive(Debug, Clone, Insert)]
#[orm(of = Tagged)]
struct Names<'a> {
    tags: &'a [&'a str],
    marks: &'a Vec<Option<i32>>,
}

#[orm_pg::test(models(Tagged))]
async fn rows_may_borrow_what_they_hold(db: Database) -> Result<()> {
    let (tags, marks) = (["a".to_owned(), "b".to_owned()], vec![Some(1), None]);
    let rows = [Borrowed { tags: &tags, marks: Some(&marks) }, Borrowed { tags: &[], marks: None }];
    let stored = Tagged::insert_many(rows).returning(|t| (t.tags, t.marks)).all(&db).await?;
    assert_eq!(stored, [(tags.to_vec(), Some(marks.clone())), (vec![], None)]);
    let stored = Tagged::insert(Names { tags: &["c"], marks: &marks }).one(&db).await?;
    assert_eq!((stored.tags.as_slice(), &stored.marks), (["c".to_owned()].as_slice(), &Some(marks)));
    // What is set may be borrowed as well.
    let (slice, names): (&[String], &[&str]) = (&tags, &["x", "y"]);
    assert_eq!(stored.update(|t| t.tags.set(slice)).one(&db).await?.tags, tags);
    assert_eq!(stored.update(|t| t.tags.set(names)).one(&db).await?.tags, ["x", "y"]);
    Ok(())
}

#[orm_pg::test(models(User))]
async fn defaults_are_the_databases(db: Database) -> Result<()> {
    let user = User::insert(NewUser::new("a@example.org", "A")).one(&db).await?;
    assert_eq!((user.active, user.score, user.status, user.age), (true, 0.0, Status::Open, None));
    let user = User::insert(NewUser { active: false.into(), status: Status::OnHold.into(), ..NewUser::new("b", "B") })
        .one(&db)
        .await?;
    assert_eq!((user.active, user.status), (false, Status::OnHold));
    let user = User::insert(SignUp { email: "c", name: "C".into(), status: Status::Done }).one(&db).await?;
    assert_eq!((user.email.as_str(), user.status, user.active), ("c", Status::Done, true));
    Ok(())
}

#[orm_pg::test(models(User, Post))]
async fn many_rows_come_back_in_order(db: Database) -> Result<()> {
    let author = User::insert(NewUser::new("a", "A")).returning(|u| u.id).one(&db).await?;
    let rows = |count: i64| (0..count).map(move |n| NewPost::new(author, format!("{n}")));
    let posts = Post::insert_many(rows(1000)).all(&db).await?;
    assert!(posts.iter().enumerate().all(|(n, post)| post.title == n.to_string() && !post.published));
    // Rows that differ in their defaults: more binds than one statement carries, so several in one transaction.
    let mixed = rows(40_000).enumerate().map(|(n, row)| match n % 2 {
        0 => row,
        _ => NewPost { published: true.into(), ..row },
    });
    let posts = Post::insert_many(mixed).returning(|p| (p.title, p.published)).all(&db).await?;
    assert_eq!(posts.len(), 40_000);
    assert!(
        posts.iter().enumerate().all(|(n, (title, published))| *title == n.to_string() && *published == (n % 2 == 1))
    );
    assert_eq!(Post::insert_many(rows(0)).execute(&db).await?, 0);
    assert_eq!(Post::insert_many(rows(0)).all(&db).await?, vec![]);
    Ok(())
}

#[orm_pg::test(models(User, Post))]
async fn chunks_are_all_or_nothing(db: Database) -> Result<()> {
    let author = User::insert(NewUser::new("a", "A")).returning(|u| u.id).one(&db).await?;
    // The last row refers to nobody, so its chunk fails, and the first one must not stay.
    let rows = (0..40_000).map(|n| NewPost {
        author_id: if n == 39_999 { -1 } else { author },
        title: "x".into(),
        published: if n % 2 == 0 { Auto } else { true.into() },
    });
    let error = Post::insert_many(rows).execute(&db).await.expect_err("a foreign key");
    assert!(error.is_foreign_key_violation(), "{error}");
    assert!(error.violates(Post::AUTHOR_ID_FKEY));
    assert_eq!(Post::query().count(&db).await?, 0);
    Ok(())
}

#[orm_pg::test(models(Tagged))]
async fn arrays_in_many_rows(db: Database) -> Result<()> {
    let rows = [
        NewTagged { tags: vec!["a".into(), "b".into()], marks: None },
        NewTagged { tags: vec![], marks: Some(vec![Some(1), None]) },
    ];
    let stored = Tagged::insert_many(rows.clone()).all(&db).await?;
    let stored: Vec<_> = stored.into_iter().map(|it| (it.tags, it.marks)).collect();
    assert_eq!(stored, rows.map(|it| (it.tags, it.marks)));
    Ok(())
}

#[orm_pg::test(models(User))]
async fn upserts(db: Database) -> Result<()> {
    let new = |name: &str| NewUser { age: Some(1), ..NewUser::new("a@example.org", name) };
    let first = User::insert(new("first")).one(&db).await?;
    let none = User::insert(new("second")).on_conflict(|u| u.email).do_nothing().one_or_none(&db).await?;
    assert_eq!(none, None);
    let error = User::insert(new("x")).on_constraint(User::EMAIL_KEY).do_nothing().one(&db).await.expect_err("no row");
    assert!(error.is_not_found());
    assert_eq!(User::insert(new("x")).on_any_conflict_do_nothing().execute(&db).await?, 0);
    let upsert = |name: &str| {
        User::insert(new(name))
            .on_conflict(|u| u.email)
            .do_update(|u, new| (u.name.set(new.name), u.age.set(u.age + new.age)))
            .filter(|u, new| u.name.ne(new.name))
    };
    let third = upsert("third").one(&db).await?;
    assert_eq!((third.id, third.name.as_str(), third.age), (first.id, "third", Some(2)));
    assert_eq!(upsert("third").execute(&db).await?, 0);
    Ok(())
}

#[orm_pg::test(models(Account))]
async fn many_upserts(db: Database) -> Result<()> {
    let rows = |balance| (1..=100).map(move |id| NewAccount::new(id, balance));
    let upsert = |balance| {
        Account::insert_many(rows(balance))
            .on_conflict(|a| a.id)
            .do_update(|a, new| a.balance.set(a.balance + new.balance))
    };
    assert_eq!(upsert(10).execute(&db).await?, 100);
    let accounts = upsert(5).all(&db).await?;
    assert!(accounts.iter().all(|it| it.balance == 15 && it.version == 1 && it.changed.is_some()));
    Ok(())
}
