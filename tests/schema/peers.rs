//! Changes for which users of other tools reported wrong plans. Each names the report.

use orm_pg::{
    prelude::*,
    schema::{
        introspect,
        migrate::{Options, diff},
    },
};

use orm_tests::change::{changed, of_text, refused, run, same, text};

/// pgplex/pgschema#480: the function was created again before the view that it returns.
#[orm_pg::test]
async fn a_function_that_returns_a_view_whose_columns_change(db: Database) {
    let schema = |column: &str, name: &str, argument: &str| {
        format!(
            "CREATE TABLE users (id int, gone bool DEFAULT false NOT NULL{column}, email text NOT NULL);
             CREATE VIEW shown AS SELECT id{name}, email FROM users WHERE gone = false;
             CREATE FUNCTION made(email text{argument}) RETURNS shown LANGUAGE plpgsql SECURITY DEFINER AS $$
             DECLARE v shown; BEGIN SELECT * INTO v FROM shown; RETURN v; END $$;
             CREATE FUNCTION all_of_them() RETURNS SETOF shown LANGUAGE sql AS $$ SELECT * FROM public.shown $$;"
        )
    };
    let to = schema(", role text DEFAULT 'member' NOT NULL", ", role", ", role text DEFAULT 'x'");
    changed(&db, &schema("", "", ""), &to, Options::new()).await;
    changed(&db, "", &schema("", "", ""), Options::new()).await;
}

/// stripe/pg-schema-diff#191 and #284: the function of a default was dropped first; a view was created before its function.
#[orm_pg::test]
async fn functions_in_defaults_and_views_come_and_go(db: Database) {
    let with = "CREATE FUNCTION demo() RETURNS text LANGUAGE plpgsql AS $$ begin return 'hi'; end $$;
        CREATE TABLE a_table (b text DEFAULT demo() NOT NULL);
        CREATE FUNCTION zz_rows(i int) RETURNS TABLE (result text) LANGUAGE sql AS $$ SELECT 'x' $$;
        CREATE VIEW a_view AS SELECT * FROM zz_rows(42);
        CREATE FUNCTION a_caller() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT count(*)::int FROM a_view; END;";
    changed(&db, "", with, Options::new()).await;
    changed(&db, "", "CREATE TABLE a_table (b text NOT NULL)", Options::new()).await;
    changed(&db, "", with, Options::new()).await;
}

/// pgplex/pgschema#444: the column was dropped before the view that reads it.
#[orm_pg::test]
async fn a_view_over_a_dropped_column_is_made_without_it(db: Database) {
    let schema = |column: &str, name: &str| {
        format!(
            "CREATE TABLE foo (id bigint PRIMARY KEY, keep text{column}); CREATE VIEW foo_v AS SELECT id, keep{name} FROM foo; CREATE MATERIALIZED VIEW m AS SELECT id FROM foo_v"
        )
    };
    changed(&db, &schema(", lost text", ", lost"), &schema("", ""), Options::new()).await;
}

/// djrobstep/migra#165: a constraint became deferrable in no way, so its change came again each time.
#[orm_pg::test]
async fn constraints_become_deferrable(db: Database) {
    let schema = |how: &str| {
        format!(
            "CREATE TABLE p (id int PRIMARY KEY{how}, a text CONSTRAINT u UNIQUE{how}, at tsrange, CONSTRAINT x EXCLUDE USING gist (at WITH &&){how});
             CREATE TABLE c (a text, CONSTRAINT f FOREIGN KEY (a) REFERENCES q (a){how}); "
        ).replace("CREATE TABLE c", "CREATE TABLE q (a text UNIQUE); CREATE TABLE c")
    };
    changed(&db, &schema(""), &schema(" DEFERRABLE INITIALLY DEFERRED"), Options::new()).await;
    changed(&db, "", &schema(" DEFERRABLE"), Options::new()).await;
    changed(&db, "", &schema(""), Options::new()).await;
}

/// djrobstep/migra#60: a table that became a partitioned one was no difference.
#[orm_pg::test]
async fn a_table_becomes_a_partitioned_one(db: Database) {
    let table = |by: &str| format!("CREATE TABLE measured (city int NOT NULL, day date NOT NULL, peak int){by};");
    let view = "CREATE VIEW v AS SELECT city FROM measured";
    let parts = " PARTITION BY RANGE (day); CREATE TABLE measured_2020 PARTITION OF measured FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')";
    let refused = refused(&db, &(table("") + view), &(table(parts) + view), Options::new()).await;
    assert!(refused.contains("the partition key of measured cannot be changed"), "{refused}");
}

