//! `orm explain`.

use orm_pg::Database;
use serde_json::Value;

use crate::{load, orm, url};

const TABLES: &str = "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
    CREATE TABLE posts (id bigint PRIMARY KEY, author bigint NOT NULL REFERENCES users ON DELETE CASCADE, title text);
    INSERT INTO users SELECT i, 'user ' || i FROM generate_series(1, 2000) i;
    INSERT INTO posts SELECT i, i % 2000 + 1, 'title' FROM generate_series(1, 20000) i;
    ANALYZE";

fn step<'a>(plan: &'a Value, kind: &str) -> &'a Value {
    let steps = plan["steps"].as_array().expect("steps");
    steps.iter().find(|it| it["step"] == kind).unwrap_or_else(|| panic!("no {kind} in {steps:#?}"))
}

#[orm_pg::test]
async fn what_a_statement_costs(db: Database) {
    let url = url(&db).await;
    load(&db, TABLES).await;
    let query = "SELECT * FROM posts WHERE title = 'none'";
    let text = orm(["explain", query]).on(&url).run().ends_with(0).out;
    assert!(text.contains("Seq Scan on posts ◀ costs most"), "{text}");
    assert!(text.contains("filter: (posts.title = 'none'::text): threw away 20,000 of 20,000 rows"), "{text}");
    assert!(text.lines().last().is_some_and(|it| it.starts_with("planned in ")), "{text}");

    let plan = orm(["explain", "--json", query]).on(&url).run().ends_with(0).json();
    let scan = step(&plan, "Seq Scan");
    assert_eq!((&scan["removed_by_filter"], &scan["most_expensive"]), (&20000.0.into(), &true.into()));
    assert!(plan["explain"][0]["Plan"].is_object(), "{plan}");
}

#[orm_pg::test]
async fn expectations_that_are_wrong(db: Database) {
    let url = url(&db).await;
    load(&db, TABLES).await;
    load(&db, "CREATE TABLE pairs (a int, b int); INSERT INTO pairs SELECT i % 100, i % 100 FROM generate_series(1, 10000) i; ANALYZE")
        .await;
    // The planner takes the columns for independent of each other.
    let plan =
        orm(["explain", "--json", "SELECT * FROM pairs WHERE a = 1 AND b = 1"]).on(&url).run().ends_with(0).json();
    let scan = step(&plan, "Seq Scan");
    assert_eq!((&scan["rows"], &scan["expected_rows"], &scan["wrong"]), (&100.0.into(), &1.0.into(), &true.into()));
    let text = orm(["explain", "SELECT * FROM pairs WHERE a = 1 AND b = 1"]).on(&url).run().ends_with(0).out;
    assert!(text.contains("100× more rows than expected"), "{text}");
}

#[orm_pg::test]
async fn the_statement_has_no_effect(db: Database) {
    let url = url(&db).await;
    load(&db, TABLES).await;
    let count = async || orm_pg::sql!("SELECT count(*) FROM posts").one::<i64>(&db).await.expect("a number");
    let refused = orm(["explain", "DELETE FROM users WHERE id < 10"]).on(&url).run().ends_with(1);
    assert!(refused.err.contains("help: the statement writes: `--write` runs it and rolls it back"), "{}", refused.err);
    let expected = orm(["explain", "--estimate", "DELETE FROM users WHERE id < 10"]).on(&url).run().ends_with(0).out;
    assert!(expected.contains("Delete on users") && expected.ends_with("the planner expects\n"), "{expected}");
    let written = orm(["explain", "--write", "DELETE FROM users WHERE id < 10"]).on(&url).run().ends_with(0).out;
    assert!(written.contains("trigger of the constraint posts_author_fkey on users, 9 calls"), "{written}");
    for two in [
        "SELECT 1; DELETE FROM posts",
        "SELECT 1; COMMIT; DELETE FROM posts",
        "SELECT 1); COMMIT; DELETE FROM posts; --",
    ] {
        for options in [&["explain", two][..], &["explain", "--write", two], &["explain", "--bind", "1", two]] {
            orm(options.iter().copied()).on(&url).run().ends_with(1);
        }
    }
    assert_eq!(count().await, 20000);
}

#[orm_pg::test]
async fn where_the_statement_comes_from(db: Database) {
    let url = url(&db).await;
    load(&db, TABLES).await;
    let text = orm(["explain", "SELECT * FROM users WHERE id = $1 AND name <> $2", "--bind", "-7", "--bind", "it's"]);
    let text = text.on(&url).run().ends_with(0).out;
    assert!(text.contains("index cond: (users.id = '-7'::bigint)") && text.contains("'it''s'"), "{text}");
    let without = orm(["explain", "SELECT * FROM users WHERE id = $1"]).on(&url).run().ends_with(1);
    assert!(without.err.contains("help: `--bind VALUE`"), "{}", without.err);
    let read = orm(["explain", "-"]).on(&url).reads("SELECT * FROM users -- all of them\n;\n").ends_with(0).out;
    assert!(read.contains("Seq Scan on users"), "{read}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("slow.sql");
    std::fs::write(&file, "SELECT count(*)\nFROM posts;\n").expect("a file");
    let read = orm(["explain", "--file", file.to_str().expect("a path")]).on(&url).run().ends_with(0).out;
    assert!(read.contains("Aggregate"), "{read}");
}
