//! Queries in queries.

use expect_test::expect;
use orm_pg::prelude::*;

use crate::{
    models::{Post, User},
    support::check,
};

#[test]
fn exists_and_not_exists_are_correlated() {
    check(
        User::query()
            .filter(|u| exists(Post::query().filter(|p| p.author_id.eq(u.id))))
            .filter(|u| not_exists(Post::query().filter(|p| p.author_id.eq(u.id).and(!p.published)).limit(1)))
            .select(|u| u.id)
            .to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "users" AS t0 WHERE EXISTS (SELECT 1 FROM "posts" AS t1 WHERE t1."author_id" = t0."id") AND (NOT EXISTS (SELECT 1 FROM "posts" AS t2 WHERE (t2."author_id" = t0."id") AND (NOT t2."published") LIMIT $1))
            [bigint]"#]],
    );
}

#[test]
fn in_takes_a_query() {
    check(
        User::query()
            .filter(|u| u.id.in_(Post::query().filter(|p| p.published).select(|p| p.author_id)))
            .filter(|u| u.id.not_in(Post::query().select(|p| p.id)))
            .select(|u| u.id)
            .to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "users" AS t0 WHERE (t0."id" = ANY (SELECT t1."author_id" FROM "posts" AS t1 WHERE t1."published")) AND (t0."id" <> ALL (SELECT t2."id" FROM "posts" AS t2))
            []"#]],
    );
}

#[test]
fn a_query_can_be_a_value() {
    check(
        User::query()
            .select(|u| (u.id, Post::query().filter(|p| p.author_id.eq(u.id)).select(|p| p.id.max()).scalar()))
            .to_sql(),
        expect![[r#"
            SELECT t0."id", (SELECT max(t1."id") FROM "posts" AS t1 WHERE t1."author_id" = t0."id") FROM "users" AS t0
            []"#]],
    );
}

#[test]
fn a_clone_in_its_own_sub_query_keeps_its_columns_apart() {
    let young = User::query().filter(|u| u.age.lt(30));
    let nested = young.clone().filter(|outer| exists(young.clone().filter(|inner| inner.id.gt(outer.id))));
    check(
        nested.select(|u| u.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE (t0."age" < $1) AND EXISTS (SELECT 1 FROM "users" AS t1 WHERE (t1."age" < $2) AND (t1."id" > t0."id"))
        [integer, integer]"#]],
    );
    // The original itself as the inner query.
    let copy = young.clone();
    let nested = copy.filter(|outer| exists(young.filter(|inner| inner.id.eq(outer.id)))).select(|u| u.id);
    check(
        nested.to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE (t0."age" < $1) AND EXISTS (SELECT 1 FROM "users" AS t1 WHERE (t1."age" < $2) AND (t1."id" = t0."id"))
        [integer, integer]"#]],
    );
}

#[test]
fn a_clone_brings_its_sub_queries_along() {
    let with_posts = User::query().filter(|u| exists(Post::query().filter(|p| p.author_id.eq(u.id))));
    let copy = with_posts.clone();
    assert_eq!(copy.to_string(), with_posts.to_string());
    check(
        with_posts.filter(|u| u.id.in_(copy.select(|c| c.id))).select(|u| u.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE EXISTS (SELECT 1 FROM "posts" AS t1 WHERE t1."author_id" = t0."id") AND (t0."id" = ANY (SELECT t2."id" FROM "users" AS t2 WHERE EXISTS (SELECT 1 FROM "posts" AS t3 WHERE t3."author_id" = t2."id")))
        []"#]],
    );
}
