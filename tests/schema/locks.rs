//! What a step locks: stated, and measured on this server.

use orm_pg::{
    prelude::*,
    schema::{
        catalog::Name,
        introspect, measure,
        migrate::{Effects, Kind, LockMode, RelationKind, Stated, stated},
    },
};

pub(crate) async fn run(db: &Database, text: &str) {
    let connection = db.connection().await.expect("a connection");
    connection.client().batch_execute(text).await.unwrap_or_else(|error| panic!("{text}: {error:?}"));
}

/// The schema that the examples of [`Kind`] change, with rows.
pub(crate) async fn example(db: &Database) {
    run(db, "DROP SCHEMA public CASCADE; DROP TABLE IF EXISTS ext.posts, ext.drafts CASCADE; CREATE SCHEMA public")
        .await;
    run(db, include_str!("locks.sql")).await;
}

pub(crate) async fn extensions(db: &Database) {
    run(db, "CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION btree_gist SCHEMA ext").await;
}

async fn version(db: &Database) -> u32 {
    let text: String = sql!("SELECT current_setting('server_version_num')").one(db).await.expect("a version");
    text.parse::<u32>().expect("a number") / 10_000
}

/// What was measured, in the form in which it is stated.
fn told(effects: &Effects, kind: &Kind) -> Vec<(String, Stated)> {
    let named = |name: &str| kind.relations.iter().any(|it| it.0 == name);
    let relations = effects
        .relations
        .iter()
        .filter(|it| named(&it.relation.name) || !matches!(it.kind, RelationKind::Index | RelationKind::Sequence));
    relations.filter_map(|it| Some((it.relation.name.clone(), Stated::of(it)?))).collect()
}

fn stated_by(kind: &Kind) -> Vec<(String, Stated)> {
    let mut stated: Vec<_> = kind.relations.iter().map(|(name, it)| ((*name).to_owned(), *it)).collect();
    stated.sort_by(|a, b| a.0.cmp(&b.0));
    stated
}

#[orm_pg::test]
async fn each_kind_of_statement_does_what_is_stated(db: Database) {
    extensions(&db).await;
    let version = version(&db).await;
    let mut wrong = Vec::new();
    let mut tried = 0;
    for kind in Kind::ALL.iter().filter(|it| it.since <= version) {
        example(&db).await;
        run(&db, include_str!("locks_rows.sql")).await;
        let effects = measure(&db, kind.example).await.unwrap_or_else(|error| panic!("{}: {error}", kind.example));
        let (measured, stated) = (told(&effects, kind), stated_by(kind));
        if measured != stated || effects.alone != kind.alone {
            wrong.push(format!("{}: measured {measured:?}, stated {stated:?}", kind.name));
        }
        tried += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 90, "{tried}");
}

#[orm_pg::test]
async fn the_kind_of_a_statement_is_found_by_its_text(db: Database) {
    extensions(&db).await;
    example(&db).await;
    let before = introspect(&db).await.expect("a catalog");
    let mut wrong = Vec::new();
    for kind in Kind::ALL {
        let expected = match kind.name {
            // Only the server can tell that a check proves the bound.
            "attach a partition that a check proves" => "attach a partition",
            name => name,
        };
        match stated(kind.example, &before) {
            Some((found, effects)) if found.name == expected => {
                let names: Vec<_> = effects.relations.iter().map(|it| it.relation.name.as_str()).collect();
                let mut stated: Vec<_> = kind.relations.iter().map(|it| it.0).collect();
                stated.sort_unstable();
                if names != stated {
                    wrong.push(format!("{}: found {names:?}", kind.name));
                }
            }
            found => wrong.push(format!("{}: found {:?}", kind.name, found.map(|it| it.0.name))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Scans and rewrites are measured in an empty database, too. Only the target of a foreign key is not read then.
#[orm_pg::test]
async fn an_empty_table_shows_what_a_full_one_does(db: Database) {
    extensions(&db).await;
    let version = version(&db).await;
    for kind in Kind::ALL.iter().filter(|it| it.since <= version) {
        if kind.relations.iter().any(|(_, it)| it.scanned || it.rewritten) {
            example(&db).await;
            let effects = measure(&db, kind.example).await.unwrap_or_else(|error| panic!("{}: {error}", kind.example));
            let mut stated = stated_by(kind);
            if kind.name.contains("a foreign key") {
                stated.iter_mut().filter(|it| it.0 == "users").for_each(|it| it.1.scanned = false);
            }
            assert_eq!(told(&effects, kind), stated, "{}", kind.name);
        }
    }
}

#[orm_pg::test]
async fn a_block_that_hides_its_statements_is_measured(db: Database) {
    extensions(&db).await;
    example(&db).await;
    let block =
        "DO $$ BEGIN EXECUTE 'ALTER TABLE posts ALTER COLUMN number TYPE bigint'; CREATE INDEX ON days (mood); END $$";
    assert_eq!(stated(block, &introspect(&db).await.expect("a catalog")), None);
    let effects = measure(&db, block).await.expect("effects");
    let posts = effects.on(&Name::new("public", "posts")).expect("the table");
    assert_eq!(posts.to_string(), "ACCESS EXCLUSIVE, rewritten, scanned, index built");
    let days = effects.on(&Name::new("public", "days")).expect("the table");
    assert_eq!((days.lock, days.indexes.as_slice()), (Some(LockMode::Share), &["days_mood_idx".to_owned()][..]));
}

#[orm_pg::test]
async fn a_procedure_that_commits_is_measured_outside_of_a_transaction(db: Database) {
    extensions(&db).await;
    example(&db).await;
    let block = "DO $$ BEGIN LOCK TABLE drafts IN SHARE MODE; COMMIT; DELETE FROM days; COMMIT; END $$";
    let effects = measure(&db, block).await.expect("effects");
    assert!(effects.alone);
    assert_eq!(effects.lock(&Name::new("public", "drafts")), Some(LockMode::Share));
}

#[orm_pg::test]
async fn a_step_that_ends_its_transaction_is_refused(db: Database) {
    let error = measure(&db, "CREATE TABLE a (); COMMIT; BEGIN").await.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Migration);
    assert!(error.to_string().contains("leave BEGIN, COMMIT and ROLLBACK to the migrator"), "{error}");
    let failed = measure(&db, "ALTER TABLE nowhere ADD COLUMN a integer").await.expect_err("an error");
    assert_eq!(failed.sql_state(), Some("42P01"));
    assert!(db.connection().await.is_ok());
}
