//! Changes connection strings: another database, or no password.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::connect::config::parse_url;

/// Returns the URL of `database` on a server that listens on a socket in `dir`.
pub(super) fn of_socket(dir: &str, database: &str) -> String {
    format!("postgres://postgres@{}/{database}", utf8_percent_encode(dir, NON_ALPHANUMERIC))
}

/// Returns the URL of a server on this machine with a password.
pub(super) fn of_port(port: u16, password: &str) -> String {
    format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres")
}

/// Returns `url`, which may also be a list of `key=value`, with its database replaced by `database`.
pub(super) fn with_database(url: &str, database: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        // If a key is given twice, the last one counts.
        return format!("{url} dbname={database}");
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let authority = rest.split('/').next().unwrap_or(rest);
    let query = query.map(|it| it.split('&').filter(|it| !it.starts_with("dbname=")).collect::<Vec<_>>().join("&"));
    let query = query.filter(|it| !it.is_empty()).map(|it| format!("?{it}")).unwrap_or_default();
    format!("{scheme}://{authority}/{database}{query}")
}

/// Returns `url` without its password, as a list of `keyword=value` that `psql` accepts. It consists of known options
/// only, since anything else may be a part of a password.
pub(super) fn without_password(url: &str) -> String {
    let Ok(options) = parse_url(url) else { return "a URL that cannot be read".to_owned() };
    let shown = ["host", "hostaddr", "port", "user", "dbname", "sslmode"];
    let parts = options.iter().filter(|(name, _)| shown.contains(name)).map(|(name, value)| {
        let plain = value.chars().all(|it| it.is_ascii_alphanumeric() || "/.,:_-".contains(it)) && !value.is_empty();
        let quoted = || format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"));
        format!("{name}={}", if plain { value.clone() } else { quoted() })
    });
    parts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_of_a_url_is_replaced() {
        for (url, expected) in [
            ("postgres://localhost", "postgres://localhost/it"),
            ("postgres://u:p@h:5433/app?sslmode=disable", "postgres://u:p@h:5433/it?sslmode=disable"),
            ("postgresql:///app?host=/tmp&dbname=other", "postgresql:///it?host=/tmp"),
            ("postgres://u@%2Ftmp%2Fx/postgres", "postgres://u@%2Ftmp%2Fx/it"),
            ("host=localhost dbname=app", "host=localhost dbname=app dbname=it"),
        ] {
            assert_eq!(with_database(url, "it"), expected);
            assert_eq!(expected.parse::<tokio_postgres::Config>().unwrap().get_dbname(), Some("it"));
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        for (url, expected) in [
            ("postgres://u:p@h/app", "user=u host=h dbname=app"),
            (
                "postgres://u@h:5433/app?password=p&sslmode=disable",
                "user=u host=h port=5433 dbname=app sslmode=disable",
            ),
            ("postgres://%2Ftmp%2Fx/it's", r"host=/tmp/x dbname='it\'s'"),
            ("host=h password='p q' user=u", "host=h user=u"),
            ("host=h password=p hunter2 user=u", "a URL that cannot be read"),
            ("postgres://u:hunter2/q@h/app", "a URL that cannot be read"),
        ] {
            assert_eq!(without_password(url), expected);
        }
    }

    #[test]
    fn a_socket_directory_is_a_host() {
        let url = of_socket("/tmp/orm-pg-test", "it");
        let config: tokio_postgres::Config = url.parse().unwrap();
        assert_eq!(config.get_hosts(), [tokio_postgres::config::Host::Unix("/tmp/orm-pg-test".into())]);
    }
}
