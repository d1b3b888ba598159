//! What the attributes of a model say is what the server has after `create_tables`.

mod constraints;
mod tables;

use expect_test::{Expect, expect};
use orm_pg::{
    prelude::*,
    schema::{
        catalog::{ConstraintKind, Name, Table},
        introspect,
    },
};

/// The table as the server describes it.
async fn table(db: &Database, name: &str) -> Table {
    let catalog = introspect(db).await.expect("a catalog");
    catalog.table(&Name::new("public", name)).expect("the table").clone()
}

/// Compares the indexes of a table, each as the statement that creates it.
#[expect(clippy::needless_pass_by_value, reason = "each call makes its own")]
fn indexes(table: &Table, expected: Expect) {
    let all: Vec<_> = table.indexes.iter().map(|it| it.create(&table.name) + "\n").collect();
    expected.assert_eq(&all.concat());
}

/// Compares the constraints of a table.
#[expect(clippy::needless_pass_by_value, reason = "each call makes its own")]
fn constraints(table: &Table, expected: Expect) {
    let all = table.constraints.iter().filter(|it| it.kind != ConstraintKind::NotNull);
    let all: Vec<_> = all.map(|it| format!("{}: {}\n", it.name, it.definition())).collect();
    expected.assert_eq(&all.concat());
}

