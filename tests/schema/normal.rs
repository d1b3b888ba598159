//! Expressions that a person writes in another way than the server: once read, they do not differ any more.

use orm_pg::{prelude::*, schema::Scratch};

use orm_tests::change::{self, load};

/// Types, functions and tables that the expressions name, by names without schemas where the path finds them.
const GROUND: &str = r#"
CREATE SCHEMA app;
CREATE SCHEMA "My Schema";
CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'it''s');
CREATE TYPE public.mood AS ENUM ('other');
CREATE TYPE "My Schema".size AS ENUM ('S', 'M');
CREATE SEQUENCE app.counter;
CREATE FUNCTION app.twice(a int) RETURNS int LANGUAGE sql IMMUTABLE RETURN a * 2;
CREATE FUNCTION public.twice(a int) RETURNS int LANGUAGE sql IMMUTABLE RETURN a * 3;
CREATE DOMAIN app.short AS varchar(20);
"#;

/// A type, and the default of a column of that type.
const DEFAULTS: [(&str, &str); 36] = [
    ("text", "'x'"),
    ("text", "'it''s'"),
    ("text", "E'a\\nb\\\\'"),
    ("text", "NULL"),
    ("varchar(10)", "'x'"),
    ("char(3)", "'x'"),
    ("text", "'5'::varchar(3)"),
    ("integer", "'5'"),
    ("integer", "-1"),
    ("integer", "+ 7"),
    ("bigint", "5"),
    ("smallint", "1 + 2"),
    ("numeric(10, 2)", "-1.50"),
    ("double precision", "1e10"),
    ("boolean", "'t'"),
    ("boolean", "(NOT true)"),
    ("timestamptz", "now()"),
    ("timestamptz", "CURRENT_TIMESTAMP"),
    ("timestamptz(3)", "CURRENT_TIMESTAMP(3)"),
    ("timestamp", "localtimestamp"),
    ("timestamp", "(now() AT TIME ZONE 'utc')"),
    ("date", "CURRENT_DATE"),
    ("date", "'2020-1-2'"),
    ("interval", "interval '1 day'"),
    ("interval", "'36 hours'"),
    ("text[]", "'{}'"),
    ("text[]", "ARRAY['a', 'b']"),
    ("integer[]", "ARRAY[]::int[]"),
    ("jsonb", "'{\"b\": 1, \"a\": [true]}'"),
    ("jsonb", "jsonb_build_object('a', 1)"),
    ("uuid", "gen_random_uuid()"),
    ("app.mood", "'ok'"),
    ("app.mood", "'it''s'::app.mood"),
    ("\"My Schema\".size[]", "ARRAY['S', 'M']::\"My Schema\".size[]"),
    ("integer", "app.twice(4) - public.twice(1)"),
    ("bigint", "nextval('app.counter')"),
];

/// The conditions of CHECK constraints of the table `things`.
const CHECKS: [&str; 20] = [
    "kind IN ('a', 'b')",
    "code IN ('a', 'b')",
    "fixed IN ('a', 'b')",
    "kind NOT IN ('a')",
    "old BETWEEN 1 AND 9",
    "old NOT BETWEEN 10 AND 20",
    "old != 7 AND NOT old = 8",
    "(((old))) > -1",
    "price >= 0 AND price <= '100'",
    "kind ~ '^[a-z]+$' AND kind !~~ '%x'",
    "kind LIKE 'a%' OR kind ILIKE '_b' ESCAPE '!'",
    "mood <> 'sad' AND mood = ANY ('{ok,sad}')",
    "mood IN ('ok', 'sad')",
    "tags <@ ARRAY['a', 'b'] AND cardinality(tags) < 4",
    "data ? 'a' AND data->>'a' <> '' AND data @> '{\"b\": 1}'",
    "at > '2020-01-01' AND at < now() + interval '1 day'",
    "CASE WHEN old > 1 THEN kind IS NOT NULL ELSE true END",
    "coalesce(kind, code, 'x') IS DISTINCT FROM ''",
    "char_length(kind) <= 10 AND substring(kind FROM 1 FOR 2) <> 'zz' AND extract(year FROM at) > 2000",
    "app.twice(old) > 1 AND (old, price) <> (1, 2) AND label::text || 'x' <> 'x'",
];

/// What follows `CREATE INDEX .. ON things`.
const INDEXES: [&str; 14] = [
    "(kind ASC NULLS LAST)",
    "(kind DESC NULLS FIRST, old NULLS FIRST)",
    "(lower(kind))",
    "((old + 1), (price))",
    "(kind text_pattern_ops) WHERE code IN ('a', 'b')",
    "(kind COLLATE \"C\" DESC) INCLUDE (old) WITH (fillfactor = 70)",
    "USING gin (data jsonb_path_ops)",
    "USING gin (tags) WITH (fastupdate = off)",
    "(coalesce(kind, 'none'), (data->>'a')) WHERE old IS NOT NULL AND NOT old = 3",
    "((mood = 'ok')) WHERE mood IN ('ok', 'sad')",
    "USING hash (kind)",
    "USING brin (at) WITH (pages_per_range = 16)",
    "(app.twice(old)) WHERE app.twice(old) BETWEEN 1 AND 5",
    "(date_trunc('day', at AT TIME ZONE 'utc')) WHERE at > '2020-01-01 00:00+00'",
];

fn written() -> String {
    let mut sql = GROUND.to_owned();
    let columns: Vec<_> =
        DEFAULTS.iter().enumerate().map(|(i, (ty, default))| format!("d{i} {ty} DEFAULT {default}")).collect();
    sql += &format!("CREATE TABLE app.defaults ({});\n", columns.join(", "));
    let checks: Vec<_> = CHECKS.iter().enumerate().map(|(i, it)| format!("CONSTRAINT k{i} CHECK ({it})")).collect();
    sql += &format!(
        "CREATE TABLE app.things (kind text, code varchar(10), fixed char(2), old int, price numeric(8, 2), mood app.mood, \
         tags text[], data jsonb, at timestamptz, label app.short, \
         total numeric GENERATED ALWAYS AS (price * 2) STORED, \
         small text GENERATED ALWAYS AS (CASE WHEN code IN ('a', 'b') THEN kind ELSE lower(code) END) STORED, {});\n",
        checks.join(", ")
    );
    for (i, it) in INDEXES.iter().enumerate() {
        let (method, rest) = match it.strip_prefix("USING ").and_then(|it| it.split_once(' ')) {
            Some((method, rest)) => (format!("USING {method} "), rest),
            None => (String::new(), *it),
        };
        sql += &format!("CREATE INDEX i{i} ON app.things {method}{rest};\n");
    }
    sql += "CREATE VIEW app.some AS SELECT * FROM app.things WHERE code IN ('a', 'b') AND mood IN ('ok') AND old BETWEEN 1 AND 2;\n";
    sql += "CREATE DOMAIN app.letter AS varchar(3) DEFAULT 'a' CHECK (VALUE IN ('a', 'b'));\n";
    sql
}

#[orm_pg::test]
async fn what_is_written_freely_does_not_differ_again(db: Database) {
    for path in ["public", "app, \"My Schema\", public", "\"My Schema\""] {
        let scratch = Scratch::create(&db).await.expect("a database");
        let there = scratch.database();
        load(there, &format!("ALTER DATABASE \"{}\" SET search_path = {path}", scratch.name())).await;
        load(there, &format!("SET search_path = {path}; {}", written())).await;
        change::made_again(there).await.unwrap_or_else(|why| panic!("{path}: {why}"));
        scratch.drop().await.expect("the database is dropped");
    }
}
