//! Joins: aliases, and nullability by type.

use expect_test::expect;
use orm_pg::prelude::*;

use crate::{
    models::{Comment, Note, Post, User},
    support::check,
};

#[test]
fn each_kind_of_join() {
    check(
        User::query().join::<Post>(|(u, p)| p.author_id.eq(u.id)).select(|(u, p)| (u.id, p.id)).to_sql(),
        expect![[r#"
            SELECT t0."id", t1."id" FROM "users" AS t0 JOIN "posts" AS t1 ON t1."author_id" = t0."id"
            []"#]],
    );
    check(
        User::query()
            .left_join::<Post>(|(u, p)| p.author_id.eq(u.id))
            .filter(|(u, _)| u.name.like("A%").or(u.age.is_null()))
            .select(|(u, p)| (u.name, p.title))
            .to_sql(),
        expect![[r#"
            SELECT t0."name", t1."title" FROM "users" AS t0 LEFT JOIN "posts" AS t1 ON t1."author_id" = t0."id" WHERE (t0."name" LIKE $1) OR (t0."age" IS NULL)
            [text]"#]],
    );
    check(
        User::query().right_join::<Post>(|(u, p)| p.author_id.eq(u.id)).select(|(u, p)| (u.name, p.title)).to_sql(),
        expect![[r#"
            SELECT t0."name", t1."title" FROM "users" AS t0 RIGHT JOIN "posts" AS t1 ON t1."author_id" = t0."id"
            []"#]],
    );
    check(
        User::query().full_join::<Post>(|(u, p)| p.author_id.eq(u.id)).select(|(u, p)| (u.name, p.title)).to_sql(),
        expect![[r#"
            SELECT t0."name", t1."title" FROM "users" AS t0 FULL JOIN "posts" AS t1 ON t1."author_id" = t0."id"
            []"#]],
    );
}

#[test]
fn whatever_is_a_condition_can_be_the_condition_of_a_join() {
    check(
        User::query()
            .join::<Post>(|(_, p)| p.published)
            .left_join::<Comment>(|(u, p, c)| sql!("{c.post_id} = {p.id}").and(u.active))
            .full_join::<Post>(|(u, _, _, p)| u.active | !p.published)
            .select(|(u, _, c, p)| (u.id, c.id, p.id))
            .to_sql(),
        expect![[r#"
            SELECT t0."id", t2."id", t3."id" FROM "users" AS t0 JOIN "posts" AS t1 ON t1."published" LEFT JOIN "comments" AS t2 ON (t2."post_id" = t1."id") AND t0."active" FULL JOIN "posts" AS t3 ON t0."active" OR (NOT t3."published")
            []"#]],
    );
}

#[test]
fn a_self_join_keeps_its_sides_apart() {
    check(
        User::query()
            .join::<User>(|(a, b)| a.age.eq(b.age).and(a.id.lt(b.id)))
            .select(|(a, b)| (a.name, b.name))
            .to_sql(),
        expect![[r#"
            SELECT t0."name", t1."name" FROM "users" AS t0 JOIN "users" AS t1 ON (t0."age" = t1."age") AND (t0."id" < t1."id")
            []"#]],
    );
}

#[test]
fn whole_models_in_a_tuple() {
    check(
        Post::query().left_join::<Comment>(|(p, c)| c.post_id.eq(p.id)).select(|(p, c)| (p.title, c)).to_sql(),
        expect![[r#"
            SELECT t0."title", t1."id", t1."post_id", t1."body" FROM "posts" AS t0 LEFT JOIN "comments" AS t1 ON t1."post_id" = t0."id"
            []"#]],
    );
}

#[test]
fn a_model_without_a_column_that_is_never_null_brings_a_marker() {
    check(
        User::query().left_join::<Note>(|(u, n)| n.user_id.eq(u.id)).select(|(_, n)| n).to_sql(),
        expect![[r#"
        SELECT t1."user_id", t1."text", NULLIF(t1 IS DISTINCT FROM NULL, FALSE) FROM "users" AS t0 LEFT JOIN "notes" AS t1 ON t1."user_id" = t0."id"
        []"#]],
    );
}

#[test]
fn eight_sources() {
    let query = Post::query()
        .join::<Post>(|(a, b)| b.id.eq(a.id))
        .join::<Post>(|(a, _, b)| b.id.eq(a.id))
        .join::<Post>(|(a, _, _, b)| b.id.eq(a.id))
        .join::<Post>(|(a, _, _, _, b)| b.id.eq(a.id))
        .join::<Post>(|(a, _, _, _, _, b)| b.id.eq(a.id))
        .join::<Post>(|(a, _, _, _, _, _, b)| b.id.eq(a.id))
        .left_join::<Post>(|(a, _, _, _, _, _, _, b)| b.id.eq(a.id))
        .select(|(a, _, _, _, _, _, _, h)| (a.id, h.id));
    check(
        query.to_sql(),
        expect![[r#"
        SELECT t0."id", t7."id" FROM "posts" AS t0 JOIN "posts" AS t1 ON t1."id" = t0."id" JOIN "posts" AS t2 ON t2."id" = t0."id" JOIN "posts" AS t3 ON t3."id" = t0."id" JOIN "posts" AS t4 ON t4."id" = t0."id" JOIN "posts" AS t5 ON t5."id" = t0."id" JOIN "posts" AS t6 ON t6."id" = t0."id" LEFT JOIN "posts" AS t7 ON t7."id" = t0."id"
        []"#]],
    );
}
