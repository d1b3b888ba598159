//! [`Settings`]: the options of a pool and its connections, with their defaults.

use std::{fmt, net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use tokio_postgres::config::TargetSessionAttrs;

use super::secret::Secret;
use crate::{
    connect::{auth::Methods, notice::Notice, tls::TlsOptions},
    raw,
};

/// Called with each notice of the server.
pub(crate) type OnNotice = Arc<dyn Fn(&Notice) + Send + Sync>;

/// The options of a pool and its connections.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(super) hosts: Vec<String>,
    pub(super) hostaddrs: Vec<IpAddr>,
    pub(super) ports: Vec<Option<u16>>,
    pub(super) user: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) passfile: Option<PathBuf>,
    pub(super) database: Option<String>,
    pub(crate) application_name: Option<String>,
    pub(super) options: Option<String>,
    pub(super) tls: TlsOptions,
    pub(super) require_auth: Methods,
    pub(super) target: Option<TargetSessionAttrs>,
    pub(super) shuffle: bool,
    pub(super) keepalives: bool,
    pub(super) keepalives_idle: Duration,
    pub(super) keepalives_interval: Option<Duration>,
    pub(super) keepalives_count: Option<u32>,
    pub(super) tcp_user_timeout: Option<Duration>,
    pub(super) statement_timeout: Option<Duration>,
    pub(crate) connect_timeout: Duration,
    pub(crate) connect_retry: Duration,
    pub(crate) acquire_timeout: Duration,
    pub(crate) close_timeout: Duration,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_connections: u32,
    pub(crate) min_idle: u32,
    pub(crate) max_lifetime: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) statements: CacheLimits,
    pub(crate) slow_statement: Option<Duration>,
    pub(crate) on_connect: Vec<String>,
    pub(crate) reset_on_return: bool,
    pub(crate) on_notice: Option<OnNotice>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            hostaddrs: Vec::new(),
            ports: Vec::new(),
            user: None,
            password: None,
            passfile: None,
            database: None,
            application_name: None,
            options: None,
            tls: TlsOptions::default(),
            require_auth: Methods::default(),
            target: None,
            shuffle: false,
            keepalives: true,
            keepalives_idle: Duration::from_secs(30),
            keepalives_interval: Some(Duration::from_secs(10)),
            keepalives_count: Some(3),
            tcp_user_timeout: None,
            statement_timeout: None,
            connect_timeout: Duration::from_secs(10),
            connect_retry: Duration::ZERO,
            acquire_timeout: Duration::from_secs(30),
            close_timeout: Duration::from_secs(10),
            timeout: None,
            max_connections: 10,
            min_idle: 0,
            max_lifetime: Some(Duration::from_secs(30 * 60)),
            idle_timeout: Some(Duration::from_secs(10 * 60)),
            statements: CacheLimits::default(),
            slow_statement: None,
            on_connect: Vec::new(),
            reset_on_return: false,
            on_notice: None,
        }
    }
}

impl fmt::Debug for Settings {
    /// Shows what distinguishes one pool from another. `options` and `on_connect` may contain secrets and are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("hosts", &self.hosts.iter().map(|it| if is_no_host(it) { "…" } else { it }).collect::<Vec<_>>())
            .field("ports", &self.ports)
            .field("user", &self.user)
            .field("password", &self.password)
            .field("database", &self.database)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

/// Whether `host` cannot be a host: most likely it is a URL, which may contain a password.
pub(super) fn is_no_host(host: &str) -> bool {
    !host.starts_with('/') && host.contains(['@', '/', '?', '#', '='])
}

impl Settings {
    /// Whether the first host to try is chosen at random.
    pub(crate) fn shuffles(&self) -> bool {
        self.shuffle
    }

    /// Whether the options or `on_connect` may make each session read only.
    pub(crate) fn asks_for_read_only(&self) -> bool {
        self.options.iter().chain(&self.on_connect).any(|it| raw::speaks_of_read_only(it))
    }
}

/// Limits the prepared statements that a connection keeps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CacheLimits {
    pub(crate) count: usize,
    /// The memory that the server needs for all of them, as estimated.
    pub(crate) bytes: usize,
}

impl Default for CacheLimits {
    /// Ordinary statements take about 20 KB each, so the count is reached first.
    fn default() -> Self {
        Self { count: 256, bytes: 16 << 20 }
    }
}
