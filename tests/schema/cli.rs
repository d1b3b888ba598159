//! The command `orm` with models: from models to migrations to a database, and back.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use orm_pg::prelude::*;
use serde_json::Value;

use crate::{load, name};

/// A project: a folder, a database, and a version of its models.
pub(crate) struct Shop {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) url: String,
}

impl Shop {
    pub(crate) async fn on(db: &Database) -> Self {
        let url = orm_pg::testing::server().await.expect("a server").url_of(&name(db).await);
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("migrations")).expect("a folder");
        Self { folder, url }
    }

    pub(crate) fn migrations(&self) -> PathBuf {
        self.folder.path().join("migrations")
    }

    /// Runs a command, which must end with this status, and returns what it prints.
    #[track_caller]
    pub(crate) fn run(&self, models: &str, status: i32, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_shop"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("SHOP", models)
            .env("DATABASE_URL", &self.url)
            .env("ORM_SCRATCH_URL", &self.url)
            .env_remove("NO_COLOR")
            .stdin(Stdio::null())
            .output()
            .expect("the command");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{arguments:?}\n{out}\n{err}");
        if status == 1 { err } else { out }
    }

    #[track_caller]
    pub(crate) fn json(&self, models: &str, status: i32, arguments: &[&str]) -> Value {
        let out = self.run(models, status, &[arguments, &["--json"]].concat());
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }

    /// The names of the files, and their texts.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        files(&self.migrations())
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.migrations().join(name), text).expect("a file");
    }
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path());
    let mut files: Vec<_> = entries
        .filter(|it| it.extension().is_some_and(|it| it == "sql"))
        .map(|it| {
            let name = it.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&it).expect("a text"))
        })
        .collect();
    files.sort();
    files
}

#[orm_pg::test]
async fn from_models_to_a_database(db: Database) {
    let shop = Shop::on(&db).await;
    assert!(shop.run("first", 3, &["migrate", "check"]).contains("CREATE TABLE"));
    let written = shop.run("first", 0, &["migrate", "diff", "--name", "first"]);
    assert!(written.contains("proved on a scratch database"), "{written}");
    let files = shop.files();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].0.ends_with("_first.up.sql") && files[0].1.contains("CREATE TABLE"), "{files:?}");

    let status = shop.json("first", 3, &["migrate", "status"]);
    assert_eq!(status["migrations"][0]["standing"], "pending");
    let ran = shop.json("first", 0, &["migrate", "up"]);
    assert_eq!(ran["ran"].as_array().map(Vec::len), Some(1), "{ran}");
    assert_eq!(ran["unmanaged"], 0);
    assert!(shop.run("first", 0, &["migrate", "up"]).starts_with("there was nothing to run\n"));
    assert!(shop.run("first", 0, &["migrate", "status"]).starts_with("done     "));
    let verified = shop.run("first", 0, &["verify"]);
    assert_eq!(verified, "the database is what its 1 model say\n0 unmanaged objects in the database\n");
    assert!(shop.run("first", 0, &["migrate", "check"]).contains("the history of the database fits the files"));

    let differs = shop.run("second", 3, &["verify"]);
    assert!(differs.contains("posts") && differs.contains("created_at"), "{differs}");
    shop.run("second", 3, &["migrate", "check"]);
    shop.run("second", 0, &["migrate", "diff", "--name", "posts"]);
    shop.run("second", 0, &["migrate", "up"]);
    shop.run("second", 0, &["verify"]);
    shop.run("second", 0, &["migrate", "check"]);
}

