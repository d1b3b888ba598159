//! Snapshots: a catalog in files, and back.

use std::{collections::BTreeSet, fs, path::PathBuf};

use orm_pg::{
    prelude::*,
    schema::{catalog::Catalog, introspect, migrate::snapshot, read_snapshot, write_snapshot},
};

use super::load;

/// A directory of one test, removed at its end.
struct Directory(PathBuf);

impl Directory {
    fn new(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("orm-pg-{}-{test}", std::process::id())))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

async fn hard(db: &Database) -> Catalog {
    load(db, include_str!("hard.sql")).await;
    read(db).await
}

/// The schema, without who owns what.
async fn read(db: &Database) -> Catalog {
    let mut catalog = introspect(db).await.expect("a catalog");
    catalog.views.iter_mut().for_each(|it| it.owner.clear());
    catalog.functions.iter_mut().for_each(|it| it.owner.clear());
    catalog
}

#[orm_pg::test]
async fn one_of_everything_survives(db: Database) {
    let catalog = hard(&db).await;
    let files = snapshot::to_files(&catalog).expect("files");
    assert_eq!(snapshot::from_files(&files).expect("a catalog"), catalog);
    let folded: BTreeSet<_> = files.keys().map(|it| it.to_lowercase()).collect();
    assert_eq!(folded.len(), files.len(), "names that differ only in case");
    assert!(files.values().all(|it| it.ends_with('\n') && !it.contains('\r')));
    // The sequence of an identity column has no file of its own, and a free one has.
    assert!(!files.contains_key("app.users_id_seq.sequence.toml") && files.contains_key("app.shared.sequence.toml"));
}

#[orm_pg::test]
async fn two_tables_are_two_files_and_each_fact_is_one_line(db: Database) {
    let before = snapshot::to_files(&hard(&db).await).expect("files");
    load(&db, "ALTER TABLE app.parent ADD extra int; ALTER TABLE app.lines ALTER order_a SET DEFAULT 8").await;
    let after = snapshot::to_files(&read(&db).await).expect("files");
    let changed: Vec<_> = after.iter().filter(|(path, text)| before.get(*path) != Some(text)).map(|it| it.0).collect();
    // A table that inherits gets the column, too.
    assert_eq!(changed, ["app.child.toml", "app.lines.toml", "app.parent.toml"]);
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let new = |path: &str| lines(&after[path]).difference(&lines(&before[path])).cloned().collect::<Vec<_>>();
    assert_eq!(new("app.parent.toml"), [r#"    { name = "extra", type = "integer", nullable = true },"#]);
    assert_eq!(
        new("app.lines.toml"),
        [r#"    { name = "order_a", type = "integer", nullable = true, default = "8" },"#]
    );
}

#[orm_pg::test]
async fn a_directory_holds_what_was_written_last(db: Database) {
    let directory = Directory::new("a_directory_holds_what_was_written_last");
    assert_eq!(read_snapshot(&directory.0).expect("nothing"), None);
    let catalog = hard(&db).await;
    let written = write_snapshot(&directory.0, &catalog).expect("written");
    assert_eq!(written, snapshot::to_files(&catalog).expect("files").len());
    assert_eq!(write_snapshot(&directory.0, &catalog).expect("written"), 0);
    assert_eq!(read_snapshot(&directory.0).expect("a snapshot"), Some(catalog));
    load(&db, "DROP TABLE app.child").await;
    let without = read(&db).await;
    assert_eq!(write_snapshot(&directory.0, &without).expect("written"), 1);
    assert!(!directory.0.join("app.child.toml").exists());
    assert_eq!(read_snapshot(&directory.0).expect("a snapshot"), Some(without));

    let file = directory.0.join("app.parent.toml");
    let text = fs::read_to_string(&file).expect("the file");
    let line = text.lines().position(|it| it.contains("nullable = true")).expect("a column") + 1;
    fs::write(&file, text.replacen("nullable = true", "nullable = maybe", 1)).expect("written");
    let error = read_snapshot(&directory.0).expect_err("a broken file").to_string();
    assert!(error.starts_with(&format!("app.parent.toml, line {line}: ")), "{error}");
}
