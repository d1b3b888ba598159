//! Groups and aggregates.

use expect_test::expect;
use orm_pg::prelude::*;

use crate::{
    models::{Post, User},
    support::check,
};

#[test]
fn groups_and_conditions_on_them() {
    check(
        Post::query()
            .filter(|p| p.published)
            .group_by(|p| p.author_id)
            .having(|p| p.id.count().gt(3))
            .order_by(|p| p.id.count().desc())
            .select(|p| (p.author_id, p.id.count()))
            .to_sql(),
        expect![[r#"
            SELECT t0."author_id", count(t0."id") FROM "posts" AS t0 WHERE t0."published" GROUP BY t0."author_id" HAVING count(t0."id") > $1 ORDER BY count(t0."id") DESC
            [bigint]"#]],
    );
}

#[test]
fn a_grouped_primary_key_brings_its_columns() {
    check(
        User::query()
            .left_join::<Post>(|(u, p)| p.author_id.eq(u.id))
            .group_by(|(u, _)| u.id)
            .select(|(u, p)| (u.id, u.name, p.id.count()))
            .to_sql(),
        expect![[r#"
            SELECT t0."id", t0."name", count(t1."id") FROM "users" AS t0 LEFT JOIN "posts" AS t1 ON t1."author_id" = t0."id" GROUP BY t0."id"
            []"#]],
    );
}

#[test]
fn each_aggregate() {
    check(
        User::query()
            .select(|u| {
                (
                    count_all(),
                    u.age.count().distinct(),
                    u.age.sum(),
                    u.age.cast::<f64>().avg(),
                    u.age.min(),
                    u.name.max(),
                    u.name.array_agg().order_by(u.id.desc()),
                    u.name.string_agg(", ").filter(u.active),
                    u.score.sum(),
                    u.score.avg(),
                )
            })
            .to_sql(),
        expect![[r#"
            SELECT count(*), count(DISTINCT t0."age"), sum(t0."age"), avg(CAST(t0."age" AS double precision)), min(t0."age"), max(t0."name"), array_agg(t0."name" ORDER BY t0."id" DESC), string_agg(t0."name", $1) FILTER (WHERE t0."active"), sum(t0."score"), avg(t0."score") FROM "users" AS t0
            [text]"#]],
    );
}

#[test]
fn expressions_can_be_grouped() {
    check(
        User::query().group_by(|u| u.name.lower()).select(|u| (u.name.lower(), count_all())).to_sql(),
        expect![[r#"
            SELECT lower(t0."name"), count(*) FROM "users" AS t0 GROUP BY lower(t0."name")
            []"#]],
    );
}

#[test]
fn expressions_with_values_can_be_grouped() {
    check(
        User::query()
            .filter(|u| u.age.gt(1))
            .group_by(|u| u.age.coalesce(1))
            .order_by(|u| u.age.coalesce(1).desc())
            .select(|u| (u.age.coalesce(1), count_all()))
            .to_sql(),
        expect![[r#"
            SELECT COALESCE(t0."age", $1), count(*) FROM "users" AS t0 WHERE t0."age" > $1 GROUP BY COALESCE(t0."age", $1) ORDER BY COALESCE(t0."age", $1) DESC
            [integer]"#]],
    );
    check(
        User::query()
            .distinct_on(|u| u.age / 10)
            .order_by(|u| ((u.age / 10).asc(), u.id.asc()))
            .select(|u| u.id)
            .to_sql(),
        expect![[r#"
            SELECT DISTINCT ON (t0."age" / $1) t0."id" FROM "users" AS t0 ORDER BY (t0."age" / $1), t0."id"
            [integer]"#]],
    );
}
