//! The user's code from the design, unchanged except for relations and projections.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users", has_many(posts: Post))]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(unique)]
    pub email: String,
    pub name: String,
    pub age: Option<i32>,
    #[orm(default = "now()")]
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "posts", has_many(comments: Comment), has_many(tags: Tag, through = PostTag))]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = User)]
    pub author_id: i64,
    pub title: String,
    #[orm(default = "false")]
    pub published: bool,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "comments")]
pub struct Comment {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = Post)]
    pub post_id: i64,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "tags")]
pub struct Tag {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "post_tags")]
pub struct PostTag {
    #[orm(key, references = Post)]
    pub post_id: i64,
    #[orm(key, references = Tag)]
    pub tag_id: i64,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "accounts")]
pub struct Account {
    #[orm(key)]
    pub id: i64,
    pub balance: i64,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "audit")]
pub struct Audit {
    #[orm(key, identity)]
    pub id: i64,
    pub entry: String,
}

#[orm_pg::test]
async fn reads_and_writes(db: Database) -> Result<()> {
    db.create_tables(models![User, Post]).await?;

    let ann =
        User::insert(NewUser { email: "ann@example.org".into(), name: "Ann".into(), age: Some(34), created_at: Auto })
            .one(&db)
            .await?;
    assert_eq!((ann.id, ann.name.as_str(), ann.age), (1, "Ann", Some(34)));
    let rows =
        vec![NewUser::new("bob@example.org", "Bob"), NewUser { age: Some(17), ..NewUser::new("cy@example.org", "Cy") }];
    User::insert_many(rows).execute(&db).await?;
    let new = NewUser::new("ann@example.org", "Anna");
    let anna =
        User::insert(new.clone()).on_conflict(|u| u.email).do_update(|u, new| u.name.set(new.name)).one(&db).await?;
    assert_eq!((anna.id, anna.name.as_str()), (ann.id, "Anna"));

    let user = User::get(1).one(&db).await?;
    assert_eq!(user.email, "ann@example.org");
    let maybe = User::get(7).one_or_none(&db).await?;
    assert!(maybe.is_none());
    let adults = User::query().filter(|u| u.age.ge(18)).order_by(|u| u.name.asc()).limit(10).all(&db).await?;
    assert_eq!(adults.len(), 1);
    Post::insert(NewPost::new(ann.id, "Hello")).execute(&db).await?;
    let pairs: Vec<(String, Option<String>)> = User::query()
        .left_join::<Post>(|(u, p)| p.author_id.eq(u.id))
        .filter(|(u, _)| u.name.like("A%").or(u.age.is_null()))
        .select(|(u, p)| (u.name, p.title))
        .all(&db)
        .await?;
    assert_eq!(pairs.len(), 2);
    assert!(pairs.contains(&("Anna".into(), Some("Hello".into()))) && pairs.contains(&("Bob".into(), None)));
    let per_author = Post::query()
        .filter(|p| p.published)
        .group_by(|p| p.author_id)
        .having(|p| p.id.count().gt(3))
        .select(|p| (p.author_id, p.id.count()))
        .all(&db)
        .await?;
    assert_eq!(per_author, vec![]);
    let busy = User::query().filter(|u| exists(Post::query().filter(|p| p.author_id.eq(u.id)))).count(&db).await?;
    assert_eq!(busy, 1);

    let min_age = Some(18);
    let mut q = User::query();
    if let Some(age) = min_age {
        q = q.filter(|u| u.age.ge(age));
    }
    assert_eq!(q.all(&db).await?.len(), 1);
    fn adult(u: UserColumns) -> Cond {
        u.age.ge(18)
    }
    assert_eq!(User::query().filter(adult).count(&db).await?, 1);

    let ann = ann.update(|u| (u.age.set(35), u.name.set("Ann B."))).one(&db).await?;
    assert_eq!((ann.age, ann.name.as_str(), ann.email.as_str()), (Some(35), "Ann B.", "ann@example.org"));
    Post::query().filter(|p| p.author_id.eq(ann.id)).update(|p| p.published.set(true)).execute(&db).await?;
    assert_eq!(Post::query().filter(|p| p.published).count(&db).await?, 1);
    assert_eq!(Post::query().filter(|p| p.title.eq("")).delete().execute(&db).await?, 0);

    match User::insert(new).one(&db).await {
        Err(e) if e.violates(User::EMAIL_KEY) => {}
        other => panic!("{other:?}"),
    }

    let mut rows = Post::query().stream(&db).await?;
    let mut seen = 0;
    while let Some(post) = rows.try_next().await? {
        assert_eq!(post.title, "Hello");
        seen += 1;
    }
    assert_eq!(seen, 1);

    let (a, b) = tokio::try_join!(User::get(1).one(&db), Post::query().count(&db))?;
    assert_eq!((a.id, b), (1, 1));

    let min_age = 18;
    let rows = sql!("SELECT id, name FROM users WHERE age > {min_age}").all::<(i64, String)>(&db).await?;
    assert_eq!(rows, vec![(1, "Ann B.".to_owned())]);
    Ok(())
}

#[orm_pg::test(models(Account, Audit))]
async fn transactions(db: Database) -> Result<()> {
    Account::insert(NewAccount { id: 1, balance: 500 }).execute(&db).await?;
    let entry = NewAudit { entry: "100 taken".into() };
    db.transaction(async |tx| {
        let from = Account::get(1).for_update().one(tx).await?;
        from.update(|a| a.balance.set(a.balance - 100)).execute(tx).await?;
        tx.transaction(async |sp| Audit::insert(entry).execute(sp).await).await.ok();
        Ok::<_, Error>(())
    })
    .await?;
    assert_eq!(Account::get(1).one(&db).await?.balance, 400);
    assert_eq!(Audit::query().count(&db).await?, 1);

    db.transaction_with(TransactionOptions::serializable().retry(5), async |tx| {
        let from = Account::get(1).one(tx).await?;
        from.update(|a| a.balance.set(from.balance + 1)).execute(tx).await?;
        Ok::<_, Error>(())
    })
    .await?;
    assert_eq!(Account::get(1).one(&db).await?.balance, 401);

    let mut tx = db.begin().await?;
    Account::get(1).one(&tx).await?.delete().execute(&tx).await?;
    tx.transaction(async |sp| Account::query().count(sp).await).await?;
    tx.rollback().await?;
    assert_eq!(Account::query().count(&db).await?, 1);
    Ok(())
}

/// The closures of transactions capture by reference and run in spawned tasks.
#[orm_pg::test(models(Account), flavor = "multi_thread")]
async fn closures_can_be_spawned(db: Database) -> Result<()> {
    Account::insert(NewAccount { id: 1, balance: 0 }).execute(&db).await?;
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let db = db.clone();
            tokio::spawn(async move {
                let amount = n + 1;
                let add = &amount;
                db.transaction(async |tx| {
                    let account = Account::get(1).for_update().one(tx).await?;
                    account.update(|a| a.balance.set(a.balance + *add)).execute(tx).await?;
                    Ok::<_, Error>(())
                })
                .await?;
                db.transaction_with(TransactionOptions::serializable().retry(50), async |tx| {
                    let account = Account::get(1).one(tx).await?;
                    account.update(|a| a.balance.set(account.balance + *add)).execute(tx).await?;
                    Ok::<_, Error>(())
                })
                .await
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic")?;
    }
    assert_eq!(Account::get(1).one(&db).await?.balance, 2 * 36);
    Ok(())
}
