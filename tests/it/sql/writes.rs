//! Inserts, upserts, updates, deletes.

use expect_test::expect;
use orm_pg::prelude::*;

use crate::{
    models::{Account, NewAccount, NewPost, NewTagged, NewUser, Post, Status, Tagged, User},
    support::check,
};

fn new_user() -> NewUser {
    NewUser::new("ann@example.org", "Ann")
}

fn account(id: i64) -> Account {
    Account { id, balance: 10, version: 3, changed: None }
}

#[test]
fn one_row() {
    check(
        User::insert(new_user()).to_sql(),
        expect![[r#"
        INSERT INTO "users" AS t0 ("email", "name", "age") VALUES ($1, $2, $3) RETURNING t0."id", t0."email", t0."name", t0."age", t0."active", t0."score", t0."status"
        [text, text, integer]"#]],
    );
    check(
        User::insert(NewUser { age: Some(3), status: Status::Open.into(), ..new_user() }).returning(|u| u.id).to_sql(),
        expect![[r#"
            INSERT INTO "users" AS t0 ("email", "name", "age", "status") VALUES ($1, $2, $3, $4::"status") RETURNING t0."id"
            [text, text, integer, status]"#]],
    );
}

#[test]
fn many_rows_are_one_array_a_column() {
    let rows = (0..3).map(|n| NewPost { author_id: n, title: "x".into(), published: true.into() });
    check(
        Post::insert_many(rows).returning(|p| p.id).to_sql(),
        expect![[r#"
        INSERT INTO "posts" AS t0 ("author_id", "title", "published") SELECT * FROM unnest($1, $2, $3) RETURNING t0."id"
        [bigint[], text[], boolean[]]"#]],
    );
    let rows = (0..3).map(|n| NewPost { author_id: n, title: "x".into(), published: Auto });
    check(
        Post::insert_many(rows).returning(|p| p.id).to_sql(),
        expect![[r#"
        INSERT INTO "posts" AS t0 ("author_id", "title") SELECT * FROM unnest($1, $2) RETURNING t0."id"
        [bigint[], text[]]"#]],
    );
}

#[test]
fn rows_that_differ_in_their_defaults_are_values() {
    let rows = [Auto, true.into(), Auto].map(|published| NewPost { author_id: 1, title: "x".into(), published });
    check(
        Post::insert_many(rows).returning(|p| p.id).to_sql(),
        expect![[r#"
        INSERT INTO "posts" AS t0 ("author_id", "title", "published") VALUES ($1, $2, DEFAULT), ($3, $4, $5), ($6, $7, DEFAULT) RETURNING t0."id"
        [bigint, text, bigint, text, boolean, bigint, text]"#]],
    );
}

#[test]
fn columns_of_arrays_keep_rows_as_values() {
    let rows = [vec!["a".to_owned()], vec![]].map(|tags| NewTagged { tags, marks: None });
    check(
        Tagged::insert_many(rows).to_sql(),
        expect![[r#"
        INSERT INTO "tagged" AS t0 ("tags", "marks") VALUES ($1, $2), ($3, $4) RETURNING t0."id", t0."tags", t0."marks"
        [text[], integer[], text[], integer[]]"#]],
    );
}

#[test]
fn upserts() {
    check(
        User::insert(new_user())
            .on_conflict(|u| u.email)
            .do_update(|u, new| (u.name.set(new.name), u.age.set(u.age.coalesce(0) + 1)))
            .filter(|u, new| u.name.ne(new.name))
            .returning(|u| u.id)
            .to_sql(),
        expect![[r#"
            INSERT INTO "users" AS t0 ("email", "name", "age") VALUES ($1, $2, $3) ON CONFLICT ("email") DO UPDATE SET "name" = excluded."name", "age" = COALESCE(t0."age", $4) + $5 WHERE t0."name" <> excluded."name" RETURNING t0."id"
            [text, text, integer, integer, integer]"#]],
    );
    check(
        User::insert(new_user()).on_constraint(User::EMAIL_KEY).do_nothing().returning(|u| u.id).to_sql(),
        expect![[r#"
            INSERT INTO "users" AS t0 ("email", "name", "age") VALUES ($1, $2, $3) ON CONFLICT ON CONSTRAINT "users_email_key" DO NOTHING RETURNING t0."id"
            [text, text, integer]"#]],
    );
    check(
        User::insert(new_user()).on_any_conflict_do_nothing().returning(|u| u.id).to_sql(),
        expect![[r#"
        INSERT INTO "users" AS t0 ("email", "name", "age") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING t0."id"
        [text, text, integer]"#]],
    );
    let rows = [NewAccount { id: 1, balance: 5, version: Auto, changed: Auto }];
    check(
        Account::insert_many(rows).on_conflict(|a| a.id).do_update(|a, new| a.balance.set(new.balance)).to_sql(),
        expect![[r#"
            INSERT INTO "accounts" AS t0 ("id", "balance") SELECT * FROM unnest($1, $2) ON CONFLICT ("id") DO UPDATE SET "balance" = excluded."balance", "version" = t0."version" + 1, "changed" = now() RETURNING t0."id", t0."balance", t0."version", t0."changed"
            [bigint[], bigint[]]"#]],
    );
}

#[test]
fn updates_by_query() {
    check(
        Post::query().filter(|p| p.author_id.eq(7)).update(|p| p.published.set(true)).returning(|p| p.id).to_sql(),
        expect![[r#"
            UPDATE "posts" AS t0 SET "published" = $1 WHERE t0."author_id" = $2 RETURNING t0."id"
            [boolean, bigint]"#]],
    );
    check(
        User::query()
            .all_rows()
            .update(|u| {
                (u.age.set(None), u.name.set(u.name.upper()), Some(u.score.set(1.5)), vec![u.status.set(Status::Done)])
            })
            .returning(|u| u.id)
            .to_sql(),
        expect![[r#"
            UPDATE "users" AS t0 SET "age" = $1, "name" = upper(t0."name"), "score" = $2, "status" = $3::"status" RETURNING t0."id"
            [integer, double precision, status]"#]],
    );
}

#[test]
fn updates_by_instance_check_the_version() {
    check(
        account(1).update(|a| a.balance.set(a.balance - 100)).to_sql(),
        expect![[r#"
        UPDATE "accounts" AS t0 SET "balance" = t0."balance" - $1, "version" = t0."version" + 1, "changed" = now() WHERE (t0."id" = $2) AND (t0."version" = $3) RETURNING t0."id", t0."balance", t0."version", t0."changed"
        [bigint, bigint, integer]"#]],
    );
    check(
        account(1).delete().to_sql(),
        expect![[r#"
        DELETE FROM "accounts" AS t0 WHERE (t0."id" = $1) AND (t0."version" = $2) RETURNING t0."id", t0."balance", t0."version", t0."changed"
        [bigint, integer]"#]],
    );
}

#[test]
fn deletes_by_query() {
    check(
        Post::query().filter(|p| p.title.eq("")).delete().returning(|p| p.id).to_sql(),
        expect![[r#"
        DELETE FROM "posts" AS t0 WHERE t0."title" = $1 RETURNING t0."id"
        [text]"#]],
    );
    check(
        Post::query().delete().all_rows().returning(|p| p.id).to_sql(),
        expect![[r#"
        DELETE FROM "posts" AS t0 RETURNING t0."id"
        []"#]],
    );
}
