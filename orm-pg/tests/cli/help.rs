//! Help, wrong command lines, errors, colours, completions.

use expect_test::{expect, expect_file};
use orm_pg::Database;

use crate::{orm, url};

#[test]
fn the_help_of_each_command() {
    let mut all = String::new();
    let first = orm(["--help"]).run().ends_with(0);
    all.push_str(&first.out);
    let listed = first.out.split("Commands:\n").nth(1).and_then(|it| it.split("\n\n").next()).expect("the commands");
    let mut names: Vec<Vec<String>> = listed
        .lines()
        .filter_map(|it| it.strip_prefix("  ")?.split(' ').next().map(|it| vec![it.to_owned()]))
        .collect();
    let mut at = 0;
    while let Some(name) = names.get(at).cloned() {
        at += 1;
        if name.last().is_some_and(|it| it == "help" || it.is_empty()) {
            continue;
        }
        let mut arguments: Vec<&str> = name.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = orm(arguments).run().ends_with(0).out;
        all += &format!("\n──── orm {} --help\n\n{help}", name.join(" "));
        if let Some(nested) = help.split("Commands:\n").nth(1).and_then(|it| it.split("\n\n").next()) {
            let nested = nested.lines().filter_map(|it| it.strip_prefix("  ")?.split(' ').next());
            let nested: Vec<_> = nested.map(|it| [name.clone(), vec![it.to_owned()]].concat()).collect();
            names.splice(at..at, nested);
        } else {
            assert!(help.contains("Examples:\n  orm ") || help.contains("| orm "), "no example: {help}");
        }
    }
    expect_file!["help.txt"].assert_eq(&all);
}

#[test]
fn wrong_command_lines() {
    assert!(orm(["doctr"]).run().ends_with(2).err.contains("a similar subcommand exists: 'doctor'"));
    assert!(orm([]).run().ends_with(2).err.contains("Usage: orm"));
    assert!(orm(["explain"]).run().ends_with(2).err.contains("<SQL>"));
    assert!(
        orm(["explain", "--estimate", "--write", "SELECT 1"]).run().ends_with(2).err.contains("cannot be used with")
    );
}

#[test]
fn errors_say_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let without = orm(["doctor"]).within(folder.path()).run().ends_with(1);
    expect![[r#"
        error: no database is named
          help: set DATABASE_URL=postgres://user@host/database, or give --database-url
    "#]]
    .assert_eq(&without.err);
    assert_eq!(without.out, "");

    std::fs::write(folder.path().join(".env"), "DATABASE_URL=postgres://localhost/other\n").expect("a file");
    let beside = orm(["doctor", "--json"]).within(folder.path()).run().ends_with(1);
    let error: serde_json::Value = serde_json::from_str(&beside.err).expect("JSON");
    assert_eq!(error["error"]["message"], "no database is named");
    assert!(error["error"]["help"][1].as_str().is_some_and(|it| it.contains("which `orm` does not read")), "{error}");

    let away = orm(["doctor", "--database-url", "postgres://127.0.0.1:1/app"]).run().ends_with(1);
    assert!(away.err.contains("help: `psql` with the same URL"), "{}", away.err);
    let unknown = orm(["doctor", "--skip", "rolle"]).run().ends_with(1);
    assert!(unknown.err.contains("there is no check rolle") && unknown.err.contains("one of connection, pooler, role"));
}

#[orm_pg::test]
async fn a_database_that_is_not_there(db: Database) {
    let url = url(&db).await;
    let name: String = orm_pg::sql!("SELECT current_database()::text").one(&db).await.expect("a name");
    let ran = orm(["doctor"]).on(&url.replace(&name, "not_there")).run().ends_with(1);
    assert!(ran.err.contains("help: `createdb NAME`"), "{}", ran.err);
}

#[orm_pg::test]
async fn colours_are_for_terminals(db: Database) {
    let url = url(&db).await;
    let coloured = |ran: &str| ran.contains('\u{1b}');
    let explain = || orm(["explain", "SELECT 1"]).on(&url);
    assert!(!coloured(&explain().run().ends_with(0).out));
    assert!(coloured(&explain().with("CLICOLOR_FORCE", "1").run().ends_with(0).out));
    assert!(!coloured(&explain().with("CLICOLOR_FORCE", "1").with("NO_COLOR", "1").run().ends_with(0).out));
    assert!(!coloured(&explain().with("NO_COLOR", "1").run().ends_with(0).out));
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = orm(["completions", shell]).run().ends_with(0).out;
        assert!(script.contains("doctor") && script.contains("used-percent"), "{shell}: {script}");
    }
    assert_eq!(orm(["completions", "bash", "--json"]).run().ends_with(0).json()["shell"], "bash");
}

#[test]
fn a_reader_that_has_seen_enough() {
    let mut command = orm(["completions", "bash"]).0;
    let mut child = command.spawn().expect("the command");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("output");
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}
