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
fn ties() {
    let best = User::query().order_by(|u| u.score.desc()).limit(3).with_ties();
    check(
        best.clone().select(|u| u.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 ORDER BY t0."score" DESC FETCH FIRST $1 ROWS WITH TIES
        [bigint]"#]],
    );
    check(
        best.clone().offset(2).for_update().select(|u| u.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 ORDER BY t0."score" DESC OFFSET $1 FETCH FIRST $2 ROWS WITH TIES FOR UPDATE
        [bigint, bigint]"#]],
    );
    check(
        Post::query().filter(|p| p.author_id.in_(best.clone().select(|u| u.id))).select(|p| p.id).to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "posts" AS t0 WHERE t0."author_id" = ANY (SELECT t1."id" FROM "users" AS t1 ORDER BY t1."score" DESC FETCH FIRST $1 ROWS WITH TIES)
            [bigint]"#]],
    );
    check(
        Post::query().filter(|_| exists(best)).select(|p| p.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "posts" AS t0 WHERE EXISTS (SELECT t1."id", t1."email", t1."name", t1."age", t1."active", t1."score", t1."status" FROM "users" AS t1 ORDER BY t1."score" DESC FETCH FIRST $1 ROWS WITH TIES)
        [bigint]"#]],
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
fn distinct_rows_can_be_ordered_by_what_makes_them_distinct() {
    check(
        Post::query()
            .distinct_on(|p| (p.author_id, p.published))
            .order_by(|p| (p.published.asc(), p.author_id.desc(), p.id.desc()))
            .select(|p| p.title)
            .to_sql(),
        expect![[r#"
            SELECT DISTINCT ON (t0."author_id", t0."published") t0."title" FROM "posts" AS t0 ORDER BY t0."published", t0."author_id" DESC, t0."id" DESC
            []"#]],
    );
    check(
        User::query()
            .select(|u| (u.name, u.age + 1))
            .distinct()
            .order_by(|u| ((u.age + 1).desc(), u.name.asc()))
            .to_sql(),
        expect![[r#"
            SELECT DISTINCT t0."name", t0."age" + $1 FROM "users" AS t0 ORDER BY (t0."age" + $1) DESC, t0."name"
            [integer]"#]],
    );
    check(
        User::query()
            .group_by(|u| u.name)
            .select(|u| (u.name, u.age.max(), (u.age + 1).array_agg().distinct().order_by((u.age + 1).desc())))
            .distinct()
            .order_by(|u| u.age.max().asc())
            .to_sql(),
        expect![[r#"
            SELECT DISTINCT t0."name", max(t0."age"), array_agg(DISTINCT t0."age" + $1 ORDER BY (t0."age" + $1) DESC) FROM "users" AS t0 GROUP BY t0."name" ORDER BY max(t0."age")
            [integer]"#]],
    );
}

#[test]
fn nothing_is_a_condition_to_sort_and_group_by_too() {
    let none = || Cond::all::<Cond>([]).expr();
    check(
        User::query().group_by(|u| (u.age, none())).order_by(|_| none().asc()).select(|u| (u.age, none())).to_sql(),
        expect![[r#"
            SELECT t0."age", TRUE FROM "users" AS t0 GROUP BY t0."age", CAST(TRUE AS boolean) ORDER BY CAST(TRUE AS boolean)
            []"#]],
    );
}

#[test]
fn equal_texts_beside_different_columns_are_different_binds() {
    check(
        User::query()
            .select(|u| u.id)
            .distinct()
            .filter(|u| u.name.eq("a").or(u.email.eq("a")).or(u.name.ne("a")))
            .to_sql(),
        expect![[r#"
            SELECT DISTINCT t0."id" FROM "users" AS t0 WHERE (t0."name" = $1) OR (t0."email" = $2) OR (t0."name" <> $1)
            [text, text]"#]],
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
