//! The environment variables: `DATABASE_URL` and libpq's.

use super::DatabaseBuilder;

/// libpq's variables and the options that they set.
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
    // These are not supported and cause an error: ignoring them would be less safe than the user asked for.
    ("PGSERVICE", "service"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLCRLDIR", "sslcrldir"),
    ("PGREQUIREPEER", "requirepeer"),
    ("PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"),
];

impl DatabaseBuilder {
    /// Reads `DATABASE_URL`, and libpq's variables for options that the URL does not set.
    pub(crate) fn from_env() -> Self {
        read(|name| std::env::var(name).ok())
    }
}

/// Reads variables through `var`. Options of `DATABASE_URL` take precedence.
fn read(var: impl Fn(&str) -> Option<String>) -> DatabaseBuilder {
    let var = |name: &str| var(name).filter(|it| !it.is_empty());
    let mut builder = DatabaseBuilder::new();
    for (variable, option) in VARIABLES {
        if let Some(value) = var(variable) {
            builder.apply(option, &value, variable);
        }
    }
    // Hosts and ports belong together: a port from the environment must not be used for a host of the URL.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::{auth::Methods, config::secret::Secret};

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
}
