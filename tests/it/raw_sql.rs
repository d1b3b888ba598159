//! Raw SQL.

use orm_pg::prelude::*;

use crate::models::{NewUser, Status, User};

#[derive(Debug, PartialEq, FromRow)]
struct Summary {
    how_many: i64,
    oldest: Option<i32>,
}

struct Filter {
    name: String,
    ages: Vec<i32>,
}

#[orm_pg::test(models(User))]
async fn rows_of_every_kind(db: Database) -> Result<()> {
    User::insert_many([NewUser { age: Some(3), ..NewUser::new("a", "A") }, NewUser::new("b", "B")])
        .execute(&db)
        .await?;
    // Structs by name, in whatever order the columns are; models too.
    let summary = sql!("SELECT max(age) AS oldest, count(*) AS how_many FROM users").one::<Summary>(&db).await?;
    assert_eq!(summary, Summary { how_many: 2, oldest: Some(3) });
    let user = sql!("SELECT status, score, active, age, name, email, id, 1 AS more FROM users ORDER BY id LIMIT 1")
        .one::<User>(&db)
        .await?;
    assert_eq!(user, User::get(user.id).one(&db).await?);
    // Scalars and tuples by position.
    assert_eq!(sql!("SELECT name FROM users ORDER BY id").all::<String>(&db).await?, ["A", "B"]);
    assert_eq!(sql!("SELECT age FROM users ORDER BY id").all::<Option<i32>>(&db).await?, [Some(3), None]);
    let filter = Filter { name: "A".into(), ages: vec![1, 3] };
    let status = Status::Open;
    let ids =
        sql!("SELECT id FROM users WHERE name = {filter.name} AND age = ANY({filter.ages}) AND status = {status}");
    assert_eq!(ids.all::<i64>(&db).await?.len(), 1);
    assert_eq!(sql!("SELECT '{{}}'::text").one::<String>(&db).await?, "{}");
    assert_eq!(sql!("UPDATE users SET age = {filter.ages}[1] WHERE age IS NULL").execute(&db).await?, 1);
    let mut rows = sql!("SELECT generate_series(1, 3)").stream::<i32>(&db).await?;
    let mut sum = 0;
    while let Some(n) = rows.try_next().await? {
        sum += n;
    }
    assert_eq!(sum, 6);
    Ok(())
}

#[orm_pg::test(models(User))]
async fn what_does_not_fit_is_a_clear_error(db: Database) -> Result<()> {
    User::insert(NewUser::new("a", "A")).execute(&db).await?;
    let message = async |result: Result<()>| result.expect_err("does not fit").to_string();
    let lacking = sql!("SELECT 1::int8 AS how_many").one::<Summary>(&db).await.map(drop);
    assert!(message(lacking).await.contains("no column `oldest`"), "names the column");
    let narrow = sql!("SELECT 1::int8").one::<i32>(&db).await.map(drop);
    assert!(message(narrow).await.contains("is of type int8, which `i32` cannot hold"));
    let null = sql!("SELECT age FROM users").one::<i32>(&db).await.map(drop);
    assert!(message(null).await.contains("column `age` is NULL, which `i32` cannot hold"));
    let wide = sql!("SELECT 1, 2").one::<i32>(&db).await.map(drop);
    assert!(message(wide).await.contains("2 columns"));
    let few = sql!("SELECT 1").one::<(i32, i32)>(&db).await.map(drop);
    assert!(message(few).await.contains("only 1 columns"));
    let syntax = sql!("SELEC 1").execute(&db).await.map(drop);
    assert!(message(syntax).await.contains("syntax error (42601)"));
    Ok(())
}

#[orm_pg::test(models(User))]
async fn fragments_stand_in_queries(db: Database) -> Result<()> {
    User::insert_many([NewUser::new("ann@x", "Ann"), NewUser::new("bob@x", "Bob")]).execute(&db).await?;
    let pattern = "^A";
    let query = User::query()
        .filter(|u| sql!("{u.name} ~ {pattern}"))
        .select(|u| (u.name, sql!("length({u.email}) + {u.id}").expr::<i64>()));
    assert_eq!(query.all(&db).await?, [("Ann".to_owned(), 6)]);
    Ok(())
}

