//! Changes of enum types that are in use, with rows.

use orm_pg::{prelude::*, schema::migrate::Options};

use orm_tests::change::{changed, text, texts};

/// A type that is used in every way, with rows.
fn in_use(labels: &str) -> String {
    format!(
        r"
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ({labels});
COMMENT ON TYPE app.mood IS 'how it is';
CREATE DOMAIN app.feeling AS app.mood DEFAULT 'ok' CHECK (VALUE <> 'sad');
CREATE TYPE app.pair AS (a app.mood, b text);
CREATE FUNCTION app.is_ok(m app.mood) RETURNS bool LANGUAGE sql IMMUTABLE RETURN m = 'ok';
CREATE TABLE app.users (
    id int PRIMARY KEY,
    mood app.mood NOT NULL DEFAULT 'ok',
    moods app.mood[] DEFAULT '{{ok,sad}}',
    maybe app.feeling,
    CONSTRAINT not_both CHECK (mood <> 'sad' OR moods <> '{{}}'),
    CONSTRAINT known CHECK (mood IN ('ok', 'sad'))
);
CREATE INDEX by_mood ON app.users (mood, id DESC) WHERE mood = 'ok';
CREATE INDEX by_ok ON app.users ((mood = 'sad'));
CREATE UNIQUE INDEX one_sad ON app.users (mood) WHERE mood = 'sad';
CREATE VIEW app.happy AS SELECT id, mood FROM app.users WHERE mood = 'ok';
CREATE MATERIALIZED VIEW app.counts AS SELECT mood, count(*) AS n FROM app.happy GROUP BY mood;
CREATE UNIQUE INDEX counts_mood ON app.counts (mood);
CREATE POLICY own ON app.users USING (mood <> 'sad');
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER touched BEFORE UPDATE ON app.users FOR EACH ROW WHEN (new.mood = 'ok') EXECUTE FUNCTION app.touch();
"
    )
}

const ROWS: &str = "INSERT INTO app.users (id, mood, moods) VALUES (1, 'ok', '{ok}'), (2, 'sad', '{sad,ok}');
REFRESH MATERIALIZED VIEW app.counts;";

const MOODS: &str = "SELECT mood::text || ' ' || moods::text FROM app.users ORDER BY id";

#[orm_pg::test]
async fn a_label_in_the_middle_that_is_the_new_default(db: Database) {
    let table = |default: &str| format!("CREATE TABLE t (a mood DEFAULT '{default}', b mood[]);");
    let from =
        format!("CREATE TYPE mood AS ENUM ('low', 'high'); {} INSERT INTO t VALUES ('low', '{{high}}')", table("low"));
    let to = format!("CREATE TYPE mood AS ENUM ('lowest', 'low', 'middle', 'high'); {}", table("middle"));
    let plan = changed(&db, &from, &to, Options::new()).await;
    let sql: Vec<_> = plan.steps.iter().map(|it| it.sql.as_str()).collect();
    assert!(sql.iter().filter(|it| it.contains("ADD VALUE")).all(|it| it.contains("BEFORE")), "{sql:?}");
    assert_eq!(texts(&db, "INSERT INTO t (b) VALUES ('{lowest}') RETURNING a::text").await, ["middle"]);
    assert_eq!(text(&db, "SELECT count(*)::text FROM t").await, "2");
}

#[orm_pg::test]
async fn labels_are_added_to_a_type_in_use(db: Database) {
    let from = in_use("'sad', 'ok'") + ROWS;
    changed(&db, &from, &in_use("'sad', 'so so', 'ok', 'happy'"), Options::new()).await;
    assert_eq!(texts(&db, MOODS).await, ["ok {ok}", "sad {sad,ok}"]);
}

#[orm_pg::test]
async fn a_label_is_removed_from_a_type_in_use(db: Database) {
    let from = in_use("'sad', 'so so', 'ok', 'happy'") + ROWS;
    changed(&db, &from, &in_use("'sad', 'ok'"), Options::new()).await;
    assert_eq!(texts(&db, MOODS).await, ["ok {ok}", "sad {sad,ok}"]);
    assert_eq!(text(&db, "SELECT count(*)::text FROM app.counts").await, "1");
}

#[orm_pg::test]
async fn labels_of_a_type_in_use_get_another_order(db: Database) {
    let from = in_use("'sad', 'so so', 'ok'") + ROWS;
    changed(&db, &from, &in_use("'ok', 'so so', 'sad'"), Options::new()).await;
    assert_eq!(texts(&db, MOODS).await, ["ok {ok}", "sad {sad,ok}"]);
    assert_eq!(texts(&db, "SELECT mood::text FROM app.users ORDER BY mood").await, ["ok", "sad"]);
}

#[orm_pg::test]
async fn a_label_that_rows_have_is_not_removed(db: Database) {
    let from = "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (a mood); INSERT INTO t VALUES ('a'), ('b')";
    let to = "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (a mood)";
    let refused = orm_tests::change::refused(&db, from, to, Options::new()).await;
    assert!(refused.contains('b'), "{refused}");
    assert_eq!(texts(&db, "SELECT a::text FROM t ORDER BY a").await, ["a", "b"]);
}
