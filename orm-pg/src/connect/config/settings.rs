//! What a pool and its connections are set to.

use std::{fmt, net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use tokio_postgres::config::TargetSessionAttrs;

use super::secret::Secret;
use crate::{
    connect::{auth::Methods, notice::Notice, tls::TlsOptions},
    raw,
};

/// What is told about each notice of the server.
pub(crate) type OnNotice = Arc<dyn Fn(&Notice) + Send + Sync>;

/// All that a pool and its connections need to know.
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
    /// Shows what tells one pool from another. `options` and `on_connect` are left out, for they may hold secrets.
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

/// Whether something else was given for a host, most likely a URL, which may hold a password.
pub(super) fn is_no_host(host: &str) -> bool {
    !host.starts_with('/') && host.contains(['@', '/', '?', '#', '='])
}

impl Settings {
    /// Whether the hosts are tried from one at random.
    pub(crate) fn shuffles(&self) -> bool {
        self.shuffle
    }

    /// Whether each session is told to read only.
    pub(crate) fn asks_for_read_only(&self) -> bool {
        self.options.iter().chain(&self.on_connect).any(|it| raw::speaks_of_read_only(it))
    }
}

/// How many prepared statements a connection keeps, and how large.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CacheLimits {
    pub(crate) count: usize,
    /// What the server keeps for all of them, as estimated.
    pub(crate) bytes: usize,
}

impl Default for CacheLimits {
    /// Of ordinary statements, which take about 20 KB each, the count is reached first.
    fn default() -> Self {
        Self { count: 256, bytes: 16 << 20 }
    }
}
