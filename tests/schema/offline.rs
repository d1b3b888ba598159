//! The snapshot of the command `orm`: plans without a server, branches in git, and the files that undo a plan.

use std::{fs, process::Command};

use orm_pg::prelude::*;

use crate::{cli::Shop, load};

/// The text of a file, without the time in its name and in what it comes after.
fn without_times(files: &[(String, String)]) -> Vec<(String, String)> {
    let text =
        |it: &str| it.lines().filter(|it| !it.starts_with("-- orm: after")).map(|it| format!("{it}\n")).collect();
    files.iter().map(|(name, it)| (name.split_once('_').expect("a name").1.to_owned(), text(it))).collect()
}

fn sorted(folder: &std::path::Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").file_name());
    let mut names: Vec<_> =
        names.map(|it| it.to_string_lossy().into_owned()).filter(|it| it.ends_with("toml")).collect();
    names.sort();
    names
}

#[orm_pg::test]
async fn a_plan_without_a_server_is_that_with_one(db: Database) {
    let mut shop = Shop::on(&db).await;
    let none = shop.run("first", 1, &["migrate", "diff", "--name", "first", "--offline"]);
    assert!(none.contains("help: `orm migrate snapshot` writes it"), "{none}");
    shop.run("first", 0, &["migrate", "diff", "--name", "first"]);
    let schema = shop.migrations().join("schema");
    assert_eq!(sorted(&schema), ["catalog.toml", "public.users.toml", "schema-public.toml"]);
    assert_eq!(sorted(&schema.join("models")), sorted(&schema));
    let first = shop.files();
    shop.run("aged_teams", 0, &["migrate", "diff", "--name", "more"]);
    let proved = shop.files();
    let snapshot = fs::read_to_string(schema.join("public.teams.toml")).expect("a snapshot");

    // Once more, with a server that is not there.
    proved.iter().filter(|it| !first.contains(it)).for_each(|it| {
        fs::remove_file(shop.migrations().join(&it.0)).expect("a file");
    });
    shop.run("first", 0, &["migrate", "snapshot"]);
    let url = std::mem::replace(&mut shop.url, "postgres://127.0.0.1:1/nothing".into());
    let said = shop.run("aged_teams", 0, &["migrate", "diff", "--name", "more", "--offline"]);
    assert!(said.contains("not proved, since no server was asked: "), "{said}");
    assert_eq!(without_times(&shop.files()), without_times(&proved));
    assert_eq!(fs::read_to_string(schema.join("public.teams.toml")).expect("a snapshot"), snapshot);
    shop.run("aged_teams", 0, &["migrate", "diff", "--name", "none", "--offline"]);
    shop.url = url;
    let checked = shop.run("aged_teams", 0, &["migrate", "check"]);
    assert!(checked.contains("the snapshot is what the migrations make\n"), "{checked}");
}

#[orm_pg::test]
async fn expressions_that_no_server_has_read_are_refused_or_marked(db: Database) {
    let mut shop = Shop::on(&db).await;
    shop.run("first", 0, &["migrate", "diff", "--name", "first"]);
    let url = std::mem::replace(&mut shop.url, "postgres://127.0.0.1:1/nothing".into());
    let offline = ["migrate", "diff", "--name", "posts", "--offline"];
    let refused = shop.run("second", 1, &offline);
    assert!(refused.contains("the constraint title_given of posts: title <> ''"), "{refused}");
    assert!(refused.contains("help: `--unproved` writes them all the same"), "{refused}");
    shop.run("second", 0, &[&offline[..], &["--unproved"]].concat());
    let text: String = shop.files().into_iter().map(|it| it.1).collect();
    assert!(text.contains("-- Not proved: no server has confirmed this step.\nCREATE TABLE"), "{text}");
    // What is not proved has another text on the server, which the check finds.
    shop.url = url;
    let stale = shop.json("second", 3, &["migrate", "check"]);
    let posts = stale["stale_snapshot"].as_array().is_some_and(|it| it.contains(&"public.posts.toml".into()));
    assert!(posts, "{stale}");
    shop.run("second", 0, &["migrate", "snapshot"]);
    shop.run("second", 0, &["migrate", "check", "--lint", "none"]);
    // The same expressions are no differences.
    shop.url = "postgres://127.0.0.1:1/nothing".into();
    let same = shop.run("second", 0, &["migrate", "diff", "--name", "none", "--offline"]);
    assert!(same.starts_with("the models are what the migrations make\n"), "{same}");
}

/// A repository in the folder of the project.
struct Git<'a>(&'a Shop);