#[derive(Debug, Clone, PartialEq, Flatten)]
struct Times {
    #[orm(default = "now()")]
    created: DateTime<Utc>,
    deleted: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(
    table = "accounts",
    index(name desc, email nulls first, times.created DESC NULLS LAST, using = btree),
    index("lower(name)" collate "C" opclass "text_pattern_ops" desc, include(email, times.deleted), with = "fillfactor = 70"),
    index(name collate r#""pg_catalog"."POSIX""#, name opclass "text_pattern_ops", name = "by_name"),
    index("name || email", "length(name)", "name || ''", where = "name <> '' -- not empty"),
    index(words, method = gin, with = "fastupdate = off"),
    unique(email, where = "deleted IS NULL", name = "accounts_email_live_key"),
    unique("lower(email)", team),
    unique_index(team, name, nulls = not_distinct, include(email)),
    unique(name desc, where = "team > 0 OR team < -10"),
)]
struct Account {
    #[orm(key, identity)]
    id: i64,
    #[orm(index(opclass = "varchar_pattern_ops", collate = "C", name = "accounts_email_like", include(team)))]
    email: String,
    name: String,
    team: Option<i32>,
    #[orm(unique_index(where = "handle <> ''"))]
    handle: Option<String>,
    #[orm(default = "'{}'")]
    words: Vec<String>,
    #[orm(flatten)]
    times: Times,
}

#[orm_pg::test(models(Account))]
async fn indexes_have_what_their_attributes_say(db: Database) {
    let table = table(&db, "accounts").await;
    indexes(
        &table,
        expect![[r#"
        CREATE INDEX "accounts_email_like" ON "public"."accounts" USING "btree" ("email" COLLATE "C" varchar_pattern_ops) INCLUDE ("team")
        CREATE UNIQUE INDEX "accounts_email_live_key" ON "public"."accounts" USING "btree" ("email") WHERE (deleted IS NULL)
        CREATE INDEX "accounts_expr_length_expr1_idx" ON "public"."accounts" USING "btree" (((name || email)), length(name), ((name || ''::text))) WHERE (name <> ''::text)
        CREATE UNIQUE INDEX "accounts_handle_idx" ON "public"."accounts" USING "btree" ("handle") WHERE (handle <> ''::text)
        CREATE INDEX "accounts_lower_email_deleted_idx" ON "public"."accounts" USING "btree" (lower(name) COLLATE "C" text_pattern_ops DESC) INCLUDE ("email", "deleted") WITH (fillfactor='70')
        CREATE UNIQUE INDEX "accounts_lower_team_idx" ON "public"."accounts" USING "btree" (lower(email), "team")
        CREATE INDEX "accounts_name_email_created_idx" ON "public"."accounts" USING "btree" ("name" DESC, "email" NULLS FIRST, "created" DESC NULLS LAST)
        CREATE UNIQUE INDEX "accounts_name_idx" ON "public"."accounts" USING "btree" ("name" DESC) WHERE ((team > 0) OR (team < '-10'::integer))
        CREATE UNIQUE INDEX "accounts_team_name_email_idx" ON "public"."accounts" USING "btree" ("team", "name") INCLUDE ("email") NULLS NOT DISTINCT
        CREATE INDEX "accounts_words_idx" ON "public"."accounts" USING "gin" ("words") WITH (fastupdate='off')
        CREATE INDEX "by_name" ON "public"."accounts" USING "btree" ("name" COLLATE "POSIX", "name" text_pattern_ops)
    "#]],
    );
    constraints(
        &table,
        expect![[r#"
        accounts_pkey: PRIMARY KEY ("id")
    "#]],
    );
}

#[orm_pg::test(models(Account))]
async fn default_names_of_indexes_are_those_of_postgresql(db: Database) -> Result<()> {
    let names = async || {
        let table = table(&db, "accounts").await;
        table.indexes.iter().map(|it| it.name.clone()).filter(|it| it.ends_with("_idx")).collect::<Vec<_>>()
    };
    let ours = names().await;
    assert_eq!(ours.len(), 8);
    let connection = db.connection().await?;
    for statement in orm_pg::ddl::create_tables(models![Account])? {
        let parts = statement.split_once("INDEX \"").zip(statement.split_once("\" ON "));
        let Some(((start, rest), (_, end))) = parts.filter(|_| statement.contains("_idx\" ON ")) else { continue };
        let name = rest.split('"').next().expect("the name");
        let sql = format!("DROP INDEX {name}; {start}INDEX ON {end}");
        connection.client().batch_execute(&sql).await.expect("an index");
    }
    assert_eq!(names().await, ours);
    Ok(())
}

#[orm_pg::test(models(Account))]
async fn a_unique_index_has_a_constant(db: Database) -> Result<()> {
    let new = NewAccount::new("ann@example.org", "Ann", NewTimes::new());
    let ann = Account::insert(new.clone()).one(&db).await?;
    let again = Account::insert(new.clone()).execute(&db).await.expect_err("taken");
    assert!(again.violates(Account::EMAIL_LIVE_KEY), "{again}");
    assert!(!again.violates(Account::LOWER_TEAM_IDX), "{again}");
    let named = [Account::TEAM_NAME_EMAIL_IDX, Account::NAME_IDX, Account::HANDLE_IDX].map(|it| it.name());
    assert_eq!(named, ["accounts_team_name_email_idx", "accounts_name_idx", "accounts_handle_idx"]);
    // A deleted row does not count, and neither does an address in other letters of another team.
    ann.update(|a| a.times.deleted.set(Utc::now())).execute(&db).await?;
    let stored = Account::insert(NewAccount { team: Some(1), ..new.clone() }).execute(&db).await;
    assert_eq!(stored?, 1);
    let upper = NewAccount::new("ANN@example.org", "Bob", NewTimes::new());
    let taken = Account::insert(NewAccount { team: Some(1), ..upper }).execute(&db).await.expect_err("taken");
    assert!(taken.violates(Account::LOWER_TEAM_IDX), "{taken}");
    Ok(())
}

#[orm_pg::test(models(Account))]
async fn a_unique_index_is_the_target_of_an_upsert(db: Database) -> Result<()> {
    let new = NewAccount { team: Some(1), ..NewAccount::new("ann@example.org", "Ann", NewTimes::new()) };
    let ann = Account::insert(new.clone()).one(&db).await?;
    let partial = |name: &str| {
        Account::insert(NewAccount { name: name.to_owned(), ..new.clone() })
            .on_constraint(Account::EMAIL_LIVE_KEY)
            .do_update(|a, new| a.name.set(new.name))
    };
    let text = partial("Ann B.").to_string();
    assert!(text.contains(r#" ON CONFLICT ("email") WHERE deleted IS NULL DO UPDATE SET "name" = "#), "{text}");
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        // Often enough for a generic plan, in which the server must still find the index.
        assert_eq!(partial(name).one(&db).await?, Account { name: name.to_owned(), ..ann.clone() });
    }

    let upper = NewAccount { email: "ANN@example.org".to_owned(), ..new.clone() };
    let expression = Account::insert(upper).on_constraint(Account::LOWER_TEAM_IDX).do_nothing();
    let text = expression.to_string();
    assert!(text.contains(r#" ON CONFLICT ((lower(email)), "team") DO NOTHING"#), "{text}");
    assert_eq!(expression.execute(&db).await?, 0);

    // The order of a key is no part of the target; its collation and operator class are.
    let text = Account::insert(new.clone()).on_constraint(Account::NAME_IDX).do_nothing().to_string();
    assert!(text.contains(r#" ON CONFLICT ("name") WHERE team > 0 OR team < -10 DO NOTHING"#), "{text}");
    let many = Account::insert_many([new.clone(), NewAccount { team: None, ..new }]);
    assert_eq!(many.on_constraint(Account::EMAIL_LIVE_KEY).do_nothing().execute(&db).await?, 0);
    assert_eq!(Account::query().count(&db).await?, 1);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "codes", unique_index(text collate "C" opclass "text_pattern_ops"), unique("upper(code)", "code || 'x'"))]
struct Code {
    #[orm(key)]
    id: i32,
    #[orm(column = "code")]
    text: String,
    #[orm(unique_index)]
    number: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "uses")]
struct Use {
    #[orm(key, references(Code, column = number, relation = code))]
    number: i64,
}

#[orm_pg::test(models(Code, Use))]
async fn the_target_names_collation_and_operators_and_a_foreign_key_refers_to_an_index(db: Database) -> Result<()> {
    let new = NewCode { id: 1, text: "a".to_owned(), number: 7 };
    Code::insert(new.clone()).execute(&db).await?;
    let upsert = Code::insert(new.clone()).on_constraint(Code::CODE_IDX).do_nothing();
    let text = upsert.to_string();
    assert!(text.contains(r#" ON CONFLICT ("code" COLLATE "C" text_pattern_ops) DO NOTHING"#), "{text}");
    assert_eq!(upsert.execute(&db).await?, 0);
    let upsert = Code::insert(new).on_constraint(Code::UPPER_EXPR_IDX).do_nothing();
    assert_eq!(upsert.execute(&db).await?, 0);

    Use::insert(NewUse { number: 7 }).execute(&db).await?;
    assert_eq!(Use::query().with(Use::code()).one(&db).await?.1.id, 1);
    let missing = Use::insert(NewUse { number: 8 }).execute(&db).await.expect_err("missing");
    assert!(missing.violates(Use::NUMBER_FKEY), "{missing}");
    Ok(())
}