#[orm_pg::test]
async fn what_loses_data_needs_a_word(db: Database) {
    let shop = Shop::on(&db).await;
    shop.run("second", 0, &["migrate", "diff", "--name", "first"]);
    shop.run("second", 0, &["migrate", "up"]);
    let number = shop.files().len();
    let refused = shop.run("third", 1, &["migrate", "diff", "--name", "shorter"]);
    assert!(refused.contains("help: if they are meant: --allow 'drop_column(users.nick)'"), "{refused}");
    assert!(refused.contains("--rename 'column(users.old, new)'"), "{refused}");
    assert_eq!(shop.files().len(), number);
    let allowed = ["migrate", "diff", "--name", "shorter", "--allow", "drop_column(users.nick)"];
    let written = shop.run("third", 0, &allowed);
    // A table without a model stays.
    assert!(
        written.contains("no model has the table posts, so it stays: `--allow 'drop_table(posts)'` drops it"),
        "{written}"
    );
    // The old version of the application uses the column.
    assert!(written.contains("(runs with --contract)"), "{written}");
    let up = shop.run("third", 0, &["migrate", "up"]);
    assert!(up.contains("waits: it runs with --contract"), "{up}");
    shop.run("third", 3, &["verify"]);
    shop.run("third", 0, &["migrate", "up", "--contract"]);
    shop.run("third", 0, &["verify"]);
    let dropped = ["migrate", "diff", "--name", "no posts", "--allow", "drop_table(posts)", "--unused"];
    shop.run("third", 0, &dropped);
    shop.run("third", 0, &["migrate", "up", "--contract"]);
    let tables: Vec<String> = sql!("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        .all(&db)
        .await
        .expect("names");
    assert_eq!(tables, ["_orm_migrations", "users"]);
}

#[orm_pg::test]
async fn a_rename_keeps_the_values(db: Database) {
    let shop = Shop::on(&db).await;
    shop.run("first", 0, &["migrate", "diff", "--name", "first"]);
    shop.run("first", 0, &["migrate", "up"]);
    load(&db, "INSERT INTO users (email, nick) VALUES ('ann@example.org', 'Ann')").await;
    let refused = shop.run("renamed", 1, &["migrate", "diff", "--name", "names"]);
    let word = refused.split("--allow '").nth(1).and_then(|it| it.split('\'').next()).expect("the word").to_owned();
    assert!(word.starts_with("rename_column("), "{refused}");
    shop.run("renamed", 0, &["migrate", "diff", "--name", "names", "--down", "--allow", &word]);
    let count = shop.files().iter().filter(|it| it.0.ends_with(".down.sql")).count().to_string();
    shop.run("renamed", 0, &["migrate", "up", "--contract"]);
    shop.run("renamed", 0, &["verify"]);
    assert_eq!(sql!("SELECT name FROM users").one::<String>(&db).await.expect("a name"), "Ann");
    shop.run("renamed", 0, &["migrate", "down", "--count", &count]);
    shop.run("first", 0, &["verify"]);
    assert_eq!(sql!("SELECT nick FROM users").one::<String>(&db).await.expect("a name"), "Ann");
}

#[orm_pg::test]
async fn a_column_has_both_names_while_both_versions_run(db: Database) {
    let shop = Shop::on(&db).await;
    shop.run("first", 0, &["migrate", "diff", "--name", "first"]);
    shop.run("first", 0, &["migrate", "up"]);
    load(&db, "INSERT INTO users (email, nick) VALUES ('ann@example.org', 'Ann')").await;
    let written = shop.run("renamed", 0, &["migrate", "diff", "--name", "names", "--live"]);
    assert!(written.contains("(runs with --contract)") && !written.contains("error["), "{written}");
    assert!(shop.files().iter().any(|it| it.1.contains("-- orm: step = repeat\n")));
    shop.run("renamed", 0, &["migrate", "check"]);
    shop.run("renamed", 0, &["migrate", "up"]);
    load(&db, "INSERT INTO users (email, nick) VALUES ('bob@example.org', 'Bob')").await;
    load(&db, "INSERT INTO users (email, name) VALUES ('cy@example.org', 'Cy')").await;
    let both = sql!("SELECT nick FROM users WHERE nick = name ORDER BY id").all::<String>(&db).await.expect("names");
    assert_eq!(both, ["Ann", "Bob", "Cy"]);
    shop.run("renamed", 0, &["migrate", "up", "--contract"]);
    shop.run("renamed", 0, &["verify"]);
    assert_eq!(sql!("SELECT name FROM users").all::<String>(&db).await.expect("names").len(), 3);
}

#[orm_pg::test]
async fn renamed_tables_and_labels_keep_the_rows(db: Database) {
    let shop = Shop::on(&db).await;
    shop.run("moods", 0, &["migrate", "diff", "--name", "first"]);
    // What only SQL knows follows the new names.
    shop.write(
        "20990101000000_sql.up.sql",
        "CREATE VIEW bad AS SELECT id FROM people WHERE mood = 'bad';
         CREATE TABLE notes (person_id bigint NOT NULL REFERENCES people);
         COMMENT ON TYPE mood IS 'how somebody is'; COMMENT ON TABLE people IS 'who is there';",
    );
    shop.run("moods", 0, &["migrate", "up"]);
    load(&db, "INSERT INTO people (mood) VALUES ('bad'), ('fine'); INSERT INTO notes VALUES (1)").await;
    let refused = shop.run("moods_renamed", 1, &["migrate", "diff", "--name", "names"]);
    assert!(refused.contains("--allow 'rename_label(mood)' --allow 'rename_table(persons)'\n"), "{refused}");
    let words = ["--allow", "rename_table(persons)", "--allow", "rename_label(mood)"];
    shop.run("moods_renamed", 0, &[&["migrate", "diff", "--name", "names"], &words[..]].concat());
    let renames = shop.files().last().expect("a file").1.clone();
    assert!(!renames.contains("DROP") && !renames.contains("CREATE"), "{renames}");
    shop.run("moods_renamed", 0, &["migrate", "up"]);
    shop.run("moods_renamed", 0, &["verify"]);
    shop.run("moods_renamed", 0, &["migrate", "check"]);
    let moods = sql!("SELECT mood::text FROM persons ORDER BY id").all::<String>(&db).await.expect("moods");
    assert_eq!(moods, ["sad", "fine"]);
    let noted = "SELECT obj_description('mood'::regtype, 'pg_type') || ', ' || obj_description('persons'::regclass)";
    load(&db, "SELECT id FROM bad; INSERT INTO notes SELECT id FROM persons").await;
    let rows = db.connection().await.expect("a connection").client().query(noted, &[]).await.expect("comments");
    assert_eq!(rows[0].get::<_, &str>(0), "how somebody is, who is there");
}

#[orm_pg::test]
async fn dangerous_steps_of_files_are_found_and_a_diff_writes_safe_ones(db: Database) {
    let shop = Shop::on(&db).await;
    shop.run("first", 0, &["migrate", "diff", "--name", "first"]);
    shop.write("20300101000000_a.up.sql", "CREATE TABLE only_sql (id int);\n");
    let index = "20300102000000_b.up.sql";
    shop.write(index, "-- orm: after = 20300101000000_a\n\nSELECT 1;\nCREATE INDEX ON only_sql (id);\n");
    let found = shop.json("first", 3, &["migrate", "check"]);
    let finding = &found["findings"][0];
    assert_eq!(
        (&finding["rule"], &finding["line"]),
        (&"require-concurrent-index-creation".into(), &4.into()),
        "{found}"
    );
    assert!(finding["file"].as_str().is_some_and(|it| it.ends_with(index)), "{finding}");
    assert!(finding["safe"][0].as_str().is_some_and(|it| it.starts_with("CREATE INDEX CONCURRENTLY")), "{finding}");
    let allow =
        format!("-- orm: allow = {}\n\nCREATE INDEX ON only_sql (id);\n", finding["allow"].as_str().expect("it"));
    shop.write(index, &format!("-- orm: after = 20300101000000_a\n{allow}"));
    shop.run("first", 0, &["migrate", "snapshot"]);
    let clean = shop.run("first", 0, &["migrate", "check"]);
    assert!(clean.contains("no dangerous step in 3 migrations\n"), "{clean}");

    shop.run("first", 0, &["migrate", "up"]);
    load(&db, "INSERT INTO users (email) VALUES ('a'), ('b')").await;
    shop.run("tokens", 0, &["migrate", "diff", "--name", "tokens"]);
    let files = shop.files();
    assert!(files.iter().any(|it| it.1.contains("-- orm: step = repeat\nUPDATE")), "{files:?}");
    shop.run("tokens", 0, &["migrate", "up"]);
    assert!(shop.run("tokens", 0, &["migrate", "check", "--lint", "all"]).contains("no dangerous step"));
    let tokens: i64 = sql!("SELECT count(DISTINCT token) FROM users").one(&db).await.expect("a number");
    assert_eq!(tokens, 2);
}

#[orm_pg::test]
async fn what_has_no_safe_form_needs_a_word(db: Database) {
    let shop = Shop::on(&db).await;
    shop.run("first", 0, &["migrate", "diff", "--name", "first"]);
    let refused = shop.run("stored", 1, &["migrate", "diff", "--name", "stored"]);
    assert!(refused.contains("_stored.up.sql:4: \"public\".\"users\" is locked for reads and writes"), "{refused}");
    let word = "add-column-generated-stored(users)";
    assert!(refused.contains(&format!("help: if they are meant: --allow '{word}'\n")), "{refused}");
    assert_eq!(shop.files().len(), 1);
    shop.run("stored", 0, &["migrate", "diff", "--name", "stored", "--allow", word]);
    assert!(shop.files()[1].1.contains(&format!("-- orm: allow = {word}\n")), "{:?}", shop.files());
    shop.run("stored", 0, &["migrate", "check"]);
}

#[orm_pg::test]
async fn what_models_do_not_describe_stays(db: Database) {
    let shop = Shop::on(&db).await;
    shop.run("first", 0, &["migrate", "diff", "--name", "first"]);
    let new = shop.json("first", 0, &["migrate", "new", "views", "--down"]);
    let id = new["id"].as_str().expect("an id").to_owned();
    assert!(shop.files().iter().any(|it| it.0 == format!("{id}.down.sql")));
    shop.write(
        &format!("{id}.up.sql"),
        "CREATE VIEW emails AS SELECT email FROM users;
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
         CREATE TABLE only_sql (id int PRIMARY KEY);
         COMMENT ON INDEX only_sql_pkey IS 'of the key';",
    );
    shop.write(
        &format!("{id}.down.sql"),
        "DROP TABLE only_sql; DROP TRIGGER touched ON users; DROP FUNCTION touch(); DROP VIEW emails;",
    );
    // What is written by hand is not in the snapshot.
    let stale = shop.run("first", 3, &["migrate", "check"]);
    assert!(stale.contains("`orm migrate snapshot` writes these files\n  public.emails.view.toml\n"), "{stale}");
    shop.run("first", 0, &["migrate", "snapshot"]);
    let checked = shop.run("first", 0, &["migrate", "check"]);
    assert!(checked.ends_with("0 unmanaged objects in the database\n"), "{checked}");
    shop.run("first", 0, &["migrate", "up"]);
    let verified = shop.run("first", 0, &["verify"]);
    assert!(verified.contains("the table only_sql has no model"), "{verified}");
    let written = shop.run("second", 0, &["migrate", "diff", "--name", "posts"]);
    assert!(written.ends_with("1 unmanaged object in the database\n"), "{written}");
    shop.run("second", 0, &["migrate", "up"]);
    shop.run("second", 0, &["verify"]);
    let there: i64 = sql!("SELECT count(*) FROM pg_trigger WHERE tgname = 'touched'").one(&db).await.expect("a number");
    assert_eq!(there, 1);
}

#[orm_pg::test]
async fn down_and_the_repairs_that_messages_name(db: Database) {
    let shop = Shop::on(&db).await;
    shop.write("20260101000000_a.up.sql", "CREATE TABLE a (id int PRIMARY KEY);\n");
    shop.write("20260101000000_a.down.sql", "DROP TABLE a;\n");
    shop.write("20260102000000_b.up.sql", "CREATE TABLE b (id int PRIMARY KEY);\n");
    shop.run("first", 0, &["migrate", "up"]);
    let refused = shop.run("first", 1, &["migrate", "down"]);
    assert!(refused.contains("20260102000000_b.down.sql"), "{refused}");
    shop.write("20260102000000_b.down.sql", "DROP TABLE b;\n");
    assert!(shop.run("first", 0, &["migrate", "down"]).starts_with("undid 20260102000000_b: 1 step in "));
    shop.run("first", 0, &["migrate", "up"]);

    shop.write("20260101000000_a.up.sql", "CREATE TABLE a (id int  PRIMARY KEY);\n");
    let changed = shop.run("first", 1, &["migrate", "up"]);
    assert!(changed.contains("orm migrate repair --accept 20260101000000_a --reason"), "{changed}");
    let problem = shop.json("first", 3, &["migrate", "status"])["problems"][0].as_str().expect("a problem").to_owned();
    assert!(problem.contains("was changed after it ran"), "{problem}");
    shop.run("first", 2, &["migrate", "repair", "--accept", "20260101000000_a"]);
    shop.run("first", 0, &["migrate", "repair", "--accept", "20260101000000_a", "--reason", "a blank"]);
    shop.run("first", 0, &["migrate", "up"]);

    shop.write(
        "20260103000000_c.up.sql",
        "-- orm: after = 20260102000000_b\nCREATE TABLE c (id int PRIMARY KEY);\nSELECT 1 / 0;\n",
    );
    let failed = shop.run("first", 1, &["migrate", "up"]);
    assert!(failed.contains("20260103000000_c"), "{failed}");
    shop.write("20260103000000_c.up.sql", "-- orm: after = 20260102000000_b\nCREATE TABLE c (id int PRIMARY KEY);\n");
    shop.run("first", 0, &["migrate", "up"]);

    shop.write("20260102120000_late.up.sql", "-- orm: after = 20260102000000_b\nCREATE TABLE late (id int);\n");
    let rebased = shop.json("first", 0, &["migrate", "new", "--rebase", "20260102120000_late"]);
    let id = rebased["id"].as_str().expect("an id").to_owned();
    let (_, text) = shop.files().into_iter().find(|it| it.0 == format!("{id}.up.sql")).expect("the file");
    assert_eq!(text, "-- orm: after = 20260103000000_c\n\nCREATE TABLE late (id int);\n");
    shop.run("first", 0, &["migrate", "up"]);
}

#[orm_pg::test]
async fn a_database_that_was_there_before(db: Database) {
    load(&db, "CREATE TABLE users (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, nick text)").await;
    let shop = Shop::on(&db).await;
    shop.run("first", 0, &["migrate", "diff", "--name", "first"]);
    let id = shop.files()[0].0.replace(".up.sql", "");
    let recorded = shop.run("first", 0, &["migrate", "baseline", "--up-to", &id]);
    assert!(recorded.starts_with(&format!("recorded {id} as run\n")), "{recorded}");
    shop.run("first", 0, &["migrate", "status"]);
    shop.run("first", 0, &["verify"]);
    let none = shop.run("first", 1, &["migrate", "baseline", "--from", "sqlx"]);
    assert!(none.contains("_sqlx_migrations"), "{none}");
}

#[orm_pg::test]
async fn steps_in_rust_come_with_the_binary(db: Database) {
    let shop = Shop::on(&db).await;
    shop.run("first", 0, &["migrate", "diff", "--name", "first"]);
    shop.run("first", 0, &["migrate", "up"]);
    load(&db, "INSERT INTO users (email) VALUES ('ann@example.org')").await;
    shop.write("20990101000000_names.up.sql", "-- orm: step = rust\n");
    let refused = shop.run("first", 1, &["migrate", "up"]);
    assert!(refused.contains("20990101000000_names has a step in Rust"), "{refused}");
    shop.run("data", 0, &["migrate", "up"]);
    assert_eq!(sql!("SELECT nick FROM users").one::<String>(&db).await.expect("a name"), "unknown");
}
