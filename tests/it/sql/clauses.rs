//! The clauses of a query over one model.

use expect_test::expect;
use orm_pg::prelude::*;

use crate::{
    models::{Post, User},
    support::check,
};

#[test]
fn whole_rows_name_their_columns() {
    check(
        User::query().to_sql(),
        expect![[r#"
        SELECT t0."id", t0."email", t0."name", t0."age", t0."active", t0."score", t0."status" FROM "users" AS t0
        []"#]],
    );
    check(
        User::get(7).to_sql(),
        expect![[r#"
        SELECT t0."id", t0."email", t0."name", t0."age", t0."active", t0."score", t0."status" FROM "users" AS t0 WHERE t0."id" = $1
        [bigint]"#]],
    );
}

#[test]
fn order_limit_offset() {
    check(
        Post::query()
            .order_by(|p| (p.title.asc(), p.id.desc().nulls_last()))
            .order_by(|p| p.author_id.asc().nulls_first())
            .limit(10)
            .offset(20)
            .to_sql(),
        expect![[r#"
            SELECT t0."id", t0."author_id", t0."title", t0."published" FROM "posts" AS t0 ORDER BY t0."title", t0."id" DESC NULLS LAST, t0."author_id" NULLS FIRST LIMIT $1 OFFSET $2
            [bigint, bigint]"#]],
    );
}

#[test]
fn an_order_by_name_is_checked_against_the_model() {
    check(
        Post::query().order_by_name("title", Direction::Desc).select(|p| p.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "posts" AS t0 ORDER BY t0."title" DESC
        []"#]],
    );
    check(
        Post::query().order_by_name("posts.author_id", Direction::Asc).select(|p| p.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "posts" AS t0 ORDER BY t0."author_id"
        []"#]],
    );
}

#[test]
fn distinct_rows_and_keys() {
    check(
        Post::query().distinct().select(|p| p.author_id).to_sql(),
        expect![[r#"
        SELECT DISTINCT t0."author_id" FROM "posts" AS t0
        []"#]],
    );
    check(
        Post::query()
            .distinct_on(|p| p.author_id)
            .order_by(|p| (p.author_id.asc(), p.id.desc()))
            .select(|p| (p.author_id, p.title))
            .to_sql(),
        expect![[r#"
            SELECT DISTINCT ON (t0."author_id") t0."author_id", t0."title" FROM "posts" AS t0 ORDER BY t0."author_id", t0."id" DESC
            []"#]],
    );
}

#[test]
fn locks() {
    check(
        Post::query().for_update().skip_locked().limit(1).select(|p| p.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "posts" AS t0 LIMIT $1 FOR UPDATE SKIP LOCKED
        [bigint]"#]],
    );
    check(
        Post::query().for_share().nowait().select(|p| p.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "posts" AS t0 FOR SHARE NOWAIT
        []"#]],
    );
    check(
        Post::query().for_no_key_update().select(|p| p.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "posts" AS t0 FOR NO KEY UPDATE
        []"#]],
    );
    check(
        Post::query().for_key_share().select(|p| p.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "posts" AS t0 FOR KEY SHARE
        []"#]],
    );
}

#[test]
fn a_dynamic_query_keeps_its_type() {
    let mut query = User::query();
    let (least, most): (Option<i32>, Option<i32>) = (Some(1), None);
    if let Some(age) = least {
        query = query.filter(|u| u.age.ge(age));
    }
    if let Some(age) = most {
        query = query.filter(|u| u.age.le(age));
    }
    check(
        query.select(|u| u.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE t0."age" >= $1
        [integer]"#]],
    );
}

#[test]
fn display_shows_the_text_and_never_a_value() {
    let query = User::query().filter(|u| u.name.eq("secret")).select(|u| u.id);
    assert_eq!(query.to_string(), r#"SELECT t0."id" FROM "users" AS t0 WHERE t0."name" = $1"#);
    assert!(!format!("{query:?} {:?}", query.to_sql()).contains("secret"));
}

#[test]
fn equal_shapes_give_equal_text() {
    let page = |n: i32| User::query().filter(|u| u.age.gt(n)).limit(10 + u64::from(n.unsigned_abs())).to_string();
    assert_eq!(page(1), page(2));
}
