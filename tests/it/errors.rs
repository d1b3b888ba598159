//! Errors: which constraint, and nothing that should stay secret.

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
