//! The statements that load relations, and relations in conditions.

use std::sync::Mutex;

use expect_test::{Expect, expect};
use orm_pg::{
    executor::{BoxRowStream, Executor},
    prelude::*,
    relation::Relation,
    row::RowSink,
    statement::{Sql, Statement},
};

use crate::{
    foreign_keys::Order,
    models::{Post, Status, User},
    support::check,
};

/// Keeps the statements that it is handed, and answers without rows.
#[derive(Default)]
struct Recorder(Mutex<Vec<Sql>>);

impl Executor for Recorder {
    async fn fetch(&self, statement: &Statement, _: &mut dyn RowSink) -> Result<()> {
        self.0.lock().expect("not poisoned").push(statement.sql.clone());
        Ok(())
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.0.lock().expect("not poisoned").push(statement.sql.clone());
        Ok(0)
    }

    async fn batch(&self, _: &[Statement], _: &mut dyn RowSink) -> Result<u64> {
        unreachable!("no relation needs several statements")
    }

    async fn stream(&self, _: Statement) -> Result<BoxRowStream<'_>> {
        unreachable!("no relation is streamed")
    }
}

/// Compares the one statement that loads `relation` for `parents`.
pub(super) async fn loads<R: Relation>(parents: &[R::Parent], relation: R, expected: Expect) {
    let recorder = Recorder::default();
    // Without an answer a row that must be there is missed.
    load(parents, relation, &recorder).await.ok();
    let statements = recorder.0.into_inner().expect("not poisoned");
    let [sql] = statements.try_into().expect("one statement");
    check(sql, expected);
}

pub(super) fn user(id: i64) -> User {
    let (email, name) = ("ann@example.org".to_owned(), "Ann".to_owned());
    User { id, email, name, age: None, active: true, score: 0.0, status: Status::Open }
}

fn post(id: i64, author_id: i64) -> Post {
    Post { id, author_id, title: "Hello".to_owned(), published: true }
}

