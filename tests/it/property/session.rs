//! Random changes of a session by raw SQL, on every route: the next user gets an unchanged session.

use orm_pg::prelude::*;
use proptest::{collection::vec, prelude::*, sample::select, test_runner::TestCaseResult};

use super::{check, failed};

/// What leaves something behind, ends a transaction, or fails.
const SPOILING: &[fn() -> orm_pg::expr::RawSql] = &[
    || sql!("SET work_mem = '1MB'"),
    || sql!("SET search_path = nowhere"),
    || sql!("SET LOCAL work_mem = '2MB'"),
    || sql!("SET ROLE pg_monitor"),
    || sql!("SET SESSION AUTHORIZATION pg_monitor"),
    || sql!("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"),
    || sql!("SET TRANSACTION READ ONLY"),
    || sql!("SET TIME ZONE 'Asia/Tokyo'"),
    || sql!("RESET ALL"),
    || sql!("CREATE TEMP TABLE left_over (x int)"),
    || sql!("SELECT 1 AS x INTO TEMP left_over"),
    || sql!("LISTEN left_over"),
    || sql!("SELECT pg_advisory_lock(4711)::text"),
    || sql!("SELECT set_config('work_mem', '3MB', false)"),
    || sql!("SELECT 1 WHERE spoil() = ''"),
    || sql!("WITH x AS (SELECT spoil() AS y) SELECT count(y) FROM x"),
    || sql!("DECLARE left_over CURSOR WITH HOLD FOR SELECT 1"),
    || sql!("PREPARE left_over AS SELECT 1"),
    || sql!("DEALLOCATE ALL"),
    || sql!("DISCARD ALL"),
    || sql!("BEGIN"),
    || sql!("START TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY"),
    || sql!("SAVEPOINT left_over"),
    || sql!("COMMIT"),
    || sql!("ROLLBACK"),
    || sql!("COMMIT AND CHAIN"),
    || sql!("SELECT 1 / 0"),
    || sql!("SELECT 1"),
];

#[derive(Debug, Clone, Copy)]
enum End {
    Commit,
    Rollback,
    Drop,
}

/// Who runs some of the statements.
#[derive(Debug, Clone)]
enum User {
    Database(Vec<usize>),
    Connection(Vec<usize>, Option<(Vec<usize>, End)>),
    Client(Vec<&'static str>),
    Transaction(Vec<usize>, End),
    Savepoint(Vec<usize>, Vec<usize>, End),
}

fn user() -> impl Strategy<Value = User> {
    let some = || vec(0..SPOILING.len(), 0..4);
    let end = || select(vec![End::Commit, End::Rollback, End::Drop]);
    let texts = vec!["DEALLOCATE ALL", "SET work_mem = '4MB'", "BEGIN", "BEGIN; SELECT 1 / 0", "SELECT 1"];
    prop_oneof![
        some().prop_map(User::Database),
        (some(), prop::option::of((some(), end()))).prop_map(|(some, inner)| User::Connection(some, inner)),
        vec(select(texts), 1..3).prop_map(User::Client),
        (some(), end()).prop_map(|(some, end)| User::Transaction(some, end)),
        (some(), some(), end()).prop_map(|(some, inner, end)| User::Savepoint(some, inner, end)),
    ]
}

/// Whether the statements succeed is not the question.
async fn run(which: &[usize], db: &impl Executor) {
    for number in which {
        let _ = SPOILING[*number]().execute(db).await;
    }
}

async fn end(tx: Transaction<'_>, end: End) {
    match end {
        End::Commit => drop(tx.commit().await),
        End::Rollback => drop(tx.rollback().await),
        End::Drop => drop(tx),
    }
}

impl User {
    async fn go(&self, db: &Database) -> Result<()> {
        match self {
            Self::Database(which) => run(which, db).await,
            Self::Connection(which, inner) => {
                let mut connection = db.connection().await?;
                run(which, &connection).await;
                if let Some((which, how)) = inner
                    && let Ok(tx) = connection.begin().await
                {
                    run(which, &tx).await;
                    end(tx, *how).await;
                }
            }
            Self::Client(texts) => {
                let connection = db.connection().await?;
                for text in texts {
                    let _ = connection.client().batch_execute(text).await;
                }
            }
            Self::Transaction(which, how) => {
                let tx = db.begin().await?;
                run(which, &tx).await;
                end(tx, *how).await;
            }
            Self::Savepoint(which, inner, how) => {
                let mut tx = db.begin().await?;
                run(which, &tx).await;
                if let Ok(savepoint) = tx.begin().await {
                    run(inner, &savepoint).await;
                    end(savepoint, *how).await;
                }
                drop(tx.commit().await);
            }
        }
        Ok(())
    }
}

#[derive(Debug, PartialEq, FromRow)]
struct Session {
    users: String,
    settings: Vec<String>,
    temporary: i64,
    channels: i64,
    locks: i64,
    cursors: i64,
    prepared: i64,
    read_only: String,
}

// Of this session alone: the server may still be clearing up after one that was closed.
async fn look(db: &Database) -> Result<Session> {
    sql!(
        "SELECT session_user || '/' || current_user AS users,
            (SELECT coalesce(array_agg(name || '=' || setting), '{{}}') FROM pg_settings
                WHERE source = 'session' AND (name, setting) <> ('client_encoding', 'UTF8') AND name NOT LIKE 'transaction%') AS settings,
            (SELECT count(*) FROM pg_class WHERE relname = 'left_over' AND relnamespace = pg_my_temp_schema()) AS temporary,
            (SELECT count(*) FROM pg_listening_channels()) AS channels,
            (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
            (SELECT count(*) FROM pg_cursors WHERE name = 'left_over') AS cursors,
            (SELECT count(*) FROM pg_prepared_statements WHERE from_sql) AS prepared,
            current_setting('transaction_read_only') AS read_only"
    )
    .one(db)
    .await
}

async fn as_it_was(db: &Database, before: &Session) -> TestCaseResult {
    prop_assert_eq!(&look(db).await.map_err(failed)?, before);
    // In a transaction that is still open, time stands still.
    let now = async || sql!("SELECT now()").one::<DateTime<Utc>>(db).await.map_err(failed);
    prop_assert!(now().await? < now().await?);
    Ok(())
}

#[tokio::test]
async fn a_session_is_as_it_was_for_the_next_user() {
    let url = orm_pg::testing::database_url().await.expect("a server");
    let db = Database::builder().url(&url).max_connections(1).connect().await.expect("a connection");
    let spoil = sql!(
        "CREATE FUNCTION spoil() RETURNS text LANGUAGE sql AS
         $$ SELECT set_config('work_mem', '5MB', false) || pg_advisory_lock(4712)::text $$"
    );
    spoil.execute(&db).await.expect("a function");
    let before = look(&db).await.expect("a session");
    assert_eq!(before.settings, [""; 0]);
    check(
        160,
        || vec(user(), 1..4),
        async move |users| {
            for user in &users {
                user.go(&db).await.map_err(failed)?;
                as_it_was(&db, &before).await?;
            }
            Ok(())
        },
    )
    .await;
}
