//! Conditions about the rows within a relation's limit, and uses for which a limit has no meaning.

use expect_test::{Expect, expect};
use orm_pg::{prelude::*, relation::HasMany};

use super::relations::{loads, user};
use crate::{
    models::{Post, User},
    support::{Offline, check},
};

fn newest() -> HasMany<User, Post> {
    User::posts().order_by(|p| p.id.desc()).limit(1)
}

#[test]
fn conditions_ask_about_the_rows_within_a_limit() {
    check(
        User::query().filter(|u| newest().any(u, |p| p.published)).select(|u| u.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE EXISTS (SELECT 1 FROM (SELECT t2."id", t2."author_id", t2."title", t2."published" FROM "posts" AS t2 WHERE t2."author_id" = t0."id" ORDER BY t2."id" DESC LIMIT $1) AS t1 WHERE t1."published")
        [bigint]"#]],
    );
    check(
        User::query()
            .filter(|u| newest().every(u, |p| Post::comments().any(p, |c| c.body.is_null())))
            .select(|u| u.id)
            .to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "users" AS t0 WHERE NOT EXISTS (SELECT 1 FROM (SELECT t2."id", t2."author_id", t2."title", t2."published" FROM "posts" AS t2 WHERE t2."author_id" = t0."id" ORDER BY t2."id" DESC LIMIT $1) AS t1 WHERE EXISTS (SELECT 1 FROM "comments" AS t3 WHERE (t3."post_id" = t1."id") AND (t3."body" IS NULL)) IS NOT TRUE)
            [bigint]"#]],
    );
    check(
        User::query().select(|u| newest().aggregate(u, |p| p.title.max())).to_sql(),
        expect![[r#"
        SELECT (SELECT max(t1."title") FROM (SELECT t2."id", t2."author_id", t2."title", t2."published" FROM "posts" AS t2 WHERE t2."author_id" = t0."id" ORDER BY t2."id" DESC LIMIT $1) AS t1) FROM "users" AS t0
        [bigint]"#]],
    );
}

async fn refused<T: std::fmt::Debug>(result: impl Future<Output = Result<T>>, expected: Expect) {
    let error = result.await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::InvalidStatement);
    expected.assert_eq(&error.to_string());
}

#[tokio::test]
async fn rows_that_are_no_rows_of_the_relation() {
    refused(
        User::query().filter(|u| User::posts().select(|p| p.id.count()).any(u, |p| p.published)).all(&Offline),
        expect!["select from users: a condition or aggregate needs the rows of the relation, and this one selects groups or distinct values: remove its `select`"],
    )
    .await;
    refused(
        User::query()
            .select(|u| User::posts().select(|p| p.title).distinct().aggregate(u, |p| p.id.count()))
            .all(&Offline),
        expect!["select from users: a condition or aggregate needs the rows of the relation, and this one selects groups or distinct values: remove its `select`"],
    )
    .await;
    refused(newest().of_all(&[]).all(&Offline), expect!["select from posts: `limit` of a relation counts per parent, and `of_all` is one query for all of them: use `load`, or put it after `of_all`"]).await;
    refused(User::posts().offset(1).of_all(&[]).all(&Offline), expect!["select from posts: `offset` of a relation counts per parent, and `of_all` is one query for all of them: use `load`, or put it after `of_all`"]).await;
    refused(User::posts().distinct_on(|p| p.title).of_all(&[]).all(&Offline), expect!["select from posts: `distinct_on` of a relation counts per parent, and `of_all` is one query for all of them: use `load`, or put it after `of_all`"]).await;
}

#[tokio::test]
async fn clauses_that_count_for_each_parent() {
    let users = [user(1), user(2)];
    loads(
        &users,
        User::posts().order_by_name("title", Direction::Desc).select(|p| p.id),
        expect![[r#"
        SELECT t0."author_id", t0."id" FROM "posts" AS t0 WHERE t0."author_id" = ANY ($1) ORDER BY t0."title" DESC
        [bigint[]]"#]],
    )
    .await;
    let newest = || User::posts().distinct_on(|p| p.title).order_by(|p| (p.title.asc(), p.id.desc()));
    loads(&users, newest().select(|p| p.id), expect![[r#"
        SELECT t0."n", t1.c0 FROM unnest($1) WITH ORDINALITY AS t0(k0, n) JOIN LATERAL (SELECT DISTINCT ON (t2."title") t2."id" FROM "posts" AS t2 WHERE t2."author_id" = t0."k0" ORDER BY t2."title", t2."id" DESC) AS t1(c0) ON TRUE
        [bigint[]]"#]]).await;
    let tied = || User::posts().order_by(|p| p.title.asc()).limit(1).with_ties();
    loads(&users, tied().select(|p| p.id), expect![[r#"
        SELECT t0."n", t1.c0 FROM unnest($1) WITH ORDINALITY AS t0(k0, n) JOIN LATERAL (SELECT t2."id" FROM "posts" AS t2 WHERE t2."author_id" = t0."k0" ORDER BY t2."title" FETCH FIRST $2 ROWS WITH TIES) AS t1(c0) ON TRUE
        [bigint[], bigint]"#]]).await;
    loads(&users, tied().count(), expect![[r#"
        SELECT t0."n", count(*) FROM unnest($1) WITH ORDINALITY AS t0(k0, n) JOIN LATERAL (SELECT t2."id", t2."author_id", t2."title", t2."published" FROM "posts" AS t2 WHERE t2."author_id" = t0."k0" ORDER BY t2."title" FETCH FIRST $2 ROWS WITH TIES) AS t1(c0, c1, c2, c3) ON TRUE GROUP BY t0."n"
        [bigint[], bigint]"#]]).await;
    check(
        User::query().filter(|u| tied().any(u, |p| p.published)).select(|u| u.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE EXISTS (SELECT 1 FROM (SELECT t2."id", t2."author_id", t2."title", t2."published" FROM "posts" AS t2 WHERE t2."author_id" = t0."id" ORDER BY t2."title" FETCH FIRST $1 ROWS WITH TIES) AS t1 WHERE t1."published")
        [bigint]"#]],
    );
    refused(tied().of_all(&users).all(&Offline), expect!["select from posts: `limit` of a relation counts per parent, and `of_all` is one query for all of them: use `load`, or put it after `of_all`"]).await;
    loads(&users, newest().count(), expect![[r#"
        SELECT t0."n", count(*) FROM unnest($1) WITH ORDINALITY AS t0(k0, n) JOIN LATERAL (SELECT DISTINCT ON (t2."title") t2."id", t2."author_id", t2."title", t2."published" FROM "posts" AS t2 WHERE t2."author_id" = t0."k0") AS t1(c0, c1, c2, c3) ON TRUE GROUP BY t0."n"
        [bigint[]]"#]]).await;
    check(
        User::query().filter(|u| newest().any(u, |p| p.published)).select(|u| u.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE EXISTS (SELECT 1 FROM (SELECT DISTINCT ON (t2."title") t2."id", t2."author_id", t2."title", t2."published" FROM "posts" AS t2 WHERE t2."author_id" = t0."id" ORDER BY t2."title", t2."id" DESC) AS t1 WHERE t1."published")
        []"#]],
    );
    refused(load(&users, User::posts().order_by_name("nickname", Direction::Asc), &Offline), expect![[r#"select from posts: there is no column "nickname" to order by; there are: id, author_id, title, published"#]]).await;
}
