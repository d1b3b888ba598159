//! The statements of trees.

use expect_test::{Expect, expect};
use orm_pg::prelude::*;

use super::relations::loads;
use crate::{
    support::{Offline, check},
    trees::{Category, Person},
};

fn category(id: i64) -> Category {
    Category { id, parent_id: Some(7), name: "Rust".to_owned() }
}

fn person(id: i64) -> Person {
    Person { id, name: "Ann".to_owned() }
}

#[test]
fn from_rows_at_hand() {
    let below = || Category::children().descendants();
    check(
        below().of(&category(1)).order_by(|c| c.name.asc()).to_sql(),
        expect![[r#"
            SELECT t0."id", t0."parent_id", t0."name" FROM "categories" AS t0 WHERE EXISTS (SELECT 1 FROM (WITH RECURSIVE "orm tree"(c0) AS (SELECT t2."id" FROM "categories" AS t2 WHERE t2."parent_id" = $1 UNION SELECT t3."id" FROM "categories" AS t3 JOIN "orm tree" AS t4 ON t3."parent_id" = t4.c0) SELECT c0 FROM "orm tree" GROUP BY c0) AS t1 WHERE t0."id" = t1.c0) ORDER BY t0."name"
            [bigint]"#]],
    );
    check(
        below().of_all(&[category(1), category(2)]).select(|c| c.id).to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "categories" AS t0 WHERE EXISTS (SELECT 1 FROM (WITH RECURSIVE "orm tree"(c0) AS (SELECT t2."id" FROM "categories" AS t2 WHERE t2."parent_id" = ANY ($1) UNION SELECT t3."id" FROM "categories" AS t3 JOIN "orm tree" AS t4 ON t3."parent_id" = t4.c0) SELECT c0 FROM "orm tree" GROUP BY c0) AS t1 WHERE t0."id" = t1.c0)
            [bigint[]]"#]],
    );
    check(
        below().of_all(&[]).select(|c| c.id).to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "categories" AS t0 WHERE EXISTS (SELECT 1 FROM (WITH RECURSIVE "orm tree"(c0) AS (SELECT t2."id" FROM "categories" AS t2 WHERE FALSE UNION SELECT t3."id" FROM "categories" AS t3 JOIN "orm tree" AS t4 ON t3."parent_id" = t4.c0) SELECT c0 FROM "orm tree" GROUP BY c0) AS t1 WHERE t0."id" = t1.c0)
            []"#]],
    );
    check(
        Category::parent().ancestors().of(&category(1)).select(|c| c.id).to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "categories" AS t0 WHERE EXISTS (SELECT 1 FROM (WITH RECURSIVE "orm tree"(c0, c1) AS (SELECT t2."id", t2."parent_id" FROM "categories" AS t2 WHERE t2."id" = $1 UNION SELECT t3."id", t3."parent_id" FROM "categories" AS t3 JOIN "orm tree" AS t4 ON t3."id" = t4.c1) SELECT c0 FROM "orm tree" GROUP BY c0) AS t1 WHERE t0."id" = t1.c0)
            [bigint]"#]],
    );
    check(
        Person::follows().descendants().of(&person(1)).select(|p| p.id).to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "people" AS t0 WHERE EXISTS (SELECT 1 FROM (WITH RECURSIVE "orm tree"(c0) AS (SELECT t2."id" FROM "people" AS t2 WHERE EXISTS (SELECT 1 FROM unnest($1) WITH ORDINALITY AS t3(k0, n) JOIN "follows" AS t4 ON t4."follower_id" = t3."k0" WHERE t4."followed_id" = t2."id") UNION SELECT t5."id" FROM "people" AS t5 JOIN "follows" AS t6 ON t6."followed_id" = t5."id" JOIN "orm tree" AS t7 ON t6."follower_id" = t7.c0) SELECT c0 FROM "orm tree" GROUP BY c0) AS t1 WHERE t0."id" = t1.c0)
            [bigint[]]"#]],
    );
    check(
        Person::follows().descendants().of_all(&[person(1), person(2)]).select(|p| p.id).to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "people" AS t0 WHERE EXISTS (SELECT 1 FROM (WITH RECURSIVE "orm tree"(c0) AS (SELECT t2."id" FROM "people" AS t2 WHERE EXISTS (SELECT 1 FROM unnest($1) WITH ORDINALITY AS t3(k0, n) JOIN "follows" AS t4 ON t4."follower_id" = t3."k0" WHERE t4."followed_id" = t2."id") UNION SELECT t5."id" FROM "people" AS t5 JOIN "follows" AS t6 ON t6."followed_id" = t5."id" JOIN "orm tree" AS t7 ON t6."follower_id" = t7.c0) SELECT c0 FROM "orm tree" GROUP BY c0) AS t1 WHERE t0."id" = t1.c0)
            [bigint[]]"#]],
    );
}

#[test]
fn how_far_and_through_what() {
    let below = || Category::children().descendants();
    check(
        below().max_depth(3).of(&category(1)).select(|c| c.id).to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "categories" AS t0 WHERE EXISTS (SELECT 1 FROM (WITH RECURSIVE "orm tree"(c0, "depth") AS (SELECT t2."id", 1 FROM "categories" AS t2 WHERE t2."parent_id" = $1 UNION SELECT t3."id", t4."depth" + 1 FROM "categories" AS t3 JOIN "orm tree" AS t4 ON t3."parent_id" = t4.c0 WHERE t4."depth" < $2) SELECT c0 FROM "orm tree" GROUP BY c0) AS t1 WHERE t0."id" = t1.c0)
            [bigint, integer]"#]],
    );
    check(
        below().max_depth(0).of(&category(1)).select(|c| c.id).to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "categories" AS t0 WHERE EXISTS (SELECT 1 FROM (WITH RECURSIVE "orm tree"(c0, "depth") AS (SELECT t2."id", 1 FROM "categories" AS t2 WHERE FALSE AND (t2."parent_id" = $1) UNION SELECT t3."id", t4."depth" + 1 FROM "categories" AS t3 JOIN "orm tree" AS t4 ON t3."parent_id" = t4.c0 WHERE FALSE AND (t4."depth" < $2)) SELECT c0 FROM "orm tree" GROUP BY c0) AS t1 WHERE t0."id" = t1.c0)
            [bigint, integer]"#]],
    );
    let walked = Category::children().filter(|c| c.name.ne("secret")).descendants().filter(|c| c.name.ne("x"));
    check(
        walked.of(&category(1)).select(|c| c.id).to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "categories" AS t0 WHERE (t0."name" <> $1) AND EXISTS (SELECT 1 FROM (WITH RECURSIVE "orm tree"(c0) AS (SELECT t2."id" FROM "categories" AS t2 WHERE (t2."name" <> $2) AND (t2."parent_id" = $3) UNION SELECT t3."id" FROM "categories" AS t3 JOIN "orm tree" AS t4 ON t3."parent_id" = t4.c0 WHERE t3."name" <> $4) SELECT c0 FROM "orm tree" GROUP BY c0) AS t1 WHERE t0."id" = t1.c0)
            [text, text, bigint, text]"#]],
    );
}

#[test]
fn depths() {
    let above = Category::parent().ancestors().with_depth();
    check(
        above.of(&category(1)).order_by(|(_, depth)| depth.asc()).to_sql(),
        expect![[r#"
            SELECT t0."id", t0."parent_id", t0."name", t1."depth" FROM "categories" AS t0 JOIN (WITH RECURSIVE "orm tree"(c0, c1, "depth") AS (SELECT t2."id", t2."parent_id", 1 FROM "categories" AS t2 WHERE t2."id" = $1 UNION SELECT t3."id", t3."parent_id", t4."depth" + 1 FROM "categories" AS t3 JOIN "orm tree" AS t4 ON t3."id" = t4.c1) CYCLE c0 SET again USING way SELECT c0, min("depth") AS "depth" FROM "orm tree" GROUP BY c0) AS t1 ON t0."id" = t1.c0 ORDER BY t1."depth"
            [bigint]"#]],
    );
    let near = Person::follows().descendants().max_depth(2).with_depth();
    check(
        near.of(&person(1)).select(|(p, depth)| (p.id, depth)).to_sql(),
        expect![[r#"
        SELECT t0."id", t1."depth" FROM "people" AS t0 JOIN (WITH RECURSIVE "orm tree"(c0, "depth") AS (SELECT t2."id", 1 FROM "people" AS t2 WHERE EXISTS (SELECT 1 FROM unnest($1) WITH ORDINALITY AS t3(k0, n) JOIN "follows" AS t4 ON t4."follower_id" = t3."k0" WHERE t4."followed_id" = t2."id") UNION SELECT t5."id", t7."depth" + 1 FROM "people" AS t5 JOIN "follows" AS t6 ON t6."followed_id" = t5."id" JOIN "orm tree" AS t7 ON t6."follower_id" = t7.c0 WHERE t7."depth" < $2) SELECT c0, min("depth") AS "depth" FROM "orm tree" GROUP BY c0) AS t1 ON t0."id" = t1.c0
        [bigint[], integer]"#]],
    );
}

#[tokio::test]
async fn one_statement_for_all_roots() {
    let roots = [category(1), category(2)];
    let below = || Category::children().descendants();
    loads(&roots, below(), expect![[r#"
        SELECT t2.c0, t0."id", t0."parent_id", t0."name" FROM "categories" AS t0 JOIN (WITH RECURSIVE "orm tree"(n, c0) AS (SELECT t4."n", t3."id" FROM "categories" AS t3 JOIN unnest($1) WITH ORDINALITY AS t4(k0, n) ON t3."parent_id" = t4."k0" UNION SELECT t6."n", t5."id" FROM "categories" AS t5 JOIN "orm tree" AS t6 ON t5."parent_id" = t6.c0) SELECT c0, array_agg(n) AS n FROM "orm tree" GROUP BY c0) AS t1 ON t0."id" = t1.c0 JOIN LATERAL (SELECT unnest(t1."n")) AS t2(c0) ON TRUE
        [bigint[]]"#]]).await;
    loads(&roots, Category::parent().ancestors().select(|c| c.name), expect![[r#"
        SELECT t2.c0, t0."name" FROM "categories" AS t0 JOIN (WITH RECURSIVE "orm tree"(n, c0, c1) AS (SELECT t4."n", t3."id", t3."parent_id" FROM "categories" AS t3 JOIN unnest($1) WITH ORDINALITY AS t4(k0, n) ON t3."id" = t4."k0" UNION SELECT t6."n", t5."id", t5."parent_id" FROM "categories" AS t5 JOIN "orm tree" AS t6 ON t5."id" = t6.c1) SELECT c0, array_agg(n) AS n FROM "orm tree" GROUP BY c0) AS t1 ON t0."id" = t1.c0 JOIN LATERAL (SELECT unnest(t1."n")) AS t2(c0) ON TRUE
        [bigint[]]"#]]).await;
    loads(&roots, below().order_by(|c| c.id.asc()).limit(3).select(|c| c.id), expect![[r#"
        SELECT t0."n", t1.c0 FROM unnest($1) WITH ORDINALITY AS t0(k0, n) JOIN LATERAL (SELECT t2."id" FROM "categories" AS t2 JOIN (WITH RECURSIVE "orm tree"(c0) AS (SELECT t4."id" FROM "categories" AS t4 WHERE t4."parent_id" = t0."k0" UNION SELECT t5."id" FROM "categories" AS t5 JOIN "orm tree" AS t6 ON t5."parent_id" = t6.c0) SELECT c0 FROM "orm tree" GROUP BY c0) AS t3 ON t2."id" = t3.c0 ORDER BY t2."id" LIMIT $2) AS t1(c0) ON TRUE
        [bigint[], bigint]"#]]).await;
    loads(&roots, below().filter(|c| c.name.ne("x")).count(), expect![[r#"
        SELECT t2.c0, count(*) FROM "categories" AS t0 JOIN (WITH RECURSIVE "orm tree"(n, c0) AS (SELECT t4."n", t3."id" FROM "categories" AS t3 JOIN unnest($1) WITH ORDINALITY AS t4(k0, n) ON t3."parent_id" = t4."k0" UNION SELECT t6."n", t5."id" FROM "categories" AS t5 JOIN "orm tree" AS t6 ON t5."parent_id" = t6.c0) SELECT c0, array_agg(n) AS n FROM "orm tree" GROUP BY c0) AS t1 ON t0."id" = t1.c0 JOIN LATERAL (SELECT unnest(t1."n")) AS t2(c0) ON TRUE WHERE t0."name" <> $2 GROUP BY t2.c0
        [bigint[], text]"#]]).await;
    loads(&roots, below().with_depth().order_by(|(_, depth)| depth.asc()).limit(1), expect![[r#"
        SELECT t0."n", t1.c0, t1.c1, t1.c2, t1.c3 FROM unnest($1) WITH ORDINALITY AS t0(k0, n) JOIN LATERAL (SELECT t2."id", t2."parent_id", t2."name", t3."depth" FROM "categories" AS t2 JOIN (WITH RECURSIVE "orm tree"(c0, "depth") AS (SELECT t4."id", 1 FROM "categories" AS t4 WHERE t4."parent_id" = t0."k0" UNION SELECT t5."id", t6."depth" + 1 FROM "categories" AS t5 JOIN "orm tree" AS t6 ON t5."parent_id" = t6.c0) CYCLE c0 SET again USING way SELECT c0, min("depth") AS "depth" FROM "orm tree" GROUP BY c0) AS t3 ON t2."id" = t3.c0 ORDER BY t3."depth" LIMIT $2) AS t1(c0, c1, c2, c3) ON TRUE
        [bigint[], bigint]"#]]).await;
    loads(&roots, below().with_depth().select(|(_, depth)| depth).distinct(), expect![[r#"
        SELECT t0."n", t1.c0 FROM unnest($1) WITH ORDINALITY AS t0(k0, n) JOIN LATERAL (SELECT DISTINCT t3."depth" FROM "categories" AS t2 JOIN (WITH RECURSIVE "orm tree"(c0, "depth") AS (SELECT t4."id", 1 FROM "categories" AS t4 WHERE t4."parent_id" = t0."k0" UNION SELECT t5."id", t6."depth" + 1 FROM "categories" AS t5 JOIN "orm tree" AS t6 ON t5."parent_id" = t6.c0) CYCLE c0 SET again USING way SELECT c0, min("depth") AS "depth" FROM "orm tree" GROUP BY c0) AS t3 ON t2."id" = t3.c0) AS t1(c0) ON TRUE
        [bigint[]]"#]]).await;
    loads(&[person(1)], Person::follows().descendants().select(|p| p.id), expect![[r#"
        SELECT t2.c0, t0."id" FROM "people" AS t0 JOIN (WITH RECURSIVE "orm tree"(n, c0) AS (SELECT t5."n", t3."id" FROM "people" AS t3 JOIN "follows" AS t4 ON t4."followed_id" = t3."id" JOIN unnest($1) WITH ORDINALITY AS t5(k0, n) ON t4."follower_id" = t5."k0" UNION SELECT t8."n", t6."id" FROM "people" AS t6 JOIN "follows" AS t7 ON t7."followed_id" = t6."id" JOIN "orm tree" AS t8 ON t7."follower_id" = t8.c0) SELECT c0, array_agg(n) AS n FROM "orm tree" GROUP BY c0) AS t1 ON t0."id" = t1.c0 JOIN LATERAL (SELECT unnest(t1."n")) AS t2(c0) ON TRUE
        [bigint[]]"#]]).await;
    loads(&[person(1)], Person::follows().descendants().limit(1).select(|p| p.id), expect![[r#"
        SELECT t0."n", t1.c0 FROM unnest($1) WITH ORDINALITY AS t0(k0, n) JOIN LATERAL (SELECT t2."id" FROM "people" AS t2 JOIN (WITH RECURSIVE "orm tree"(c0) AS (SELECT t4."id" FROM "people" AS t4 JOIN "follows" AS t5 ON t5."followed_id" = t4."id" WHERE t5."follower_id" = t0."k0" UNION SELECT t6."id" FROM "people" AS t6 JOIN "follows" AS t7 ON t7."followed_id" = t6."id" JOIN "orm tree" AS t8 ON t7."follower_id" = t8.c0) SELECT c0 FROM "orm tree" GROUP BY c0) AS t3 ON t2."id" = t3.c0 LIMIT $2) AS t1(c0) ON TRUE
        [bigint[], bigint]"#]]).await;
}

#[test]
fn conditions() {
    let any = Category::query().filter(|c| Category::children().descendants().any(c, |d| d.name.eq("x")));
    check(
        any.select(|c| c.id).to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "categories" AS t0 WHERE EXISTS (SELECT 1 FROM "categories" AS t1 JOIN (WITH RECURSIVE "orm tree"(c0) AS (SELECT t3."id" FROM "categories" AS t3 WHERE t3."parent_id" = t0."id" UNION SELECT t4."id" FROM "categories" AS t4 JOIN "orm tree" AS t5 ON t4."parent_id" = t5.c0) SELECT c0 FROM "orm tree" GROUP BY c0) AS t2 ON t1."id" = t2.c0 WHERE t1."name" = $1)
            [text]"#]],
    );
    let sizes = Category::query().select(|c| Category::children().descendants().aggregate(c, |d| d.id.count()));
    check(
        sizes.to_sql(),
        expect![[r#"
            SELECT (SELECT count(t1."id") FROM "categories" AS t1 JOIN (WITH RECURSIVE "orm tree"(c0) AS (SELECT t3."id" FROM "categories" AS t3 WHERE t3."parent_id" = t0."id" UNION SELECT t4."id" FROM "categories" AS t4 JOIN "orm tree" AS t5 ON t4."parent_id" = t5.c0) SELECT c0 FROM "orm tree" GROUP BY c0) AS t2 ON t1."id" = t2.c0) FROM "categories" AS t0
            []"#]],
    );
    // A query that is cloned takes along what its trees refer to.
    let cloned = Category::query().filter(|c| Category::parent().ancestors().none(c, |a| a.name.eq(c.name)));
    check(
        cloned.clone().select(|c| c.id).to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "categories" AS t0 WHERE NOT EXISTS (SELECT 1 FROM "categories" AS t1 JOIN (WITH RECURSIVE "orm tree"(c0, c1) AS (SELECT t3."id", t3."parent_id" FROM "categories" AS t3 WHERE t3."id" = t0."parent_id" UNION SELECT t4."id", t4."parent_id" FROM "categories" AS t4 JOIN "orm tree" AS t5 ON t4."id" = t5.c1) SELECT c0 FROM "orm tree" GROUP BY c0) AS t2 ON t1."id" = t2.c0 WHERE t1."name" = t0."name")
            []"#]],
    );
}

#[test]
fn writes() {
    let below = Category::children().descendants().of(&category(1));
    check(
        below.clone().delete().to_sql(),
        expect![[r#"
            DELETE FROM "categories" AS t0 WHERE EXISTS (SELECT 1 FROM (WITH RECURSIVE "orm tree"(c0) AS (SELECT t2."id" FROM "categories" AS t2 WHERE t2."parent_id" = $1 UNION SELECT t3."id" FROM "categories" AS t3 JOIN "orm tree" AS t4 ON t3."parent_id" = t4.c0) SELECT c0 FROM "orm tree" GROUP BY c0) AS t1 WHERE t0."id" = t1.c0) RETURNING t0."id", t0."parent_id", t0."name"
            [bigint]"#]],
    );
    check(
        below.update(|c| c.name.set("x")).to_sql(),
        expect![[r#"
            UPDATE "categories" AS t0 SET "name" = $1 WHERE EXISTS (SELECT 1 FROM (WITH RECURSIVE "orm tree"(c0) AS (SELECT t2."id" FROM "categories" AS t2 WHERE t2."parent_id" = $2 UNION SELECT t3."id" FROM "categories" AS t3 JOIN "orm tree" AS t4 ON t3."parent_id" = t4.c0) SELECT c0 FROM "orm tree" GROUP BY c0) AS t1 WHERE t0."id" = t1.c0) RETURNING t0."id", t0."parent_id", t0."name"
            [text, bigint]"#]],
    );
}

async fn refused<T: std::fmt::Debug>(result: impl Future<Output = Result<T>>, expected: Expect) {
    let error = result.await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::InvalidStatement);
    expected.assert_eq(&error.to_string());
}

#[tokio::test]
async fn refusals() {
    let (one, db) = (category(1), Offline);
    let sorted = Category::children().order_by(|c| c.id.asc()).descendants();
    refused(sorted.of(&one).all(&db), expect!["select from categories: `order_by` goes after `descendants` or `ancestors`: before them only filters choose which rows are followed"]).await;
    refused(
        load(&[one], Category::children().limit(1).descendants(), &db),
        expect!["select from categories: `limit` goes after `descendants` or `ancestors`: before them only filters choose which rows are followed"],
    )
    .await;
    let nearest = Category::parent().ancestors().with_depth().order_by(|(_, depth)| depth.asc()).limit(1);
    refused(nearest.of_all(&[category(1), category(2)]).all(&db), expect!["select from categories: `limit` of a relation counts per parent, and `of_all` is one query for all of them: use `load`, or put it after `of_all`"]).await;
    refused(Person::follows().descendants().with_depth().of(&person(1)).all(&db), expect!["select from people: `with_depth` of a relation through a junction table needs `max_depth`: the number of paths has no bound"]).await;
}
