//! libpq's options by name, for connection strings and the environment.

use std::{str::FromStr, time::Duration};

use orm_core::error::{Error, ErrorKind, Result};
use tokio_postgres::config::TargetSessionAttrs;

use super::{Settings, secret::Secret};
use crate::connect::{
    auth::Methods,
    tls::{ChannelBinding, Pem, Roots, SslMode, SslNegotiation},
};

/// Options that can be set.
const SERVED: [&str; 27] = [
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssencmode",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "load_balance_hosts",
    "options",
    "passfile",
    "password",
    "port",
    "require_auth",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// Options of libpq or JDBC that are not supported.
const NOT_SERVED: [&str; 26] = [
    "gssdelegation",
    "gsslib",
    "krbsrvname",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_issuer",
    "oauth_scope",
    "replication",
    "requirepeer",
    "requiressl",
    "scram_client_key",
    "scram_server_key",
    "service",
    "servicefile",
    "ssl",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkeylogfile",
    "sslpassword",
    "sslsni",
];

/// Returns the option of this name, supported or not. Only such a name may appear in a message: an unknown word could
/// be a part of a password.
pub(super) fn known(name: &str) -> Option<&'static str> {
    SERVED.into_iter().chain(NOT_SERVED).find(|it| *it == name)
}

/// Returns the option that `name` is probably a misspelling of.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let (distance, nearest) = SERVED.into_iter().map(|it| (distance(name, it), it)).min()?;
    (distance <= nearest.len() / 4).then_some(nearest)
}

