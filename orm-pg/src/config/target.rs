//! The servers to try: one for each host, each with the driver's configuration.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use orm_core::error::{Error, ErrorKind, Result};
use tokio_postgres::config::TargetSessionAttrs;

use super::{Settings, SslMode, env};

const DEFAULT_PORT: u16 = 5432;

/// Where PostgreSQL's packages put the socket.
const SOCKET_DIRECTORIES: [&str; 3] = ["/run/postgresql", "/var/run/postgresql", "/tmp"];

/// One server to try.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: Address,
    pub(crate) port: u16,
    /// All but the address.
    pub(crate) driver: tokio_postgres::Config,
    /// `localhost:5432`, for messages.
    pub(crate) shown: String,
}

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// A name to look up.
    Name(String),
    /// An address, which may have a name for messages.
    Ip(IpAddr),
    /// The directory of a Unix socket.
    Socket(PathBuf),
}

impl Address {
    fn of(host: &str) -> Self {
        match host.parse() {
            Ok(ip) => Self::Ip(ip),
            Err(_) if host.starts_with('/') => Self::Socket(host.into()),
            Err(_) => Self::Name(host.to_owned()),
        }
    }

    /// Whether no packet leaves this machine.
    fn is_local(&self) -> bool {
        match self {
            Self::Socket(_) => true,
            Self::Ip(ip) => ip.to_canonical().is_loopback(),
            Self::Name(name) => name.eq_ignore_ascii_case("localhost"),
        }
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("address", &self.address).field("port", &self.port).finish_non_exhaustive()
    }
}

/// Lists the servers that the settings name.
///
/// # Errors
/// [`ErrorKind::Config`] when hosts and ports do not pair, no user is known, or a password would travel unencrypted.
pub(super) fn all(settings: &Settings) -> Result<Vec<Target>> {
    let refused = |text: String| Error::new(ErrorKind::Config, text);
    let user = match &settings.user {
        Some(user) => user.clone(),
        None => std::env::var("USER")
            .or_else(|_| std::env::var("LOGNAME"))
            .map_err(|_| refused("no user is given, and the environment names none".into()))?,
    };
    let count = settings.hosts.len().max(settings.hostaddrs.len()).max(1);
    if !settings.hostaddrs.is_empty() && !settings.hosts.is_empty() && settings.hostaddrs.len() != settings.hosts.len()
    {
        return Err(refused("options `host` and `hostaddr` must name equally many".into()));
    }
    if !matches!(settings.ports.len(), 0 | 1) && settings.ports.len() != count {
        return Err(refused("option `port` must name one port, or one for each host".into()));
    }
    (0..count)
        .map(|index| {
            let port =
                settings.ports.get(index).or_else(|| settings.ports.first().filter(|_| settings.ports.len() == 1));
            let port = port.copied().flatten().unwrap_or(DEFAULT_PORT);
            let host = settings.hosts.get(index).filter(|it| !it.is_empty());
            let address = match (settings.hostaddrs.get(index), host) {
                (Some(ip), _) => Address::Ip(*ip),
                (None, Some(host)) => Address::of(host),
                (None, None) => default_address(port),
            };
            let name = host.cloned().unwrap_or_else(|| show(&address));
            let shown = format!("{name}:{port}");
            allow(settings.ssl_mode, &address, &name)?;
            let driver = driver(settings, count, Wanted { user: &user, host: &name, address: &address, port })?;
            Ok(Target { address, port, driver, shown })
        })
        .collect()
}

/// The socket of a server on this machine if there is one, else `localhost`, as libpq does.
fn default_address(port: u16) -> Address {
    let socket = format!(".s.PGSQL.{port}");
    let directory = SOCKET_DIRECTORIES.into_iter().find(|it| Path::new(it).join(&socket).exists());
    directory.map_or_else(|| Address::Name("localhost".into()), |it| Address::Socket(it.into()))
}

fn show(address: &Address) -> String {
    match address {
        Address::Name(name) => name.clone(),
        Address::Ip(ip) => ip.to_string(),
        Address::Socket(path) => path.display().to_string(),
    }
}

/// Refuses to talk in plain text to another machine unless that was asked for.
fn allow(mode: SslMode, address: &Address, name: &str) -> Result<()> {
    match mode {
        SslMode::Disable => Ok(()),
        SslMode::Unset | SslMode::Allow | SslMode::Prefer if address.is_local() => Ok(()),
        SslMode::Unset | SslMode::Allow | SslMode::Prefer => Err(Error::new(
            ErrorKind::Config,
            format!(
                "`{name}` is another machine and TLS is not built in yet: passwords and data would travel in the \
                 clear; say `sslmode=disable` if that is what you want"
            ),
        )),
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => Err(Error::new(
            ErrorKind::Config,
            "option `sslmode`: TLS is not built in yet, only `disable` can be used, and `prefer` on this machine",
        )),
    }
}

#[derive(Clone, Copy)]
struct Wanted<'a> {
    user: &'a str,
    host: &'a str,
    address: &'a Address,
    port: u16,
}

/// Writes the settings down for the driver, but for the address.
fn driver(settings: &Settings, count: usize, wanted: Wanted<'_>) -> Result<tokio_postgres::Config> {
    let mut config = tokio_postgres::Config::new();
    let database = settings.database.as_deref().unwrap_or(wanted.user);
    config.user(wanted.user).dbname(database).ssl_mode(tokio_postgres::config::SslMode::Disable);
    let password = match (&settings.password, &settings.passfile) {
        (Some(password), _) => Some(password.clone()),
        (None, Some(path)) => {
            // libpq looks a socket up as `localhost`.
            let host = if matches!(wanted.address, Address::Socket(_)) { "localhost" } else { wanted.host };
            env::passfile(path, env::Wanted { host, port: wanted.port, database, user: wanted.user })?
        }
        (None, None) => None,
    };
    if let Some(password) = password {
        config.password(password.expose());
    }
    if let Some(name) = &settings.application_name {
        config.application_name(name);
    }
    let mut options = settings.options.clone().unwrap_or_default();
    if let Some(limit) = settings.statement_timeout {
        options.push_str(&format!(" -c statement_timeout={}", limit.as_millis().max(1)));
    }
    if !options.is_empty() {
        config.options(options.trim_start());
    }
    config.keepalives(settings.keepalives).keepalives_idle(settings.keepalives_idle);
    if let Some(interval) = settings.keepalives_interval {
        config.keepalives_interval(interval);
    }
    if let Some(count) = settings.keepalives_count {
        config.keepalives_retries(count);
    }
    if let Some(limit) = settings.tcp_user_timeout {
        config.tcp_user_timeout(limit);
    }
    config.connect_timeout(settings.connect_timeout);
    // With several servers it is the one that takes writes that is meant.
    let several = if count > 1 { TargetSessionAttrs::ReadWrite } else { TargetSessionAttrs::Any };
    config.target_session_attrs(settings.target.unwrap_or(several));
    Ok(config)
}
