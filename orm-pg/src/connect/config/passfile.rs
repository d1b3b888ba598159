//! The password file, `.pgpass`.

use std::{fs, path::PathBuf};

use orm_core::error::{Error, ErrorKind, Result};

use super::secret::Secret;

/// The password file that is used if none is set: `PGPASSFILE`, or `.pgpass` in the user's home directory.
pub(super) fn usual_path() -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    var("PGPASSFILE").or_else(|| var("HOME").map(|home| home.join(".pgpass")))
}

/// What an entry of the password file must match.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// Looks up the password in a file of lines `host:port:database:user:password`. A missing file is not an error.
///
/// # Errors
/// [`ErrorKind::Config`] when users other than its owner can read the file.
pub(super) fn password(path: &PathBuf, wanted: Wanted<'_>) -> Result<Option<Secret>> {
    let Ok(facts) = fs::metadata(path) else { return Ok(None) };
    if !facts.is_file() {
        return Ok(None);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if facts.permissions().mode() & 0o077 != 0 {
            let text =
                format!("the password file {} can be read by other users: run `chmod 0600` on it", path.display());
            return Err(Error::new(ErrorKind::Config, text));
        }
    }
    let text = fs::read_to_string(path).map_err(|cause| {
        let text = format!("the password file {} cannot be read", path.display());
        Error::new(ErrorKind::Config, text).with_source(cause)
    })?;
    Ok(text.lines().find_map(|line| entry(line, wanted)))
}

fn entry(line: &str, wanted: Wanted<'_>) -> Option<Secret> {
    if line.starts_with('#') {
        return None;
    }
    let mut rest = line;
    let port = wanted.port.to_string();
    for expected in [wanted.host, &port, wanted.database, wanted.user] {
        let (field, after) = field(rest);
        if field != "*" && field != expected {
            return None;
        }
        rest = after?;
    }
    let (password, _) = field(rest);
    (!password.is_empty()).then(|| Secret::new(password))
}

/// Splits the text at the next `:`. A `\` escapes the next character.
fn field(text: &str) -> (String, Option<&str>) {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, it)) = chars.next() {
        match it {
            ':' => return (out, text.get(at + 1..)),
            '\\' => out.extend(chars.next().map(|(_, it)| it)),
            _ => out.push(it),
        }
    }
    (out, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_file_is_matched_field_by_field() {
        let wanted = Wanted { host: "db", port: 5432, database: "app", user: "ann" };
        let check = |line: &str| entry(line, wanted).map(|it| it.expose().to_owned());
        assert_eq!(check("db:5432:app:ann:pw").as_deref(), Some("pw"));
        assert_eq!(check("*:*:*:ann:p\\:w\\\\").as_deref(), Some("p:w\\"));
        assert_eq!(check("db:5433:app:ann:pw"), None);
        assert_eq!(check("db:5432:app:bob:pw"), None);
        assert_eq!(check("#db:5432:app:ann:pw"), None);
        assert_eq!(check("db:5432"), None);
        assert_eq!(check(""), None);
    }
}
