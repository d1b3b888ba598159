//! Errors: which constraint was violated, and no secrets.

use orm_pg::prelude::*;

use crate::models::{Account, NewAccount, NewPost, NewUser, Post, User};

#[orm_pg::test(models(User, Post, Account))]
async fn constraints_are_told_apart(db: Database) -> Result<()> {
    User::insert(NewUser::new("secret@example.org", "A")).execute(&db).await?;
    let unique = User::insert(NewUser::new("secret@example.org", "B")).one(&db).await.expect_err("twice");
    assert!(unique.is_unique_violation() && unique.violates(User::EMAIL_KEY) && !unique.violates(User::PKEY));
    assert_eq!((unique.constraint(), unique.sql_state()), (Some("users_email_key"), Some("23505")));
    assert_eq!(unique.to_string(), "insert into users: unique violation (23505), constraint users_email_key");
    assert!(unique.detail().expect("a detail").contains("secret@example.org"));
    for shown in [format!("{unique}"), format!("{unique:?}"), format!("{unique:#?}")] {
        assert!(!shown.contains("secret"), "{shown}");
    }
    let foreign = Post::insert(NewPost::new(77_i64, "x")).execute(&db).await.expect_err("no author");
    assert!(foreign.is_foreign_key_violation() && foreign.violates(Post::AUTHOR_ID_FKEY));
    let check = Account::insert(NewAccount::new(1_i64, -1_i64)).execute(&db).await.expect_err("negative");
    assert!(check.is_check_violation() && check.violates(Account::BALANCE_CHECK));
    let null = sql!("INSERT INTO users (email) VALUES ('x')").execute(&db).await.expect_err("no name");
    assert!(null.is_not_null_violation());
    assert_eq!(null.column(), Some("name"));
    Ok(())
}

#[orm_pg::test(models(User))]
async fn values_that_cannot_be_sent_hurt_nobody_else(db: Database) -> Result<()> {
    let error = User::insert(NewUser::new("a\0b", "A")).one(&db).await.expect_err("a NUL");
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert_eq!(
        error.to_string(),
        "insert into users: $1 (column `email`) is a `String`, which holds a NUL character, and PostgreSQL text cannot"
    );
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert_eq!(cause, "PostgreSQL text cannot hold a NUL character");
    let many =
        User::insert_many([NewUser::new("a", "x"), NewUser::new("b", "y\0")]).execute(&db).await.expect_err("a NUL");
    let text = "insert into users: $2 (column `name`) is a `Vec<String>`, which holds a NUL character, and PostgreSQL text cannot";
    assert_eq!(many.to_string(), text);
    assert_eq!(User::query().count(&db).await?, 0);
    Ok(())
}

#[orm_pg::test(models(User))]
async fn locks_need_a_transaction(db: Database) -> Result<()> {
    let error = User::query().for_update().all(&db).await.expect_err("no transaction");
    assert_eq!(error.kind(), ErrorKind::InvalidStatement);
    assert!(error.to_string().contains("transaction"), "{error}");
    db.transaction(async |tx| User::query().for_update().skip_locked().all(tx).await).await?;
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "same", schema = "one", check("n > 0", name = "same_n_check"))]
struct One {
    #[orm(key)]
    id: i32,
    #[orm(unique)]
    n: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "same", schema = "two", check("n > 0", name = "same_n_check"))]
struct Two {
    #[orm(key)]
    id: i32,
    #[orm(unique)]
    n: i32,
}

/// Found by the search path, wherever it is.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "same", check("n > 0", name = "same_n_check"))]
struct Anywhere {
    #[orm(key)]
    id: i32,
    #[orm(unique)]
    n: i32,
}

