//! The environment: `DATABASE_URL` and libpq's variables, and the password file.

use std::{fs, path::PathBuf};

use orm_core::error::{Error, ErrorKind, Result};

use super::{DatabaseBuilder, secret::Secret};

/// libpq's variables and the options that they stand for.
const VARIABLES: [(&str, &str); 24] = [
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGDATABASE", "dbname"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGREQUIREAUTH", "require_auth"),
    ("PGAPPNAME", "application_name"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGOPTIONS", "options"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGCLIENTENCODING", "client_encoding"),
    ("PGPASSFILE", "passfile"),
    // Not served, so they are errors: to ignore them would be less safe than what was asked for.
    ("PGSERVICE", "service"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLCRLDIR", "sslcrldir"),
    ("PGREQUIREPEER", "requirepeer"),
    ("PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"),
];

/// Reads the variables that `var` knows; what `DATABASE_URL` says comes before the others.
pub(super) fn read(var: impl Fn(&str) -> Option<String>) -> DatabaseBuilder {
    let var = |name: &str| var(name).filter(|it| !it.is_empty());
    let mut builder = DatabaseBuilder::new();
    for (variable, option) in VARIABLES {
        if let Some(value) = var(variable) {
            builder.apply(option, &value, variable);
        }
    }
    // The URL's hosts and ports belong together: a port of the environment must not join a host of the URL.
    if let Some(url) = var("DATABASE_URL") {
        let mut from_url = DatabaseBuilder::new().url(&url);
        if !from_url.settings.hosts.is_empty() || !from_url.settings.ports.is_empty() {
            builder.settings.hosts.clear();
            builder.settings.hostaddrs.clear();
            builder.settings.ports.clear();
        }
        if from_url.fault.is_some() {
            builder.fault = from_url.fault.take();
        } else {
            builder = builder.url(&url);
        }
    }
    builder
}

/// The password file that is looked at where none is named: `PGPASSFILE`, or `.pgpass` in the user's home.
pub(super) fn usual_passfile() -> Option<PathBuf> {
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

/// Looks the password up in a file of lines `host:port:database:user:password`. A missing file holds no password.
///
/// # Errors
/// [`ErrorKind::Config`] when the file can be read by others than its owner.
pub(super) fn passfile(path: &PathBuf, wanted: Wanted<'_>) -> Result<Option<Secret>> {
    let Ok(facts) = fs::metadata(path) else { return Ok(None) };
    if !facts.is_file() {
        return Ok(None);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if facts.permissions().mode() & 0o077 != 0 {
            let text = format!("the password file {} can be read by others: chmod 0600 it", path.display());
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

/// Takes the text before the next `:`; a `\` takes the next character as it is.
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
    use crate::connect::auth::Methods;

    fn env(pairs: &[(&str, &str)]) -> DatabaseBuilder {
        read(|name| pairs.iter().find(|it| it.0 == name).map(|it| it.1.to_owned()))
    }

    #[test]
    fn the_url_comes_before_the_variables() {
        let it = env(&[
            ("DATABASE_URL", "postgres://ann@one/app"),
            ("PGHOST", "two"),
            ("PGPORT", "7"),
            ("PGUSER", "bob"),
            ("PGPASSWORD", "hunter2"),
        ]);
        assert!(it.fault.is_none());
        assert_eq!(it.settings.hosts, ["one"]);
        assert!(it.settings.ports.is_empty());
        assert_eq!(it.settings.user.as_deref(), Some("ann"));
        assert_eq!(it.settings.password.as_ref().map(Secret::expose), Some("hunter2"));
        assert!(!format!("{it:?}").contains("hunter2"));
    }

    #[test]
    fn variables_alone_are_enough() {
        let it = env(&[("PGHOST", "/sock"), ("PGDATABASE", "app"), ("PGSSLMODE", "disable"), ("PGAPPNAME", "x")]);
        assert!(it.fault.is_none());
        assert_eq!(it.settings.hosts, ["/sock"]);
        assert_eq!(it.settings.database.as_deref(), Some("app"));
        assert_eq!(it.settings.application_name.as_deref(), Some("x"));
    }

    #[test]
    fn a_bad_variable_is_named() {
        let it = env(&[("PGPORT", "many")]);
        assert_eq!(it.fault.unwrap().to_string(), "PGPORT: expected a port from 1 to 65535");
    }

    #[test]
    fn variables_of_tls_are_read() {
        let it = env(&[
            ("PGSSLMODE", "verify-ca"),
            ("PGSSLROOTCERT", "/root.pem"),
            ("PGSSLCERT", "/a.crt"),
            ("PGSSLKEY", "/a.key"),
            ("PGCHANNELBINDING", "require"),
            ("PGREQUIREAUTH", "password"),
        ]);
        assert!(it.fault.is_none());
        assert_eq!(it.settings.require_auth, Methods::PASSWORD);
        let tls = format!("{:?}", it.settings.tls);
        for part in ["VerifyCa", "/root.pem", "/a.crt", "/a.key", "Require"] {
            assert!(tls.contains(part), "{tls}");
        }
    }

    #[test]
    fn variables_that_are_not_served_are_not_ignored() {
        for (variable, value) in [("PGSERVICE", "x"), ("PGSSLCRL", "/x"), ("PGREQUIREPEER", "x")] {
            assert_eq!(env(&[(variable, value)]).fault.unwrap().to_string(), format!("{variable}: not supported"));
        }
    }

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
