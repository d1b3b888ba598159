//! [`Target`]: a server to try. There is one for each host, each with a configuration for the driver.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use orm_core::error::{Error, ErrorKind, Result};
use tokio_postgres::config::TargetSessionAttrs;

use super::{passfile, settings::Settings};
use crate::connect::{
    auth::Methods,
    tls::{ChannelBinding, Connector, Link, Roots, SslMode, SslNegotiation},
    wire::{ResolvedAddress, TcpOptions},
};

const DEFAULT_PORT: u16 = 5432;

/// The directories where packages of PostgreSQL put the socket.
const SOCKET_DIRECTORIES: [&str; 3] = ["/run/postgresql", "/var/run/postgresql", "/tmp"];

/// One server to try.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: Address,
    pub(crate) port: u16,
    /// The driver's configuration, without the address.
    pub(crate) driver: tokio_postgres::Config,
    /// `localhost:5432`, for messages.
    pub(crate) shown: String,
    /// With and without encryption, in the order in which they are tried.
    pub(crate) links: Vec<Link>,
    /// Makes TLS connections, if one of the links needs it.
    pub(crate) connector: Option<Connector>,
    pub(crate) require_auth: Methods,
    pub(crate) tcp: TcpOptions,
}

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// A name to look up.
    Name(String),
    /// An IP address.
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

    /// Whether connections stay on this machine.
    fn is_local(&self) -> bool {
        match self {
            Self::Socket(_) => true,
            Self::Ip(ip) => ip.to_canonical().is_loopback(),
            Self::Name(name) => name.eq_ignore_ascii_case("localhost"),
        }
    }
}

impl Target {
    /// The same server, with one of its several addresses shown in messages.
    pub(crate) fn at(&self, address: &ResolvedAddress) -> Self {
        let shown = match address {
            ResolvedAddress::Tcp(address) => format!("{} ({})", self.shown, address.ip()),
            ResolvedAddress::Unix(_) => self.shown.clone(),
        };
        Self { shown, ..self.clone() }
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
/// [`ErrorKind::Config`] when the numbers of hosts and ports do not match, no user is known, or the TLS options cannot
/// be used.
pub(super) fn all(settings: &Settings) -> Result<Vec<Target>> {
    let refused = |text: String| Error::new(ErrorKind::Config, text);
    let user = match &settings.user {
        Some(user) => user.clone(),
        None => std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).or_else(|_| {
            whoami::username()
                .map_err(|_| refused("no user is set, and neither the environment nor the system names one".into()))
        })?,
    };
    let count = settings.hosts.len().max(settings.hostaddrs.len()).max(1);
    if !settings.hostaddrs.is_empty() && !settings.hosts.is_empty() && settings.hostaddrs.len() != settings.hosts.len()
    {
        return Err(refused("options `host` and `hostaddr` must have the same number of entries".into()));
    }
    if !matches!(settings.ports.len(), 0 | 1) && settings.ports.len() != count {
        return Err(refused("option `port` must name one port, or one for each host".into()));
    }
    let mut connectors = Connectors::new(settings);
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
            let mode = mode(settings, &address, &name)?;
            let mut links = mode.links().to_vec();
            if settings.tls.channel_binding == ChannelBinding::Require {
                links.retain(|it| *it == Link::Tls);
            }
            let connector = if links.contains(&Link::Tls) { Some(connectors.to(mode, &name)?) } else { None };
            let tcp = tcp(settings);
            let require_auth = settings.require_auth;
            let driver = driver(settings, count, Wanted { user: &user, host: &name, address: &address, port })?;
            Ok(Target { address, port, driver, shown, links, connector, require_auth, tcp })
        })
        .collect()
}

/// The socket of a server on this machine if there is one, or else `localhost`, as in libpq.
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