#[orm_pg::test]
async fn a_constraint_belongs_to_a_table_of_a_schema(db: Database) -> Result<()> {
    db.connection().await?.client().batch_execute("CREATE SCHEMA one; CREATE SCHEMA two").await.expect("schemas");
    db.create_tables(models![One, Two]).await?;
    Two::insert(NewTwo::new(1, 1)).execute(&db).await?;
    let unique = Two::insert(NewTwo::new(2, 1)).execute(&db).await.expect_err("twice");
    assert_eq!(
        [One::N_KEY, Two::N_KEY, Two::PKEY, Anywhere::N_KEY].map(|it| unique.violates(it)),
        [false, true, false, true]
    );
    let key = Two::insert(NewTwo::new(1, 2)).execute(&db).await.expect_err("twice");
    assert_eq!([One::PKEY, Two::PKEY, Anywhere::PKEY].map(|it| key.violates(it)), [false, true, true]);
    let check = Two::insert(NewTwo::new(3, 0)).execute(&db).await.expect_err("too small");
    assert_eq!([One::N_CHECK, Two::N_CHECK].map(|it| check.violates(it)), [false, true]);
    // By SQL of the user as well.
    let raw = sql!("INSERT INTO two.same VALUES (4, 1)").execute(&db).await.expect_err("twice");
    assert_eq!([One::N_KEY, Two::N_KEY].map(|it| raw.violates(it)), [false, true]);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "readings", check("value > 0", name = "positive"))]
struct Reading {
    #[orm(key)]
    id: i32,
    #[orm(references(User, name = "readings_user_fkey"))]
    user_id: i64,
    value: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "reading_logs", check("value > 0", name = "positive"))]
struct ReadingLog {
    #[orm(key)]
    id: i32,
    value: i32,
}

#[orm_pg::test(models(User))]
async fn a_constraint_of_a_partition_is_that_of_its_table(db: Database) -> Result<()> {
    let sql = "CREATE TABLE readings (id integer, user_id bigint CONSTRAINT readings_user_fkey REFERENCES users,
            value integer CONSTRAINT positive CHECK (value > 0)) PARTITION BY RANGE (id);
        CREATE SCHEMA parts;
        CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM (0) TO (10);
        CREATE TABLE parts.readings_2 PARTITION OF readings FOR VALUES FROM (10) TO (20);
        CREATE TABLE reading_logs (id integer, value integer CONSTRAINT positive CHECK (value > 0));
        CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO reading_logs VALUES (NEW.id, NEW.value - 10); RETURN NULL; END'";
    db.connection().await?.client().batch_execute(sql).await.expect("partitions");
    let user = User::insert(NewUser::new("a", "A")).one(&db).await?.id;
    for id in [1, 11] {
        let check = Reading::insert(NewReading::new(id, user, 0)).execute(&db).await.expect_err("not positive");
        assert_ne!(check.table(), Some("readings"));
        assert!(check.violates(Reading::POSITIVE) && !check.violates(ReadingLog::POSITIVE));
        let foreign = Reading::insert(NewReading::new(id, -1, 1)).execute(&db).await.expect_err("nobody");
        assert!(foreign.violates(Reading::USER_FKEY), "{foreign:?}");
    }
    // What a trigger writes to another table is not this table's, though the names are the same.
    let trigger = "CREATE TRIGGER log AFTER INSERT ON readings FOR EACH ROW EXECUTE FUNCTION log()";
    db.connection().await?.client().batch_execute(trigger).await.expect("a trigger");
    let logged = Reading::insert(NewReading::new(1, user, 5)).execute(&db).await.expect_err("not positive");
    assert!(!logged.violates(Reading::POSITIVE) && logged.violates(ReadingLog::POSITIVE), "{logged:?}");
    Ok(())
}

#[orm_pg::test]
async fn a_constraint_of_a_domain_is_none_of_a_table(db: Database) -> Result<()> {
    let sql = "CREATE DOMAIN amount AS integer CONSTRAINT positive CHECK (VALUE > 0);
        CREATE TABLE reading_logs (id integer, value amount);
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN RAISE ''no'' USING ERRCODE = ''23514'', CONSTRAINT = ''positive''; END'";
    db.connection().await?.client().batch_execute(sql).await.expect("a domain");
    let insert = |value| ReadingLog::insert(NewReadingLog::new(1, value)).execute(&db);
    let error = insert(0).await.expect_err("not positive");
    assert_eq!((error.constraint(), error.is_check_violation()), (Some("positive"), true));
    assert!(!error.violates(ReadingLog::POSITIVE));
    // A function of the user's that names the constraint alone means any table's.
    let trigger = "CREATE TRIGGER refuse BEFORE INSERT ON reading_logs FOR EACH ROW EXECUTE FUNCTION refuse()";
    db.connection().await?.client().batch_execute(trigger).await.expect("a trigger");
    assert!(insert(1).await.expect_err("refused").violates(ReadingLog::POSITIVE));
    Ok(())
}
