//! [`DatabaseBuilder`], and its options of the server and the role.

use std::{path::PathBuf, sync::Arc};

use orm_core::error::{Error, ErrorKind, Result};

use super::{
    option,
    secret::Secret,
    settings::{Settings, is_no_host},
    target::{self, Target},
    url,
};
use crate::connect::notice::Notice;

/// The options of a [`Database`](crate::Database): where the server is, and what the pool may use. Made by
/// [`Database::builder`](crate::Database::builder).
///
/// [`connect`](Self::connect) returns the first mistake in an option, with the name of the option.
///
/// ```
/// # use blog::*; async fn run() -> Result<()> {
/// use orm_pg::prelude::*;
/// use std::time::Duration;
/// let db = Database::builder()
///     .url("postgres://localhost/app")
///     .max_connections(20)
///     .acquire_timeout(Duration::from_secs(5))
///     .slow_statement(Duration::from_millis(200))
///     .connect()
///     .await?;
/// # Ok(()) }
/// ```
#[must_use = "a builder does nothing until it is connected"]
#[derive(Debug)]
pub struct DatabaseBuilder {
    pub(super) settings: Settings,
    pub(super) fault: Option<Error>,
}

impl DatabaseBuilder {
    pub(crate) fn new() -> Self {
        Self { settings: Settings::default(), fault: None }
    }

    /// A builder with these options.
    #[cfg(feature = "migrate")]
    pub(crate) fn with(settings: &Settings) -> Self {
        Self { settings: settings.clone(), fault: None }
    }

    /// Sets the options of a `postgres://` URL or of a `keyword=value` list. They replace those set before.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://app@localhost:5433/app?application_name=worker").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn url(mut self, url: &str) -> Self {
        // All or none: if the string was split in the wrong places, what `Debug` shows could be a part of a password.
        let mut settings = self.settings.clone();
        let applied = url::parse(url).and_then(|options| {
            let mut options = options.into_iter();
            options.try_for_each(|(name, value)| option::set(&mut settings, name, &value, &format!("option `{name}`")))
        });
        match applied {
            Ok(()) => self.settings = settings,
            Err(error) => self.blame(error),
        }
        self
    }

    /// Adds a host: a name, an address, or the directory of a Unix socket. Several hosts are tried in order.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().host("localhost").user("app").database("app").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.settings.hosts.push(host.into());
        self
    }

    /// Sets the port of all hosts. Default 5432.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().host("localhost").port(5433).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn port(mut self, port: u16) -> Self {
        self.settings.ports = vec![Some(port)];
        self
    }

    /// Sets the role. Default: the user who runs the program, from `USER`, `LOGNAME` or the system.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().host("localhost").user("app").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.settings.user = Some(user.into());
        self
    }

    /// Sets the password. No message and no `Debug` output shows it.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let password = std::env::var("APP_PASSWORD").unwrap_or_default();
    /// let db = Database::builder().host("localhost").password(password).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.settings.password = Some(Secret::new(password));
        self
    }

    /// Reads the password from a file in the format of libpq's `.pgpass` if no password is set. Default: the file that
    /// `PGPASSFILE` names, or else `~/.pgpass`, if it exists.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().host("localhost").passfile("/run/secrets/pgpass").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn passfile(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.passfile = Some(path.into());
        self
    }

    /// Sets the database. Default: the name of the role.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().host("localhost").database("app").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn database(mut self, database: impl Into<String>) -> Self {
        self.settings.database = Some(database.into());
        self
    }

    /// Sets the name that `pg_stat_activity` shows.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://localhost/app").application_name("worker").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.settings.application_name = Some(name.into());
        self
    }

    /// Sets the server's options for each session: `-c work_mem=64MB -c lock_timeout=1s`.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://localhost/app").options("-c search_path=app").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn options(mut self, options: impl Into<String>) -> Self {
        self.settings.options = Some(options.into());
        self
    }

    /// Adds SQL that runs on every new connection, and again after a connection's settings were reset. It may have
    /// several statements, separated by `;`; each is one round trip. It may contain secrets: no log shows it.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://localhost/app").on_connect("SET search_path = app").connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn on_connect(mut self, sql: impl Into<String>) -> Self {
        self.settings.on_connect.push(sql.into());
        self
    }

    /// Sets whether a connection is reset each time it goes back to the pool: settings, session locks, temporary
    /// tables, `LISTEN`. Default `false`: it is only reset after raw SQL and declared functions that are not known to
    /// leave nothing behind, judged by the text of the statements.
    ///
    /// Turn it on if code that the text does not show changes the session: a trigger, or a function behind a view, a
    /// default, a cast or an operator, that calls `set_config(.., false)` or `pg_advisory_lock(..)`. Otherwise the next
    /// user of the connection inherits the change. It is better to limit such code to its transaction:
    /// `set_config(.., true)`, `pg_advisory_xact_lock(..)`.
    ///
    /// Each return then costs one round trip, and one more for each statement of [`on_connect`](Self::on_connect). Only
    /// the next user of the connection waits for it.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://localhost/app").reset_on_return(true).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn reset_on_return(mut self, on: bool) -> Self {
        self.settings.reset_on_return = on;
        self
    }

    /// Calls `callback` with each notice and warning of the server. It runs in the task that drives the connection, so
    /// it must not block. Default: the severity and the SQLSTATE are logged at level `INFO`, under the target
    /// `orm_pg::notice`, without the message, which may quote values.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder()
    ///     .url("postgres://localhost/app")
    ///     .on_notice(|notice| eprintln!("{}: {}", notice.severity(), notice.message()))
    ///     .connect()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn on_notice(mut self, callback: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        self.settings.on_notice = Some(Arc::new(callback));
        self
    }

    pub(super) fn apply(&mut self, name: &str, value: &str, shown: &str) {
        if let Err(error) = option::set(&mut self.settings, name, value, shown) {
            self.blame(error);
        }
    }

    pub(super) fn blame(&mut self, error: Error) {
        self.fault.get_or_insert(error);
    }

    /// Checks the options, and returns the settings and the servers to try.
    pub(crate) fn check(self) -> Result<(Settings, Vec<Target>)> {
        if let Some(error) = self.fault {
            return Err(error);
        }
        let refused = |text: &'static str| Err(Error::new(ErrorKind::Config, text));
        let it = &self.settings;
        if it.max_connections == 0 {
            return refused("`max_connections` must be at least 1");
        }
        if it.min_idle > it.max_connections {
            return refused("`min_idle` must not be more than `max_connections`");
        }
        if it.statements.count == 0 {
            return refused("`statement_cache` must be at least 1");
        }
        if it.statements.bytes == 0 {
            return refused("`statement_cache_bytes` must be at least 1");
        }
        if it.hosts.iter().any(|it| is_no_host(it)) {
            return refused(
                "`host` must be a name, an address or the directory of a socket: pass a connection string to \
                 `url(..)`",
            );
        }
        let limits = [Some(it.connect_timeout), Some(it.acquire_timeout), it.max_lifetime, it.idle_timeout, it.timeout];
        if limits.into_iter().flatten().any(|it| it.is_zero()) {
            return refused("a limit of time must be more than zero");
        }
        let targets = target::all(it)?;
        Ok((self.settings, targets))
    }
}
