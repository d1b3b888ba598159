//! `pg_dump` as another judge of what is in a database.

use std::{path::PathBuf, process::Command};

use orm_pg::{Database, prelude::*};

/// What `pg_dump` writes of the schema, without owners and privileges.
///
/// # Errors
/// What `pg_dump` says, or that it is not there.
///
/// # Panics
/// Where the database cannot be reached.
pub async fn of(db: &Database) -> Result<String, String> {
    let name: String = sql!("SELECT current_database()::text").one(db).await.expect("a name");
    let url = orm_pg::testing::server().await.map_err(|it| it.to_string())?.url_of(&name);
    let done = Command::new(program()).args(["-s", "-O", "-x", "-d", &url]).output();
    let done = done.map_err(|it| format!("pg_dump does not run: {it}"))?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned());
    }
    // Lines such as `\restrict` are for psql.
    let text = String::from_utf8_lossy(&done.stdout);
    Ok(text.lines().filter(|it| !it.starts_with('\\')).flat_map(|it| [it, "\n"]).collect())
}

/// That of the server that `PG_CONFIG` names, or of the one on the path.
fn program() -> PathBuf {
    let config = std::env::var("PG_CONFIG").unwrap_or_else(|_| "pg_config".into());
    let folder = Command::new(config).arg("--bindir").output().ok().filter(|it| it.status.success());
    let folder = folder.map(|it| PathBuf::from(String::from_utf8_lossy(&it.stdout).trim())).unwrap_or_default();
    folder.join("pg_dump")
}

/// Fails unless the dumps have the same lines, in any order.
///
/// # Errors
/// The lines that only one of them has.
pub fn same(found: &str, expected: &str) -> Result<(), String> {
    let (found, expected) = (lines(found), lines(expected));
    let mut differ: Vec<_> = only(&found, &expected).into_iter().map(|it| format!("+ {it}")).collect();
    differ.extend(only(&expected, &found).into_iter().map(|it| format!("- {it}")));
    if differ.is_empty() {
        return Ok(());
    }
    let count = differ.len();
    differ.truncate(30);
    Err(format!("{count} lines of pg_dump differ:\n{}", differ.join("\n")))
}

/// The lines that count, sorted.
fn lines(dump: &str) -> Vec<&str> {
    // Some servers keep a number of their own among the options of each column, which no statement has set.
    let own = |it: &str| it.contains("pg_attver=");
    let counts = |it: &&str| !it.is_empty() && !it.starts_with("--") && !it.starts_with('\\') && !own(it);
    let mut lines: Vec<_> = dump.lines().filter(counts).collect();
    lines.sort_unstable();
    lines
}

/// What the first has more often.
fn only<'a>(these: &[&'a str], those: &[&'a str]) -> Vec<&'a str> {
    let mut rest = those.iter().peekable();
    let mut out = Vec::new();
    for it in these {
        while rest.next_if(|other| *other < it).is_some() {}
        if rest.next_if(|other| *other == it).is_none() {
            out.push(*it);
        }
    }
    out
}