/// t8y2/dbx#9988: the expression of an index was cut off, and DESC was lost. pgadmin-org/pgadmin4#8072: WHERE was no change.
#[orm_pg::test]
async fn indexes_of_long_expressions_and_their_conditions(db: Database) {
    let schema = |filter: &str| {
        format!(
            "CREATE TABLE r (topic varchar(80) PRIMARY KEY, current boolean NOT NULL DEFAULT false, category varchar(32) NOT NULL, at timestamptz);
             CREATE INDEX ranked ON r ((CASE WHEN category::text = ANY (ARRAY['person'::varchar, 'a, b)'::varchar]::text[]) THEN 0 ELSE 1 END), current DESC, at DESC NULLS LAST){filter};
             CREATE UNIQUE INDEX one ON r (category, at){filter}"
        )
    };
    changed(&db, &schema(""), &schema(" WHERE NOT current"), Options::new()).await;
    changed(&db, "", &schema(" WHERE current = false AND category IN ('a', 'b')"), Options::new()).await;
    changed(&db, "", &schema(""), Options::new()).await;
}

/// stripe/pg-schema-diff#206: a foreign key into another schema named the table without it.
/// pgadmin-org/pgadmin4#4413: a serial column was altered as an identity column.
#[orm_pg::test]
async fn keys_and_sequences_in_other_schemas(db: Database) {
    let schema = |key: &str| {
        format!(
            "CREATE SCHEMA one; CREATE SCHEMA two; CREATE TABLE one.t (id bigserial PRIMARY KEY); CREATE TABLE two.t (id serial PRIMARY KEY, o bigint{key});"
        )
    };
    changed(
        &db,
        &(schema("") + "INSERT INTO one.t DEFAULT VALUES"),
        &schema(" REFERENCES one.t ON DELETE CASCADE"),
        Options::new(),
    )
    .await;
    assert_eq!(text(&db, "INSERT INTO one.t DEFAULT VALUES RETURNING id::text").await, "2");
    changed(&db, "", &schema(" REFERENCES two.t"), Options::new()).await;
}

/// Two branches that change different tables: both orders of their plans lead to one schema.
#[orm_pg::test]
async fn plans_of_two_branches_in_both_orders(db: Database) {
    let schema = |one: &str, other: &str| {
        format!(
            "CREATE TYPE mood AS ENUM ('a'{one}); CREATE TABLE t (a int{}); CREATE TABLE u (b int); {other}",
            if one.is_empty() { "" } else { ", m mood DEFAULT 'b', CHECK (a > 0)" }
        )
    };
    let (left, right) = (", 'b'", "CREATE INDEX ON u (b); ALTER TABLE u ADD COLUMN c text NOT NULL DEFAULT 'x';");
    let base = of_text(&db, &schema("", "")).await;
    let from = introspect(base.database()).await.expect("a catalog");
    let mut plans = Vec::new();
    for (one, other) in [(left, ""), ("", right)] {
        let branch = of_text(&db, &schema(one, other)).await;
        let to = introspect(branch.database()).await.expect("a catalog");
        plans.push(diff(&from, &to, &Options::new()).expect("a plan"));
        branch.drop().await.expect("the database is dropped");
    }
    let both = of_text(&db, &schema(left, right)).await;
    let wanted = introspect(both.database()).await.expect("a catalog");
    for order in [[0, 1], [1, 0]] {
        let there = of_text(&db, &schema("", "")).await;
        for i in order {
            run(there.database(), &plans[i]).await.expect("the plan runs");
        }
        let reached = introspect(there.database()).await.expect("a catalog");
        same(&reached, &wanted).unwrap_or_else(|why| panic!("{order:?}: {why}"));
        there.drop().await.expect("the database is dropped");
    }
    for it in [base, both] {
        it.drop().await.expect("the database is dropped");
    }
}

/// bytebase/bytebase#20912: the table was dropped before the composite type let go of its row type.
#[orm_pg::test]
async fn a_table_goes_of_which_a_type_had_a_row(db: Database) {
    let from = "CREATE TABLE t (id int); CREATE TYPE pair AS (r t, n int); CREATE TABLE u (p pair)";
    changed(&db, from, "CREATE TYPE pair AS (r text, n int); CREATE TABLE u (p pair)", Options::new()).await;
}

/// gdpotter/pgmt#12: the new check of a domain was added before the old one of its name was dropped.
#[orm_pg::test]
async fn the_check_of_a_domain_changes(db: Database) {
    let schema = |check: &str| format!("CREATE DOMAIN d AS text CHECK (VALUE ~ '{check}'); CREATE TABLE t (d d)");
    changed(&db, &schema("^[0-9]+$"), &schema("^[0-9.]+$"), Options::new()).await;
}

/// stripe/pg-schema-diff#110: a sequence could not get another end.
#[orm_pg::test]
async fn a_sequence_ends_earlier_and_starts_again_there(db: Database) {
    changed(&db, "CREATE SEQUENCE s", "CREATE SEQUENCE s MAXVALUE 89999 CYCLE", Options::new()).await;
    changed(&db, "", "CREATE SEQUENCE s AS smallint", Options::new()).await;
}