/// The Levenshtein distance of `a` and `b`.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (above, a) in a.chars().enumerate() {
        let (mut diagonal, mut left) = (above, above + 1);
        for (cell, b) in row.iter_mut().skip(1).zip(b.chars()) {
            let changed = diagonal + usize::from(a != b);
            diagonal = *cell;
            left = changed.min(*cell + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = above + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// Sets the option `name`, one of the [`known`] ones. `shown` names it in errors.
///
/// # Errors
/// [`ErrorKind::Config`] when there is no such option, or it cannot have that value. The value is not repeated.
pub(super) fn set(settings: &mut Settings, name: &str, value: &str, shown: &str) -> Result<()> {
    let bad = |expected: &str| Error::new(ErrorKind::Config, format!("{shown}: expected {expected}"));
    match name {
        "host" => settings.hosts = value.split(',').map(str::to_owned).collect(),
        "hostaddr" => {
            let addresses: Result<_, _> = value.split(',').map(str::parse).collect();
            settings.hostaddrs = addresses.map_err(|_| bad("IP addresses, separated by commas"))?;
        }
        "port" => settings.ports = ports(value).ok_or_else(|| bad("a port from 1 to 65535"))?,
        "user" => settings.user = Some(value.to_owned()),
        "password" => settings.password = Some(Secret::new(value)),
        "passfile" => settings.passfile = Some(value.into()),
        "dbname" => settings.database = Some(value.to_owned()),
        "application_name" => settings.application_name = Some(value.to_owned()),
        "fallback_application_name" => {
            settings.application_name.get_or_insert_with(|| value.to_owned());
        }
        "options" => settings.options = Some(value.to_owned()),
        "connect_timeout" => {
            // As in libpq, zero and negative numbers mean that the user sets no limit: the default stays.
            let seconds: i64 = number(value).ok_or_else(|| bad("a number of seconds"))?;
            if let Some(seconds) = u64::try_from(seconds).ok().filter(|it| *it > 0) {
                settings.connect_timeout = Duration::from_secs(seconds);
            }
        }
        "tcp_user_timeout" => {
            let millis = number(value).ok_or_else(|| bad("a number of milliseconds"))?;
            settings.tcp_user_timeout = (millis > 0).then(|| Duration::from_millis(millis));
        }
        "keepalives" => settings.keepalives = flag(value).ok_or_else(|| bad("0 or 1"))?,
        "keepalives_idle" => {
            settings.keepalives_idle = Duration::from_secs(number(value).ok_or_else(|| bad("a number of seconds"))?);
        }
        "keepalives_interval" => {
            let seconds = number(value).ok_or_else(|| bad("a number of seconds"))?;
            settings.keepalives_interval = Some(Duration::from_secs(seconds));
        }
        "keepalives_count" => {
            settings.keepalives_count = Some(number(value).ok_or_else(|| bad("a number"))?);
        }
        "sslmode" => {
            let mode = SslMode::from_name(value);
            settings.tls.mode =
                Some(mode.ok_or_else(|| bad("disable, allow, prefer, require, verify-ca or verify-full"))?);
        }
        "sslrootcert" if value == "system" => settings.tls.roots = Some(Roots::System),
        "sslrootcert" => settings.tls.roots = Some(Roots::Given(Pem::File(value.into()))),
        "sslcert" => settings.tls.certificate = Some(Pem::File(value.into())),
        "sslkey" => settings.tls.key = Some(Pem::File(value.into())),
        "sslnegotiation" => {
            settings.tls.negotiation = match value {
                "postgres" => SslNegotiation::Postgres,
                "direct" => SslNegotiation::Direct,
                _ => return Err(bad("postgres or direct")),
            };
        }
        "channel_binding" => {
            settings.tls.channel_binding = match value {
                "disable" => ChannelBinding::Disable,
                "prefer" => ChannelBinding::Prefer,
                "require" => ChannelBinding::Require,
                _ => return Err(bad("disable, prefer or require")),
            };
        }
        "require_auth" => {
            settings.require_auth = Methods::from_list(value).ok_or_else(|| {
                bad("some of password, md5, scram-sha-256 and none, separated by commas, or each with a `!` to \
                     exclude it")
            })?;
        }
        "gssencmode" if matches!(value, "disable" | "prefer") => {}
        "gssencmode" => return Err(bad("disable or prefer: GSSAPI encryption is not built in")),
        "client_encoding" if matches!(value.to_ascii_lowercase().as_str(), "utf8" | "utf-8" | "unicode" | "auto") => {}
        "client_encoding" => return Err(bad("utf8: Rust's strings are UTF-8")),
        "target_session_attrs" => {
            settings.target = Some(match value {
                "any" => TargetSessionAttrs::Any,
                "read-write" | "primary" => TargetSessionAttrs::ReadWrite,
                "read-only" | "standby" => TargetSessionAttrs::ReadOnly,
                _ => return Err(bad("any, read-write, read-only, primary or standby")),
            });
        }
        "load_balance_hosts" => {
            settings.shuffle = match value {
                "disable" => false,
                "random" => true,
                _ => return Err(bad("disable or random")),
            };
        }
        _ => return Err(Error::new(ErrorKind::Config, format!("{shown}: not supported"))),
    }
    Ok(())
}

/// Parses ports separated by commas. An empty one means the default port.
fn ports(value: &str) -> Option<Vec<Option<u16>>> {
    let port = |it: &str| match it.trim() {
        "" => Some(None),
        it => it.parse().ok().filter(|it| *it != 0).map(Some),
    };
    value.split(',').map(port).collect()
}

fn number<T: FromStr>(value: &str) -> Option<T> {
    value.trim().parse().ok()
}

fn flag(value: &str) -> Option<bool> {
    match value.trim() {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_option_is_known_again_and_no_other_word() {
        for (name, meant) in [
            ("aplication_name", Some("application_name")),
            ("ssl_mode", Some("sslmode")),
            ("SSLMODE", None),
            ("pasword", Some("password")),
            ("hunter2", None),
            ("usr", Some("user")),
            ("", None),
        ] {
            assert_eq!(nearest(name), meant, "{name}");
        }
    }

    #[test]
    fn every_option_that_is_known_is_set_or_told_to_be_not_supported() {
        for name in SERVED.into_iter().chain(NOT_SERVED) {
            assert_eq!(known(name), Some(name));
            let refused = set(&mut Settings::default(), name, "\u{1}", "it").err().map(|it| it.to_string());
            let not_supported = refused.is_some_and(|it| it == "it: not supported");
            assert_eq!(not_supported, NOT_SERVED.contains(&name), "{name}");
        }
    }
}