/// Returns the TLS mode of the connections to one server.
///
/// # Errors
/// [`ErrorKind::Config`] when the options contradict each other.
fn mode(settings: &Settings, address: &Address, name: &str) -> Result<SslMode> {
    let tls = &settings.tls;
    let refused = |text: String| Err(Error::new(ErrorKind::Config, text));
    // The server has no TLS on Unix sockets. A name that is not local must be checked against the certificate, even at
    // a local address.
    let socket = matches!(address, Address::Socket(_));
    let local = address.is_local() && (socket || Address::of(name).is_local());
    let mode = match tls.mode {
        _ if socket => SslMode::Disable,
        Some(mode) => mode,
        None if local && !tls.wants_tls() => SslMode::Disable,
        None => SslMode::VerifyFull,
    };
    if mode == SslMode::Disable && tls.channel_binding == ChannelBinding::Require {
        return refused(format!("`channel_binding=require` needs TLS, but the connection to `{name}` does not use it"));
    }
    if socket {
        return Ok(mode);
    }
    let weak = mode.name();
    if matches!(tls.roots, Some(Roots::System)) && mode != SslMode::VerifyFull {
        return refused(format!("`sslmode={weak}` is too weak for `sslrootcert=system`: set `sslmode=verify-full`"));
    }
    if tls.negotiation == SslNegotiation::Direct && mode.links() != [Link::Tls] {
        return refused(format!(
            "`sslmode={weak}` is too weak for `sslnegotiation=direct`: set `sslmode=verify-full`, `verify-ca` or \
             `require`"
        ));
    }
    match mode {
        SslMode::Allow | SslMode::Prefer if cfg!(not(feature = "tls-rustls")) && local => Ok(SslMode::Disable),
        _ => Ok(mode),
    }
}

/// Creates connectors. The certificates are read once for all servers.
struct Connectors<'a> {
    settings: &'a Settings,
    #[cfg(feature = "tls-rustls")]
    config: Option<crate::connect::tls::rustls::Shared>,
}

impl<'a> Connectors<'a> {
    #[cfg(feature = "tls-rustls")]
    fn new(settings: &'a Settings) -> Self {
        Self { settings, config: None }
    }

    #[cfg(feature = "tls-rustls")]
    fn to(&mut self, mode: SslMode, host: &str) -> Result<Connector> {
        let config = match &self.config {
            Some(config) => config.clone(),
            None => Connector::config(&self.settings.tls, mode)?,
        };
        Connector::new(self.config.insert(config).clone(), &self.settings.tls, host)
    }

    #[cfg(not(feature = "tls-rustls"))]
    fn new(settings: &'a Settings) -> Self {
        Self { settings }
    }

    #[cfg(not(feature = "tls-rustls"))]
    fn to(&mut self, mode: SslMode, host: &str) -> Result<Connector> {
        let why = match self.settings.tls.mode {
            Some(_) => format!("`sslmode={}`", mode.name()),
            None => format!("`{host}` is on another machine or has TLS options, so the connection"),
        };
        Err(Error::new(
            ErrorKind::Config,
            format!(
                "{why} needs TLS, which is not built in: enable the feature `tls-rustls` of orm-pg, or set \
                 `sslmode=disable` if passwords and data may be sent unencrypted"
            ),
        ))
    }
}

fn tcp(settings: &Settings) -> TcpOptions {
    TcpOptions {
        keepalive: settings.keepalives,
        idle: settings.keepalives_idle,
        interval: settings.keepalives_interval,
        count: settings.keepalives_count,
        user_timeout: settings.tcp_user_timeout,
    }
}

#[derive(Clone, Copy)]
struct Wanted<'a> {
    user: &'a str,
    host: &'a str,
    address: &'a Address,
    port: u16,
}

/// Creates the driver's configuration, without the address.
fn driver(settings: &Settings, count: usize, wanted: Wanted<'_>) -> Result<tokio_postgres::Config> {
    let mut config = tokio_postgres::Config::new();
    let database = settings.database.as_deref().unwrap_or(wanted.user);
    config.user(wanted.user).dbname(database);
    config.channel_binding(match settings.tls.channel_binding {
        ChannelBinding::Disable => tokio_postgres::config::ChannelBinding::Disable,
        ChannelBinding::Prefer => tokio_postgres::config::ChannelBinding::Prefer,
        ChannelBinding::Require => tokio_postgres::config::ChannelBinding::Require,
    });
    let password = match (&settings.password, settings.passfile.clone().or_else(passfile::usual_path)) {
        (Some(password), _) => Some(password.clone()),
        (None, Some(path)) => {
            // As in libpq, the entry of a socket has the host `localhost`.
            let host = if matches!(wanted.address, Address::Socket(_)) { "localhost" } else { wanted.host };
            passfile::password(&path, passfile::Wanted { host, port: wanted.port, database, user: wanted.user })?
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
    // With several servers, the default is the one that accepts writes.
    let several = if count > 1 { TargetSessionAttrs::ReadWrite } else { TargetSessionAttrs::Any };
    config.target_session_attrs(settings.target.unwrap_or(several));
    Ok(config)
}
