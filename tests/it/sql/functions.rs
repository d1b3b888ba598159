//! Arithmetic, text, dates, CASE, casts, fragments, user-defined functions.

use expect_test::expect;
use orm_pg::prelude::*;

use crate::{
    models::{Event, Post, User},
    support::check,
};

orm_pg::sql_function! {
    /// How many characters of `text` are `what`.
    fn occurrences(text: String, what: String) -> i32;
    /// The same in another schema.
    fn twice_of(n: i64) -> i64 as extra.twice;
}

orm_pg::sql_aggregate! {
    /// An aggregate of the user.
    fn product(n: f64) -> Option<f64>;
}

#[test]
fn arithmetic_keeps_its_parentheses() {
    check(
        User::query()
            .filter(|u| ((u.id - 100) * 2 % 7).gt(u.id / 3 + 1))
            .filter(|u| (-u.id).lt(bind(5_i64) - u.id))
            .select(|u| (u.id + 1, u.age - 1, u.id * u.id))
            .to_sql(),
        expect![[r#"
            SELECT t0."id" + $1, t0."age" - $2, t0."id" * t0."id" FROM "users" AS t0 WHERE ((((t0."id" - $3) * $4) % $5) > ((t0."id" / $6) + $7)) AND ((- t0."id") < ($8 - t0."id"))
            [bigint, integer, bigint, bigint, bigint, bigint, bigint, bigint]"#]],
    );
}

#[test]
fn functions_on_numbers() {
    check(
        User::query()
            .select(|u| (u.id.abs(), u.score.ceil(), u.score.floor(), u.score.round(), u.id.power(2.0), u.age.sqrt()))
            .to_sql(),
        expect![[r#"
            SELECT abs(t0."id"), CAST(ceil(t0."score") AS double precision), CAST(floor(t0."score") AS double precision), CAST(round(t0."score") AS double precision), power(CAST(t0."id" AS double precision), $1), sqrt(CAST(t0."age" AS double precision)) FROM "users" AS t0
            [double precision]"#]],
    );
}

#[test]
fn functions_on_text() {
    check(
        User::query()
            .select(|u| {
                (
                    u.name.lower(),
                    u.name.upper(),
                    u.name.trim(),
                    u.name.length(),
                    u.name.substring(1, 3),
                    u.name.replace("a", "b"),
                    u.name.concat(" <").concat(u.email).concat(">"),
                )
            })
            .to_sql(),
        expect![[r#"
            SELECT lower(t0."name"), upper(t0."name"), btrim(t0."name"), length(t0."name"), substr(t0."name", $1, $2), replace(t0."name", $3, $4), ((t0."name" || $5) || t0."email") || $6 FROM "users" AS t0
            [integer, integer, text, text, text, text]"#]],
    );
}

#[test]
fn functions_on_dates() {
    check(
        Event::query()
            .filter(|e| e.at.lt(now()).and(e.day.eq(current_date())))
            .select(|e| (e.at.date_trunc(orm_pg::expr::DatePart::Month), e.day.date_part(orm_pg::expr::DatePart::Year)))
            .to_sql(),
        expect![[r#"
            SELECT CAST(date_trunc('month', t0."at") AS timestamp with time zone), date_part('year', t0."day") FROM "events" AS t0 WHERE (t0."at" < now()) AND (t0."day" = current_date)
            []"#]],
    );
}

#[test]
fn null_and_alternatives() {
    check(
        User::query()
            .select(|u| {
                (
                    u.age.coalesce(0),
                    u.age.coalesce(u.age),
                    u.name.nullif(""),
                    case().when(u.age.lt(18), "minor").when(u.age.is_null(), "unknown").otherwise("adult"),
                    case().when(u.active, u.id).end(),
                    u.id.cast::<String>(),
                )
            })
            .to_sql(),
        expect![[r#"
            SELECT COALESCE(t0."age", $1), COALESCE(t0."age", t0."age"), NULLIF(t0."name", $2), CASE WHEN t0."age" < $3 THEN $4 WHEN t0."age" IS NULL THEN $5 ELSE $6 END, CASE WHEN t0."active" THEN t0."id" END, CAST(t0."id" AS text) FROM "users" AS t0
            [integer, text, integer, text, text, text]"#]],
    );
}

#[test]
fn fragments_bind_values_and_name_columns() {
    let (pattern, least) = ("^A", 3_i64);
    check(
        User::query()
            .filter(|u| sql!("{u.name} ~ {pattern}"))
            .filter(|u| sql!("length({u.email})::int8 >= {least}").expr::<bool>())
            .select(|u| (u.id, sql!("{u.id} * 2").expr::<i64>()))
            .to_sql(),
        expect![[r#"
            SELECT t0."id", (t0."id" * 2) FROM "users" AS t0 WHERE (t0."name" ~ $1) AND (length(t0."email")::int8 >= $2)
            [text, bigint]"#]],
    );
}

#[test]
fn functions_of_the_user() {
    check(
        Post::query().filter(|p| occurrences(p.title, "a").gt(1)).select(|p| twice_of(p.id)).to_sql(),
        expect![[r#"
            SELECT "extra"."twice"(t0."id") FROM "posts" AS t0 WHERE "occurrences"(t0."title", $1) > $2
            [text, integer]"#]],
    );
    check(
        User::query().select(|u| product(u.score)).to_sql(),
        expect![[r#"
        SELECT "product"(t0."score") FROM "users" AS t0
        []"#]],
    );
}

#[test]
fn a_number_may_stand_on_the_left() {
    check(
        User::query().select(|u| (100 - u.id, 2 * u.age, 0.5 + u.score / 2.0, 7 % (u.id + 1))).to_sql(),
        expect![[r#"
            SELECT $1 - t0."id", $2 * t0."age", $3 + (t0."score" / $4), $5 % (t0."id" + $6) FROM "users" AS t0
            [bigint, integer, double precision, double precision, bigint, bigint]"#]],
    );
}
