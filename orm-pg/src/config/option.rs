//! The options of libpq, by name.

use std::{str::FromStr, time::Duration};

use orm_core::error::{Error, ErrorKind, Result};
use tokio_postgres::config::TargetSessionAttrs;

use super::{Settings, secret::Secret};
use crate::{
    auth::Methods,
    tls::{ChannelBinding, Pem, Roots, SslMode, SslNegotiation},
};

/// Options that libpq has and this crate does not serve.
const NOT_SERVED: [&str; 12] = [
    "service",
    "servicefile",
    "sslpassword",
    "sslcrl",
    "sslcrldir",
    "sslsni",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "requirepeer",
    "krbsrvname",
    "gsslib",
    "replication",
];

/// Sets the option `name`; `shown` is how the user called it.
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
            // As libpq has it, zero and less mean no limit of the user's: ours stays.
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
        _ if NOT_SERVED.contains(&name) || name.starts_with("ssl") || name.starts_with("gss") => {
            return Err(Error::new(ErrorKind::Config, format!("{shown}: not supported")));
        }
        _ => return Err(Error::new(ErrorKind::Config, format!("{shown}: there is no such connection option"))),
    }
    Ok(())
}

/// Ports separated by commas; an empty one is the default.
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
