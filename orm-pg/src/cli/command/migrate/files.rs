//! `orm migrate new`, and how files are named and written.

use std::{
    fs,
    io::Write,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use orm_core::migrate::file::{Header, Migration, Script, id, migrations};
use serde_json::json;

use crate::cli::{
    args::New,
    failure::{Failure, Result},
    folder::heads,
    report::{GOOD, Report, styled},
};

/// The end of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// The present, in seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|it| it.as_secs()).unwrap_or_default()
}

/// The time of the next migration: now, or right after the last one, whose clock may be ahead.
pub(super) fn next(migrations: &[Migration]) -> u64 {
    let last = migrations.iter().map(|it| it.id.as_str()).max().unwrap_or_default();
    let last = last.get(..14).unwrap_or_default();
    // The ids are in the order of their times.
    let (mut from, mut to) = (now(), LAST_SECOND);
    while from < to {
        let middle = from.midpoint(to);
        if id(middle, "").as_str() <= last { from = middle + 1 } else { to = middle }
    }
    from
}

/// Writes a file that is not there yet.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    let failed = |source| Failure::file("write", path, source);
    let mut file = fs::File::create_new(path).map_err(failed)?;
    Ok(file.write_all(text.as_bytes()).map_err(failed)?)
}

pub(super) fn new(args: &New) -> Result<Report> {
    let folder = args.folder.path()?;
    if let Some(id) = &args.rebase {
        // Without the checks: a file that they refuse is what is to be mended.
        let texts = args.folder.texts()?;
        return rebase(&folder, &migrations(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())))?, id);
    }
    let migrations = args.folder.read()?.check()?;
    let name = args.name.as_deref().unwrap_or_default();
    if !name.chars().any(char::is_alphanumeric) {
        return Err(Failure::new(format!("{name:?} cannot be part of the name of a file")).into());
    }
    let id = id(next(&migrations), name);
    let header = Header { after: heads(&migrations), ..Header::default() };
    let mut written = vec![format!("{id}.up.sql")];
    let text = format!(
        "{header}\n-- Write statements here. `-- orm: step` between two of them makes steps that can be resumed.\n"
    );
    write(&folder.join(format!("{id}.up.sql")), text.trim_start())?;
    if args.down {
        written.push(format!("{id}.down.sql"));
        write(&folder.join(format!("{id}.down.sql")), "-- Write the statements that undo it here.\n")?;
    }
    let mut report = Report::new(json!({ "id": id, "written": written }));
    for it in written {
        report.line(format_args!("{} {}", styled(GOOD, "wrote"), folder.join(it).display()));
    }
    Ok(report)
}

/// Gives a migration the present time, and lets it come after all others.
fn rebase(folder: &Path, migrations: &[Migration], old: &str) -> Result<Report> {
    let migration = migrations
        .iter()
        .find(|it| it.id == old)
        .ok_or_else(|| Failure::new(format!("there is no migration {old}")))?;
    if let Some(after) = migrations.iter().find(|it| it.up.header.after.iter().any(|it| it == old)) {
        return Err(Failure::new(format!("{} says that it comes after {old}: rebase it first", after.id)).into());
    }
    let others: Vec<_> = migrations.iter().filter(|it| it.id != old).cloned().collect();
    let name = old.split_once('_').map_or("", |it| it.1);
    let new = id(next(migrations), name);
    let mut header = migration.up.header.clone();
    header.after = heads(&others);
    let up = Script { header, ..migration.up.clone() };
    write(&folder.join(format!("{new}.up.sql")), &up.to_string())?;
    if migration.down.is_some() {
        let (from, to) = (folder.join(format!("{old}.down.sql")), folder.join(format!("{new}.down.sql")));
        fs::rename(&from, &to).map_err(|source| Failure::file("rename", &from, source))?;
    }
    let from = folder.join(format!("{old}.up.sql"));
    fs::remove_file(&from).map_err(|source| Failure::file("remove", &from, source))?;
    let mut report = Report::new(json!({ "id": new, "was": old }));
    report.line(format_args!("{old} is now {}", styled(GOOD, &new)));
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_file_is_after_all_others() {
        let migration = |id: &str| Migration {
            id: id.to_owned(),
            up: Script { header: Header::default(), steps: Vec::new(), checksum: String::new() },
            down: None,
        };
        let after = |last: &str| id(next(&[migration("20200101000000_a"), migration(last)]), "");
        assert_eq!(after("20991231235959_b"), "21000101000000");
        assert!(after("20200102000000_b").as_str() > "20260101000000");
    }
}