#[orm_pg::test(models(User))]
async fn a_comment_in_a_fragment_ends_with_it(db: Database) -> Result<()> {
    User::insert_many([
        NewUser { age: Some(1), ..NewUser::new("a", "A") },
        NewUser { age: Some(1), ..NewUser::new("b", "B") },
    ])
    .execute(&db)
    .await?;
    let older = User::query().filter(|u| u.id.eq(1)).update(|u| u.age.set(sql!("{u.age} + 1 -- a year").expr::<i32>()));
    assert_eq!(older.execute(&db).await?, 1);
    let one = User::query().filter(|u| sql!("{u.age} > 0 -- alive")).limit(1).all(&db).await?;
    assert_eq!(one.len(), 1);
    let either = User::query().filter(|u| sql!("{u.age} = 2").or(sql!("{u.age} = 2").not()).and(u.active));
    assert_eq!(either.count(&db).await?, 2);
    Ok(())
}

#[orm_pg::test(models(User))]
async fn a_name_that_stands_twice_is_one_bind(db: Database) -> Result<()> {
    User::insert_many((0..4).map(|n| NewUser::new(n.to_string(), "x"))).execute(&db).await?;
    let p = 2_i64;
    let sql = sql!("SELECT id % {p}, count(*) FROM users GROUP BY id % {p} ORDER BY 1");
    assert_eq!(sql.to_sql().binds.len(), 1);
    assert_eq!(sql.all::<(i64, i64)>(&db).await?, [(0, 2), (1, 2)]);
    Ok(())
}

/// What builder queries with fragments leave behind is undone like that of raw SQL.
#[orm_pg::test(models(User))]
async fn fragments_leave_no_session_state(db: Database) -> Result<()> {
    User::insert(NewUser::new("a", "A")).execute(&db).await?;
    let set = User::query().limit(1).select(|_| sql!("set_config('application_name', 'evil', false)").expr::<String>());
    set.all(&db).await?;
    for _ in 0..20 {
        let name = sql!("SELECT current_setting('application_name')").one::<String>(&db).await?;
        assert_ne!(name, "evil");
    }
    let connection = db.connection().await?;
    sql!("PREPARE mine AS SELECT 1").execute(&connection).await?;
    sql!("DISCARD ALL").execute(&connection).await?;
    drop(connection);
    for _ in 0..20 {
        assert_eq!(User::query().filter(|u| u.status.eq(Status::Open)).count(&db).await?, 1);
        assert_eq!(sql!("SELECT count(*) FROM pg_prepared_statements WHERE name = 'mine'").one::<i64>(&db).await?, 0);
    }
    Ok(())
}

/// A function hides what it does to the session; a connection that is held is reset all the same.
#[orm_pg::test]
async fn a_connection_comes_back_as_it_was(db: Database) -> Result<()> {
    sql!(
        "CREATE FUNCTION spoil() RETURNS text LANGUAGE sql AS
         $$ SELECT set_config('application_name', 'evil', false) $$"
    )
    .execute(&db)
    .await?;
    let connection = db.connection().await?;
    assert_eq!(sql!("SELECT spoil()").one::<String>(&connection).await?, "evil");
    drop(connection);
    let spoiled = async || {
        for _ in 0..20 {
            let name = sql!("SELECT current_setting('application_name')").one::<String>(&db).await?;
            assert_ne!(name, "evil");
        }
        Ok::<_, Error>(())
    };
    spoiled().await?;
    // So is one that a database lends for a statement or a transaction.
    assert_eq!(sql!("SELECT spoil()").one::<String>(&db).await?, "evil");
    spoiled().await?;
    let tx = db.begin().await?;
    assert_eq!(sql!("SELECT 1 WHERE spoil() = 'evil'").one::<i32>(&tx).await?, 1);
    tx.commit().await?;
    spoiled().await
}

/// A name stands where the server sees it, whatever quotes and comments are around.
#[orm_pg::test]
async fn names_are_where_the_server_sees_them(db: Database) -> Result<()> {
    let x = "x";
    assert_eq!(sql!("SELECT E'a'\n'\\'' || {x}").one::<String>(&db).await?, "a'x");
    assert_eq!(sql!("SELECT -- it's\r{x}::text").one::<String>(&db).await?, "x");
    assert_eq!(sql!("SELECT name'\\' || {x}").one::<String>(&db).await?, "\\x");
    assert_eq!(sql!("SELECT 1 AS a$$, {x}::text AS b$$").one::<(i32, String)>(&db).await?, (1, "x".to_owned()));
    assert_eq!(sql!("SELECT \u{20ac}$x$ || {x} FROM (SELECT 'e' AS \u{20ac}$x$) t").one::<String>(&db).await?, "ex");
    assert_eq!(
        sql!("SELECT 'a' /* */ -- '\n 'b' || {x}").one::<String>(&db).await.map_err(|it| it.kind()),
        Err(ErrorKind::Server)
    );
    Ok(())
}
