//! `orm migrate baseline`: the first migration, written from a database of another tool.

use std::{fs, path::Path};

use orm_pg::{
    Database,
    schema::{Scratch, introspect},
};

use crate::{Ran, load, orm, url};

/// What Rails has made, with a function whose body refers to a table that comes after it, and a view.
const RAILS: &str = "
    CREATE TABLE schema_migrations (version character varying NOT NULL PRIMARY KEY);
    INSERT INTO schema_migrations VALUES ('20260101000000'), ('20260102000000');
    CREATE TABLE ar_internal_metadata (key character varying NOT NULL PRIMARY KEY, value character varying,
                                       created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL);
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE TABLE users (id bigserial PRIMARY KEY, email varchar NOT NULL, mood mood DEFAULT 'good',
                        created_at timestamp(6) NOT NULL);
    CREATE UNIQUE INDEX index_users_on_lower_email ON users (lower(email));
    CREATE FUNCTION number_of_users() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM users';
    CREATE VIEW good_users AS SELECT id, email FROM users WHERE mood = 'good'";

fn baseline(folder: &Path, url: &str, arguments: &[&str]) -> Ran {
    orm(["migrate", "baseline", "--migrations", folder.to_str().expect("UTF-8")]
        .into_iter()
        .chain(arguments.iter().copied()))
    .on(url)
    .run()
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries.map(|it| it.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

#[orm_pg::test]
async fn the_first_migration_makes_what_the_database_has(db: Database) {
    load(&db, RAILS).await;
    let folder = tempfile::tempdir().expect("a folder");
    let url_of_db = url(&db).await;
    let told = baseline(folder.path(), &url_of_db, &["--from", "rails", "--write", "before"]).ends_with(0).out;
    let [file] = files(folder.path()).try_into().expect("one file");
    let id = file.trim_end_matches(".up.sql");
    assert!(id.ends_with("_before"), "{id}");
    for part in [
        &format!("recorded {id} as run\n"),
        "proved on a scratch database: ",
        "note: left out: schema_migrations, the history of rails\n",
        "0 unmanaged objects in the database\n",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let text = fs::read_to_string(folder.path().join(&file)).expect("the file");
    assert!(!text.contains("schema_migrations") && !text.contains("ar_internal_metadata"), "{text}");

    // The database it was written from has nothing to run; an empty one gets all of it.
    let up = ["migrate", "up", "--migrations", folder.path().to_str().expect("UTF-8")];
    orm(["migrate", "status", "--migrations", folder.path().to_str().expect("UTF-8")])
        .on(&url_of_db)
        .run()
        .ends_with(0);
    let scratch = Scratch::create(&db).await.expect("a database");
    let there = url(scratch.database()).await;
    let ran = orm(up).on(&there).run().ends_with(0).out;
    assert!(ran.contains(id), "{ran}");
    let made = introspect(scratch.database()).await.expect("a catalog");
    let expected = introspect(&db).await.expect("a catalog");
    let is_history = |name: &str| ["schema_migrations", "ar_internal_metadata", "_orm_migrations"].contains(&name);
    let tables = |it: &orm_pg::schema::catalog::Catalog| -> Vec<_> {
        it.tables.iter().filter(|it| !is_history(&it.name.name)).cloned().collect()
    };
    assert_eq!(tables(&made), tables(&expected));
    assert_eq!((made.views, made.functions, made.enums), (expected.views, expected.functions, expected.enums));
    scratch.drop().await.expect("a drop");
}

#[orm_pg::test]
async fn what_is_refused(db: Database) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = url(&db).await;
    let empty = baseline(folder.path(), &url, &["--write", "before"]).ends_with(1).err;
    assert!(empty.contains("the database is empty, so there is nothing to write"), "{empty}");
    assert_eq!(files(folder.path()), [""; 0]);

    load(&db, "CREATE TABLE t (a int)").await;
    let tool = baseline(folder.path(), &url, &["--from", "sqlx", "--write", "before"]).ends_with(1).err;
    assert!(tool.contains("there is no table _sqlx_migrations"), "{tool}");
    assert_eq!(files(folder.path()), [""; 0], "nothing is written if it cannot be recorded");

    fs::write(folder.path().join("20260101000000_a.up.sql"), "SELECT 1;\n").expect("a file");
    let there = baseline(folder.path(), &url, &["--write", "before"]).ends_with(1).err;
    assert!(there.contains("has migrations already") && there.contains("--up-to 20260101000000_a"), "{there}");
    baseline(folder.path(), &url, &[]).ends_with(2);
    let unknown = baseline(folder.path(), &url, &["--from", "flyway"]).ends_with(2).err;
    assert!(unknown.contains("[possible values: sqlx, sea-orm, diesel, refinery, rails, django]"), "{unknown}");
}