#[tokio::test]
async fn one_statement_for_all_parents() {
    let users = [user(1), user(2)];
    loads(&users, User::posts(), expect![[r#"
        SELECT t0."author_id", t0."id", t0."author_id", t0."title", t0."published" FROM "posts" AS t0 WHERE t0."author_id" = ANY ($1)
        [bigint[]]"#]]).await;
    loads(&users, User::posts().filter(|p| p.published).order_by(|p| p.id.desc()), expect![[r#"
        SELECT t0."author_id", t0."id", t0."author_id", t0."title", t0."published" FROM "posts" AS t0 WHERE t0."published" AND (t0."author_id" = ANY ($1)) ORDER BY t0."id" DESC
        [bigint[]]"#]]).await;
    loads(
        &users,
        User::posts().select(|p| p.title),
        expect![[r#"
        SELECT t0."author_id", t0."title" FROM "posts" AS t0 WHERE t0."author_id" = ANY ($1)
        [bigint[]]"#]],
    )
    .await;
    loads(&[post(1, 7), post(2, 7)], Post::author(), expect![[r#"
        SELECT t0."id", t0."id", t0."email", t0."name", t0."age", t0."active", t0."score", t0."status" FROM "users" AS t0 WHERE t0."id" = ANY ($1)
        [bigint[]]"#]]).await;
}

#[tokio::test]
async fn limits_are_per_parent() {
    let users = [user(1), user(2)];
    loads(&users, User::posts().order_by(|p| p.id.desc()).limit(3), expect![[r#"
        SELECT t0."n", t1.c0, t1.c1, t1.c2, t1.c3 FROM unnest($1) WITH ORDINALITY AS t0(k0, n) JOIN LATERAL (SELECT t2."id", t2."author_id", t2."title", t2."published" FROM "posts" AS t2 WHERE t2."author_id" = t0."k0" ORDER BY t2."id" DESC LIMIT $2) AS t1(c0, c1, c2, c3) ON TRUE
        [bigint[], bigint]"#]]).await;
    loads(&users, User::posts().select(|p| p.published).distinct(), expect![[r#"
        SELECT t0."n", t1.c0 FROM unnest($1) WITH ORDINALITY AS t0(k0, n) JOIN LATERAL (SELECT DISTINCT t2."published" FROM "posts" AS t2 WHERE t2."author_id" = t0."k0") AS t1(c0) ON TRUE
        [bigint[]]"#]]).await;
}

#[tokio::test]
async fn numbers_instead_of_rows() {
    let users = [user(1), user(2)];
    loads(&users, User::posts().filter(|p| p.published).count(), expect![[r#"
        SELECT t1."n", count(*) FROM "posts" AS t0 JOIN unnest($1) WITH ORDINALITY AS t1(k0, n) ON t0."author_id" = t1."k0" WHERE t0."published" GROUP BY t1."n"
        [bigint[]]"#]]).await;
    loads(&users, User::posts().limit(5).exists(), expect![[r#"
        SELECT t0."n", count(*) FROM unnest($1) WITH ORDINALITY AS t0(k0, n) JOIN LATERAL (SELECT t2."id", t2."author_id", t2."title", t2."published" FROM "posts" AS t2 WHERE t2."author_id" = t0."k0" LIMIT $2) AS t1(c0, c1, c2, c3) ON TRUE GROUP BY t0."n"
        [bigint[], bigint]"#]]).await;
}

/// An update or delete has one table, and the junction table would be another.
#[tokio::test]
async fn rows_filtered_by_their_links_are_not_written() {
    let order = Order { shop_id: 1, number: 1 };
    let parts = Order::parts().filter_link(|l| l.amount.gt(1)).of(&order);
    let error = parts.clone().delete().execute(&Recorder::default()).await.expect_err("refused");
    expect!["delete from parts: a delete cannot have `join`; filter it with `in_` over a query that has it"]
        .assert_eq(&error.to_string());
    let error = parts.update(|p| p.model.set(1)).execute(&Recorder::default()).await.expect_err("refused");
    expect!["update parts: an update cannot have `join`; filter it with `in_` over a query that has it"]
        .assert_eq(&error.to_string());
}

#[tokio::test]
async fn keys_of_several_columns_and_tables_in_between() {
    let orders = [(1, 1), (2, 1)].map(|(shop_id, number)| Order { shop_id, number });
    loads(&orders, Order::lines().select(|l| l.amount), expect![[r#"
        SELECT t1."n", t0."amount" FROM "lines" AS t0 JOIN unnest($1, $2) WITH ORDINALITY AS t1(k0, k1, n) ON (t0."shop" = t1."k0") AND (t0."number" = t1."k1")
        [integer[], bigint[]]"#]]).await;
    loads(&orders, Order::lines().order_by(|l| l.amount.desc()).limit(1).select(|l| l.amount), expect![[r#"
        SELECT t0."n", t1.c0 FROM unnest($1, $2) WITH ORDINALITY AS t0(k0, k1, n) JOIN LATERAL (SELECT t2."amount" FROM "lines" AS t2 WHERE (t2."shop" = t0."k0") AND (t2."number" = t0."k1") ORDER BY t2."amount" DESC LIMIT $3) AS t1(c0) ON TRUE
        [integer[], bigint[], bigint]"#]]).await;
    loads(&orders, Order::parts().with_link().order_by_link(|l| l.amount.asc()), expect![[r#"
        SELECT t2."n", t0."id", t0."maker", t0."model", t1."id", t1."shop", t1."number", t1."part_id", t1."amount" FROM "parts" AS t0 JOIN "lines" AS t1 ON t1."part_id" = t0."id" JOIN unnest($1, $2) WITH ORDINALITY AS t2(k0, k1, n) ON (t1."shop" = t2."k0") AND (t1."number" = t2."k1") ORDER BY t1."amount"
        [integer[], bigint[]]"#]]).await;
    check(
        Order::parts().with_link().of(&orders[0]).to_sql(),
        expect![[r#"
        SELECT t0."id", t0."maker", t0."model", t1."id", t1."shop", t1."number", t1."part_id", t1."amount" FROM "parts" AS t0 JOIN "lines" AS t1 ON t1."part_id" = t0."id" WHERE (t1."shop" = $1) AND (t1."number" = $2)
        [integer, bigint]"#]],
    );
    check(
        Order::parts().filter_link(|l| l.amount.gt(1)).of_all(&orders).select(|p| p.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "parts" AS t0 JOIN "lines" AS t1 ON t1."part_id" = t0."id" WHERE (t1."amount" > $1) AND EXISTS (SELECT 1 FROM unnest($2, $3) WITH ORDINALITY AS t2(k0, k1, n) WHERE (t1."shop" = t2."k0") AND (t1."number" = t2."k1"))
        [integer, integer[], bigint[]]"#]],
    );
    check(
        Order::lines().of_all(&orders).select(|l| l.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "lines" AS t0 WHERE EXISTS (SELECT 1 FROM unnest($1, $2) WITH ORDINALITY AS t1(k0, k1, n) WHERE (t0."shop" = t1."k0") AND (t0."number" = t1."k1"))
        [integer[], bigint[]]"#]],
    );
    check(
        Order::query().filter(|o| Order::lines().any(o, |l| l.amount.gt(1))).select(|o| o.number).to_sql(),
        expect![[r#"
            SELECT t0."number" FROM "orders" AS t0 WHERE EXISTS (SELECT 1 FROM "lines" AS t1 WHERE ((t1."shop" = t0."shop_id") AND (t1."number" = t0."number")) AND (t1."amount" > $1))
            [integer]"#]],
    );
}

#[tokio::test]
async fn no_parents_are_no_statement() {
    let recorder = Recorder::default();
    assert!(load(&[], User::posts(), &recorder).await.expect("loads").is_empty());
    assert!(recorder.0.into_inner().expect("not poisoned").is_empty());
}

#[test]
fn from_a_row_at_hand() {
    check(
        User::posts().of(&user(1)).select(|p| p.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "posts" AS t0 WHERE t0."author_id" = $1
        [bigint]"#]],
    );
    check(
        User::posts().of_all(&[user(1), user(2)]).select(|p| p.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "posts" AS t0 WHERE t0."author_id" = ANY ($1)
        [bigint[]]"#]],
    );
    check(
        User::posts().of_all(&[]).select(|p| p.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "posts" AS t0 WHERE FALSE
        []"#]],
    );
    check(
        Post::author().of(&post(1, 7)).select(|u| u.name).to_sql(),
        expect![[r#"
        SELECT t0."name" FROM "users" AS t0 WHERE t0."id" = $1
        [bigint]"#]],
    );
}

#[test]
fn conditions() {
    let ids = |query: orm_pg::query::Select<User, User>| query.select(|u| u.id).to_sql();
    check(
        ids(User::query().filter(|u| User::posts().any(u, |p| p.published))),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE EXISTS (SELECT 1 FROM "posts" AS t1 WHERE (t1."author_id" = t0."id") AND t1."published")
        []"#]],
    );
    check(
        ids(User::query().filter(|u| User::posts().every(u, |p| p.published))),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE NOT EXISTS (SELECT 1 FROM "posts" AS t1 WHERE (t1."author_id" = t0."id") AND (t1."published" IS NOT TRUE))
        []"#]],
    );
    check(
        ids(User::query().order_by(|u| User::posts().aggregate(u, |p| p.id.count()).desc())),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 ORDER BY (SELECT count(t1."id") FROM "posts" AS t1 WHERE t1."author_id" = t0."id") DESC
        []"#]],
    );
    check(
        User::query()
            .left_join::<Post>(|(u, p)| p.author_id.eq(u.id))
            .filter(|(_, p)| Post::comments().any(p, |c| c.body.is_null()))
            .select(|(u, _)| u.id)
            .to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "users" AS t0 LEFT JOIN "posts" AS t1 ON t1."author_id" = t0."id" WHERE EXISTS (SELECT 1 FROM "comments" AS t2 WHERE (t2."post_id" = t1."id") AND (t2."body" IS NULL))
            []"#]],
    );
}

#[derive(Projection)]
#[orm(of = User)]
#[expect(dead_code, reason = "only its statement is looked at")]
struct Name {
    name: String,
    posts: Vec<Post>,
}

#[test]
fn what_a_projection_reads_has_all_clauses() {
    check(
        Name::query().filter(|u| u.active).order_by(|u| u.name.asc()).limit(3).to_sql(),
        expect![[r#"
        SELECT t0."name", t0."id" FROM "users" AS t0 WHERE t0."active" ORDER BY t0."name" LIMIT $1
        [bigint]"#]],
    );
    let authors = Name::query().join::<Post>(|(u, p)| p.author_id.eq(u.id)).filter(|(_, p)| p.published);
    check(
        authors.clone().distinct().to_sql(),
        expect![[r#"
        SELECT DISTINCT t0."name", t0."id" FROM "users" AS t0 JOIN "posts" AS t1 ON t1."author_id" = t0."id" WHERE t1."published"
        []"#]],
    );
    check(
        authors.order_by(|(_, p)| p.id.desc()).for_share().skip_locked().to_sql(),
        expect![[r#"
        SELECT t0."name", t0."id" FROM "users" AS t0 JOIN "posts" AS t1 ON t1."author_id" = t0."id" WHERE t1."published" ORDER BY t1."id" DESC FOR SHARE SKIP LOCKED
        []"#]],
    );
    let silent = User::query().with(User::posts()).left_join::<Post>(|(u, p)| p.author_id.eq(u.id));
    check(
        silent.filter(|(_, p)| p.id.is_null()).to_sql(),
        expect![[r#"
        SELECT t0."id", t0."email", t0."name", t0."age", t0."active", t0."score", t0."status" FROM "users" AS t0 LEFT JOIN "posts" AS t1 ON t1."author_id" = t0."id" WHERE t1."id" IS NULL
        []"#]],
    );
    let pairs = Post::query().join::<User>(|(p, u)| u.id.eq(p.author_id)).select(|(_, u)| u);
    check(
        pairs.project::<Name>().distinct_on(|(_, u)| u.name).to_sql(),
        expect![[r#"
        SELECT DISTINCT ON (t1."name") t1."name", t1."id" FROM "posts" AS t0 JOIN "users" AS t1 ON t1."id" = t0."author_id"
        []"#]],
    );
}
