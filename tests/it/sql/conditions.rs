//! Comparisons, logic and lists.

use expect_test::expect;
use orm_pg::prelude::*;

use crate::{
    models::{Status, User},
    support::check,
};

#[test]
fn comparisons_bind_their_values() {
    check(
        User::query().filter(|u| u.age.ge(18)).to_sql(),
        expect![[r#"
            SELECT t0."id", t0."email", t0."name", t0."age", t0."active", t0."score", t0."status" FROM "users" AS t0 WHERE t0."age" >= $1
            [integer]"#]],
    );
    check(
        User::query()
            .filter(|u| u.id.eq(1))
            .filter(|u| u.id.ne(2).and(u.id.lt(3)).and(u.id.le(4)).and(u.id.gt(5)))
            .select(|u| u.id)
            .to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "users" AS t0 WHERE (t0."id" = $1) AND ((t0."id" <> $2) AND (t0."id" < $3) AND (t0."id" <= $4) AND (t0."id" > $5))
            [bigint, bigint, bigint, bigint, bigint]"#]],
    );
}

#[test]
fn text_takes_the_type_of_the_column_beside_it() {
    let name = String::from("Ann");
    let text =
        User::query().filter(|u| u.name.eq(&name).or(u.name.eq("Bob")).or(u.name.eq(name.as_str()))).select(|u| u.id);
    check(
        text.to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE (t0."name" = $1) OR (t0."name" = $2) OR (t0."name" = $3)
        [text, text, text]"#]],
    );
    assert!(text.to_sql().binds.iter().all(|it| it.declared_oid() == 0));
}

#[test]
fn logic_keeps_its_parentheses() {
    check(
        User::query()
            .filter(|u| u.active.or(u.age.is_null()).and(u.name.like("A%")))
            .filter(|u| !(u.active.and(u.age.gt(3))))
            .filter(|u| !u.active)
            .select(|u| u.id)
            .to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "users" AS t0 WHERE ((t0."active" OR (t0."age" IS NULL)) AND (t0."name" LIKE $1)) AND (NOT (t0."active" AND (t0."age" > $2))) AND (NOT t0."active")
            [text, integer]"#]],
    );
}

#[test]
fn no_conditions_are_true_and_no_alternatives_false() {
    check(
        User::query()
            .filter(|_| Cond::all::<Cond>([]))
            .filter(|u| Cond::any([u.id.eq(1), u.id.eq(2)]))
            .filter(|u| Cond::all([u.active]))
            .select(|u| u.id)
            .to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "users" AS t0 WHERE TRUE AND ((t0."id" = $1) OR (t0."id" = $2)) AND t0."active"
            [bigint, bigint]"#]],
    );
    check(
        User::query().filter(|_| Cond::any::<Cond>([])).select(|u| u.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE FALSE
        []"#]],
    );
}

#[test]
fn null_is_asked_for_by_name() {
    check(
        User::query()
            .filter(|u| u.age.is_null().or(u.age.is_not_null()))
            .filter(|u| u.age.is_distinct_from(Some(3)))
            .filter(|u| u.age.is_not_distinct_from(None))
            .filter(|u| u.age.is_not_distinct_from(3))
            .select(|u| u.id)
            .to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "users" AS t0 WHERE ((t0."age" IS NULL) OR (t0."age" IS NOT NULL)) AND (t0."age" IS DISTINCT FROM $1) AND (t0."age" IS NOT DISTINCT FROM $2) AND (t0."age" IS NOT DISTINCT FROM $3)
            [integer, integer, integer]"#]],
    );
}

#[test]
fn lists_are_one_bind() {
    let names = vec!["Ann".to_owned()];
    check(
        User::query()
            .filter(|u| u.id.in_([1, 2, 3]))
            .filter(|u| u.name.in_(["Ann", "Bob"]))
            .filter(|u| u.name.in_(&names))
            .filter(|u| u.age.in_(vec![1, 2]))
            .filter(|u| u.id.not_in(&[4, 5][..]))
            .filter(|u| u.status.in_([Status::Open]))
            .select(|u| u.id)
            .to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "users" AS t0 WHERE (t0."id" = ANY ($1)) AND (t0."name" = ANY ($2)) AND (t0."name" = ANY ($3)) AND (t0."age" = ANY ($4)) AND (t0."id" <> ALL ($5)) AND (t0."status" = ANY ($6::"status"[]))
            [bigint[], text[], text[], integer[], bigint[], status[]]"#]],
    );
    check(
        User::query().filter(|u| u.id.in_(Vec::<i64>::new())).select(|u| u.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE t0."id" = ANY ($1)
        [bigint[]]"#]],
    );
}

#[test]
fn ranges_and_patterns() {
    check(
        User::query()
            .filter(|u| u.age.between(18, 65))
            .filter(|u| u.name.like("A_%").and(u.name.not_like("B%")).and(u.name.ilike("%c%")))
            .filter(|u| u.name.starts_with("50%").and(u.name.ends_with("_x")).and(u.name.contains("a\\b")))
            .select(|u| u.id)
            .to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "users" AS t0 WHERE (t0."age" BETWEEN $1 AND $2) AND ((t0."name" LIKE $3) AND (t0."name" NOT LIKE $4) AND (t0."name" ILIKE $5)) AND ((t0."name" LIKE $6) AND (t0."name" LIKE $7) AND (t0."name" LIKE $8))
            [integer, integer, text, text, text, text, text, text]"#]],
    );
    check(
        User::query()
            .filter(|u| u.name.contains(u.email).and(u.name.starts_with(u.email.lower())))
            .select(|u| u.id)
            .to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "users" AS t0 WHERE (t0."name" LIKE (('%' || replace(replace(replace(t0."email", E'\\', E'\\\\'), '%', E'\\%'), '_', E'\\_')) || '%')) AND (t0."name" LIKE (replace(replace(replace(lower(t0."email"), E'\\', E'\\\\'), '%', E'\\%'), '_', E'\\_') || '%'))
            []"#]],
    );
}

#[test]
fn types_of_the_user_are_named_in_the_text() {
    check(
        User::query().filter(|u| u.status.eq(Status::Open)).select(|u| u.status).to_sql(),
        expect![[r#"
        SELECT t0."status" FROM "users" AS t0 WHERE t0."status" = $1::"status"
        [status]"#]],
    );
}

#[test]
fn conditions_are_plain_functions() {
    fn adult(u: crate::models::UserColumns) -> Cond {
        u.age.ge(18)
    }
    check(
        User::query().filter(adult).select(|u| u.id).to_sql(),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE t0."age" >= $1
        [integer]"#]],
    );
}

#[test]
fn conditions_can_be_selected() {
    check(
        User::query().select(|u| (u.id, u.age.gt(18), u.active.and(u.age.is_null()).expr())).to_sql(),
        expect![[r#"
        SELECT t0."id", t0."age" > $1, t0."active" AND (t0."age" IS NULL) FROM "users" AS t0
        [integer]"#]],
    );
}

#[test]
fn an_option_of_a_condition_filters_where_there_is_one() {
    let by = |age: Option<i32>| User::query().filter(|u| age.map(|age| u.age.ge(age))).select(|u| u.id).to_sql();
    check(
        by(Some(18)),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0 WHERE t0."age" >= $1
        [integer]"#]],
    );
    check(
        by(None),
        expect![[r#"
        SELECT t0."id" FROM "users" AS t0
        []"#]],
    );
}

#[test]
fn and_or_and_not_have_operators() {
    check(
        User::query().filter(|u| u.active & u.id.gt(1) | !u.active & (u.id.lt(5) | u.active)).select(|u| u.id).to_sql(),
        expect![[r#"
            SELECT t0."id" FROM "users" AS t0 WHERE (t0."active" AND (t0."id" > $1)) OR ((NOT t0."active") AND ((t0."id" < $2) OR t0."active"))
            [bigint, bigint]"#]],
    );
}

#[test]
fn a_condition_is_a_value_as_well() {
    check(
        User::query()
            .filter(|u| u.age.ge(18).eq(u.active).and(u.active.eq(u.age.is_null())))
            .order_by(|u| {
                (u.age.is_null().desc(), u.name.eq("Ann").asc().nulls_last(), sql!("length({u.name})").desc())
            })
            .select(|u| u.age.gt(1).coalesce(false))
            .to_sql(),
        expect![[r#"
            SELECT COALESCE(t0."age" > $1, $2) FROM "users" AS t0 WHERE ((t0."age" >= $3) = t0."active") AND (t0."active" = (t0."age" IS NULL)) ORDER BY (t0."age" IS NULL) DESC, (t0."name" = $4) NULLS LAST, (length(t0."name")) DESC
            [integer, boolean, integer, text]"#]],
    );
    check(
        User::query().group_by(|u| u.age.is_null()).select(|u| (u.age.is_null(), u.age.is_null().count())).to_sql(),
        expect![[r#"
            SELECT t0."age" IS NULL, count(t0."age" IS NULL) FROM "users" AS t0 GROUP BY t0."age" IS NULL
            []"#]],
    );
}