impl Git<'_> {
    /// Runs git, and returns whether it has succeeded.
    fn try_to(&self, arguments: &[&str]) -> bool {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]);
        let output = git.args(arguments).current_dir(self.0.folder.path()).output().expect("git");
        output.status.success()
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) {
        assert!(self.try_to(arguments), "git {arguments:?}");
    }

    /// Makes the migrations of a branch that starts at `main`.
    #[track_caller]
    fn branch(&self, name: &str, models: &str) {
        self.run(&["checkout", "-q", "-b", name, "main"]);
        self.0.run(models, 0, &["migrate", "diff", "--name", name]);
        self.run(&["add", "-A"]);
        self.run(&["commit", "-q", "-m", name]);
    }
}

#[orm_pg::test]
async fn branches_conflict_in_git_where_they_change_one_table(db: Database) {
    let shop = Shop::on(&db).await;
    let git = Git(&shop);
    git.run(&["init", "-q"]);
    shop.run("first", 0, &["migrate", "diff", "--name", "first"]);
    git.run(&["add", "-A"]);
    git.run(&["commit", "-q", "-m", "first"]);
    git.branch("aged", "aged");
    git.branch("teams", "teams");
    git.branch("named", "named");
    git.run(&["checkout", "-q", "aged"]);
    git.run(&["merge", "-q", "-m", "both", "teams"]);
    let checked = shop.run("aged_teams", 0, &["migrate", "check"]);
    assert!(checked.contains("the snapshot is what the migrations make\n"), "{checked}");
    // Both add a column to the same table.
    assert!(!git.try_to(&["merge", "-q", "-m", "all", "named"]));
    let users = fs::read_to_string(shop.migrations().join("schema/public.users.toml")).expect("a snapshot");
    assert!(users.contains("<<<<<<< "), "{users}");
    let refused = shop.run("aged", 1, &["migrate", "diff", "--name", "next", "--offline"]);
    assert!(refused.contains("git could not merge this"), "{refused}");
}

#[orm_pg::test]
async fn files_that_undo_a_plan_are_proved(db: Database) {
    let shop = Shop::on(&db).await;
    shop.run("first", 0, &["migrate", "diff", "--name", "first", "--down"]);
    shop.run("first", 0, &["migrate", "up"]);
    load(&db, "INSERT INTO users (email, nick) VALUES ('a', 'Ann')").await;
    let before = shop.files().len();
    shop.run("second", 0, &["migrate", "diff", "--name", "posts", "--down"]);
    let names: Vec<_> = shop.files().into_iter().skip(before).map(|it| it.0).collect();
    assert_eq!(names.iter().filter(|it| it.ends_with(".down.sql")).count() * 2, names.len(), "{names:?}");
    shop.run("second", 0, &["migrate", "up"]);
    let count = (names.len() / 2).to_string();
    shop.run("second", 0, &["migrate", "down", "--count", &count]);
    shop.run("first", 0, &["verify"]);
    assert_eq!(sql!("SELECT nick FROM users").one::<String>(&db).await.expect("a name"), "Ann");

    shop.run("second", 0, &["migrate", "up"]);
    let words = ["--allow", "drop_column(users.nick)", "--allow", "drop_table(posts)"];
    shop.run("third", 0, &[&["migrate", "diff", "--name", "less", "--down", "--unused"], &words[..]].concat());
    let (_, down) = shop.files().into_iter().find(|it| it.0.ends_with("_less.down.sql")).expect("a file");
    let lost = "-- The values that drop_column(users.nick) has lost do not come back.\n\
                -- The values that drop_table(posts) has lost do not come back.\n";
    assert!(down.starts_with(lost) && down.contains("CREATE TABLE \"public\".\"posts\""), "{down}");
    shop.run("third", 0, &["migrate", "up", "--contract"]);
    shop.run("third", 0, &["migrate", "down"]);
    shop.run("second", 0, &["verify"]);
}

#[orm_pg::test]
async fn a_program_with_other_files_than_the_folder_is_stale(db: Database) {
    let shop = Shop::on(&db).await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    for entry in fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            fs::copy(&path, shop.migrations().join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
    shop.run("embedded", 0, &["migrate", "check", "--files-only"]);
    shop.write("20990101000000_new.up.sql", "SELECT 1;\n");
    let stale = shop.run("embedded", 1, &["migrate", "check", "--files-only"]);
    assert!(stale.contains("20990101000000_new.up.sql") && stale.contains("help: `orm init` writes"), "{stale}");
}
