//! All levels of one query on one snapshot.

use std::sync::Mutex;

use orm_pg::{
    adopt,
    executor::{AnyExecutor, BoxRowStream, Consistency, Executor, StatementGroup},
    prelude::*,
    row::RowSink,
    statement::Statement,
    tokio_postgres,
};

use crate::{
    design::{Comment, NewPost, NewUser, Post, PostTag, Tag, User},
    support::Offline,
};

#[derive(Debug, Projection)]
#[orm(of = User)]
struct Card {
    posts: Vec<PostCard>,
}

#[derive(Debug, Projection)]
#[orm(of = Post)]
struct PostCard {
    title: String,
}

/// A database with one user of one post.
async fn filled() -> Result<(String, Database)> {
    let url = orm_pg::testing::database_url().await?;
    let db = Database::connect(&url).await?;
    db.create_tables(models![User, Post, Comment, Tag, PostTag]).await?;
    let ann = User::insert(NewUser::new("ann@example.org", "Ann")).one(&db).await?;
    Post::insert(NewPost::new(ann.id, "One")).execute(&db).await?;
    Ok((url, db))
}

/// Hands everything on to `inner`, and adds a post before the second statement: that of the second level.
struct Meddled<'a, E> {
    inner: E,
    writer: &'a Database,
    statements: Mutex<usize>,
}

impl<'a, E> Meddled<'a, E> {
    fn new(inner: E, writer: &'a Database) -> Self {
        Self { inner, writer, statements: Mutex::new(0) }
    }
}

impl<E: Executor> Executor for Meddled<'_, E> {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        let number = {
            let mut statements = self.statements.lock().expect("not poisoned");
            *statements += 1;
            *statements
        };
        if number == 2 {
            Post::insert(NewPost::new(1_i64, "Two")).execute(self.writer).await?;
        }
        self.inner.fetch(statement, rows).await
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.inner.execute(statement).await
    }

    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        self.inner.batch(statements, rows).await
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        self.inner.stream(statement).await
    }

    async fn together(&self, how: Consistency) -> Result<StatementGroup<'_>> {
        let group = self.inner.together(how).await?;
        Ok(StatementGroup::new(MeddledGroup(Meddled::new(group, self.writer))))
    }
}

struct MeddledGroup<'a>(Meddled<'a, StatementGroup<'a>>);

impl Executor for MeddledGroup<'_> {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        self.0.fetch(statement, rows).await
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.0.execute(statement).await
    }

    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        self.0.batch(statements, rows).await
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        self.0.stream(statement).await
    }
}

impl orm_pg::executor::Commit for MeddledGroup<'_> {
    async fn commit(self) -> Result<()> {
        self.0.inner.commit().await
    }
}

/// How many posts a load of two levels sees, where somebody adds one in between; before and after it.
async fn seen(db: impl Executor, writer: &Database, consistent: bool) -> Result<(i64, usize, i64)> {
    let before = Post::query().count(writer).await?;
    let query = User::query().with(User::posts());
    let query = if consistent { query.consistent() } else { query };
    let users = query.all(&Meddled::new(db, writer)).await?;
    Ok((before, users[0].1.len(), Post::query().count(writer).await?))
}

#[tokio::test]
async fn a_level_sees_what_others_did_meanwhile_unless_it_is_consistent() -> Result<()> {
    let (_, db) = filled().await?;
    assert_eq!(seen(&db, &db, false).await?, (1, 2, 2), "a torn read");
    assert_eq!(seen(&db, &db, true).await?, (2, 2, 3));
    let connection = db.connection().await?;
    assert_eq!(seen(&connection, &db, false).await?, (3, 4, 4), "a torn read");
    assert_eq!(seen(&connection, &db, true).await?, (4, 4, 5));
    assert_eq!(seen(AnyExecutor::new(&&connection), &db, true).await?, (5, 5, 6));
    assert_eq!(Post::query().count(&connection).await?, 6, "the connection is in no transaction any more");
    for options in [TransactionOptions::repeatable_read(), TransactionOptions::serializable()] {
        let tx = db.begin_with(options).await?;
        let (before, seen, _) = seen(&tx, &db, true).await?;
        assert_eq!(i64::try_from(seen), Ok(before));
        tx.commit().await?;
    }
    let (before, seen, after) = self::seen(&db.begin().await?, &db, false).await?;
    assert_eq!((i64::try_from(seen), after), (Ok(before + 1), before + 1), "a torn read");
    Ok(())
}

#[tokio::test]
async fn every_verb_of_a_query_with_relations_can_be_consistent() -> Result<()> {
    let (_, db) = filled().await?;
    let query = || User::query().with(User::posts()).consistent().filter(|u| u.name.eq("Ann"));
    assert_eq!(query().one(&db).await?.1.len(), 1);
    assert_eq!(query().one_or_none(&db).await?.map(|it| it.1.len()), Some(1));
    assert_eq!(query().first(&db).await?.map(|it| it.1.len()), Some(1));
    assert_eq!((query().count(&db).await?, query().exists(&db).await?), (1, true));
    assert!(query().filter(|u| u.id.lt(0)).one(&db).await.is_err_and(|it| it.is_not_found()));
    // Relations may be added after it, and a clone is as consistent.
    let meddled = Meddled::new(&db, &db);
    let (_, posts, count) =
        User::query().with(User::posts()).consistent().with(User::posts().count()).clone().one(&meddled).await?;
    assert_eq!((posts.len(), count), (1, 1));
    let cards: Vec<Card> = Card::query().consistent().all(&Meddled::new(&db, &db)).await?;
    let titles: Vec<_> = cards[0].posts.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["One", "Two"]);
    assert_eq!(Post::query().count(&db).await?, 3);
    Ok(())
}

fn refused(result: Result<Vec<(User, Vec<Post>)>>) {
    let error = result.expect_err("there is no snapshot");
    assert_eq!(error.kind(), ErrorKind::InvalidStatement, "{error}");
    assert!(error.to_string().contains("transaction"), "{error}");
}

#[tokio::test]
async fn a_transaction_without_one_snapshot_is_refused_and_goes_on() -> Result<()> {
    let (url, db) = filled().await?;
    let query = || User::query().with(User::posts()).consistent();
    for options in [TransactionOptions::new(), TransactionOptions::read_committed()] {
        let mut tx = db.begin_with(options).await?;
        refused(query().all(&tx).await);
        refused(query().all(&tx.begin().await?).await);
        assert_eq!(User::query().count(&tx).await?, 1);
        tx.commit().await?;
    }
    // The server may be set so that it needs no word.
    let set = "-c default_transaction_isolation=serializable";
    let strict = Database::builder().url(&url).options(set).connect().await?;
    let mut tx = strict.begin().await?;
    assert_eq!(query().all(&tx).await?.len(), 1);
    assert_eq!(query().all(&tx.begin().await?).await?.len(), 1);
    // What SQL of the user has changed since is seen.
    let tx = db.begin_with(TransactionOptions::repeatable_read()).await?;
    sql!("SET TRANSACTION ISOLATION LEVEL READ COMMITTED").execute(&tx).await?;
    refused(query().all(&tx).await);
    let tx = db.begin().await?;
    sql!("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&tx).await?;
    assert_eq!(query().all(&tx).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn adopted_transactions_are_asked_and_clients_refused() -> Result<()> {
    let (url, _) = filled().await?;
    let query = || User::query().with(User::posts()).consistent();
    let (mut client, serving) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("connects");
    tokio::spawn(serving);
    refused(query().all(&adopt(&client)).await);
    let tx = client.transaction().await.expect("begins");
    refused(query().all(&adopt(&tx)).await);
    tx.rollback().await.expect("rolls back");
    let repeatable = tokio_postgres::IsolationLevel::RepeatableRead;
    let tx = client.build_transaction().isolation_level(repeatable).start().await.expect("begins");
    assert_eq!(query().all(&adopt(&tx)).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_consistent_reads_nothing() {
    // A custom executor that has no transactions; it panics when it is reached.
    refused(User::query().with(User::posts()).consistent().all(&Offline).await);
    // Nor does a query without a meaning begin a transaction.
    let wrong = User::query().filter(|u| u.id.count().gt(1)).with(User::posts()).consistent();
    let error = wrong.all(&Offline).await.expect_err("an aggregate in WHERE");
    assert!(!error.to_string().contains("transaction"), "{error}");
}

/// Two loads at once on one connection take turns; what else runs there waits.
#[tokio::test]
async fn loads_at_once_on_one_connection_do_not_mix() -> Result<()> {
    let (_, db) = filled().await?;
    let connection = db.connection().await?;
    let load = || User::query().with(User::posts()).consistent().all(&connection);
    let insert = || Post::insert(NewPost::new(1_i64, "Two")).execute(&connection);
    let (one, two, three, four, five) = tokio::try_join!(load(), insert(), load(), insert(), load())?;
    // A write in their midst would have failed, for they are read only.
    assert_eq!((one.len(), two, three.len(), four, five.len()), (1, 1, 1, 1, 1));
    assert_eq!(Post::query().count(&db).await?, 3);
    Ok(())
}
