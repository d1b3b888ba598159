//! The options of a builder that limit times, connections and prepared statements.

use std::time::Duration;

use super::DatabaseBuilder;

/// # Limits
impl DatabaseBuilder {
    /// Limits how long opening one connection may take, from the first packet to the end of authentication. It applies
    /// to each host, and to each address of a host name. Default: 10 seconds.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// use std::time::Duration;
    /// let db = Database::builder().url("postgres://localhost/app").connect_timeout(Duration::from_secs(2)).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.settings.connect_timeout = limit;
        self
    }

    /// Lets [`connect`](Self::connect) wait for a server that is not up yet: it tries again until `limit` is over,
    /// unless the server refuses permanently (wrong password, no such database). Default: one attempt.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// use std::time::Duration;
    /// let db = Database::builder_from_env().connect_retry(Duration::from_secs(60)).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn connect_retry(mut self, limit: Duration) -> Self {
        self.settings.connect_retry = limit;
        self
    }

    /// Limits how long each statement without its own limit (`.timeout(..)`) may take from the moment that its verb is
    /// awaited, including the wait for a connection, the network and the server. `BEGIN` and `COMMIT` count as
    /// statements, and so does each row of a stream. Default: no limit, since reports and copies may take long. After
    /// the limit the statement is cancelled on the server, and the verb returns within two more seconds.
    ///
    /// [`statement_timeout`](Self::statement_timeout) is the server's own limit, which does not help if the server or
    /// the network hangs.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// use std::time::Duration;
    /// let db = Database::builder().url("postgres://localhost/app").timeout(Duration::from_secs(10)).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.settings.timeout = Some(limit);
        self
    }

    /// Limits how long [`Database::close`](crate::Database::close) waits for running statements and transactions.
    /// Default: 10 seconds, a third of the time that orchestrators usually give a program to stop.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// use std::time::Duration;
    /// let db = Database::builder().url("postgres://localhost/app").close_timeout(Duration::from_secs(3)).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn close_timeout(mut self, limit: Duration) -> Self {
        self.settings.close_timeout = limit;
        self
    }

    /// Limits how long a statement may wait for a connection. Default: 30 seconds. Set it to about three times
    /// [`connect_timeout`](Self::connect_timeout), so that one failed attempt does not use it up.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// use std::time::Duration;
    /// let db = Database::builder().url("postgres://localhost/app").acquire_timeout(Duration::from_secs(5)).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn acquire_timeout(mut self, limit: Duration) -> Self {
        self.settings.acquire_timeout = limit;
        self
    }

    /// Sets how many connections may be open at once. Default: 10.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://localhost/app").max_connections(20).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn max_connections(mut self, count: u32) -> Self {
        self.settings.max_connections = count;
        self
    }

    /// Sets how many idle connections are kept open. Default: 0.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://localhost/app").min_idle(2).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn min_idle(mut self, count: u32) -> Self {
        self.settings.min_idle = count;
        self
    }

    /// Limits the age of a connection, which is replaced when it is idle. Default: 30 minutes; `None` means no limit.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// use std::time::Duration;
    /// let db = Database::builder().url("postgres://localhost/app").max_lifetime(Duration::from_secs(3600)).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn max_lifetime(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.settings.max_lifetime = limit.into();
        self
    }

    /// Limits how long a connection may stay idle. Default: 10 minutes; `None` means no limit.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://localhost/app").idle_timeout(None).connect().await?; // kept for ever
    /// # Ok(()) }
    /// ```
    pub fn idle_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.settings.idle_timeout = limit.into();
        self
    }

    /// Sets how many prepared statements each connection keeps, at least 1. Default: 256.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://localhost/app").statement_cache(1000).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn statement_cache(mut self, count: usize) -> Self {
        self.settings.statements.count = count;
        self
    }

    /// Limits the memory of the server for the prepared statements of each connection, in bytes as estimated from their
    /// texts, at least 1. Default: 16 MiB. A statement that takes more than a sixteenth of it is prepared each time it
    /// runs, which costs one more round trip.
    ///
    /// An ordinary statement takes about 20 KB, each placeholder of a long `VALUES` list about 500 bytes.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://localhost/app").statement_cache_bytes(4 << 20).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn statement_cache_bytes(mut self, bytes: usize) -> Self {
        self.settings.statements.bytes = bytes;
        self
    }

    /// Logs a warning for each statement that takes longer than `threshold`. Default: no warnings.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// use std::time::Duration;
    /// let at = Database::builder().url("postgres://localhost/app");
    /// let db = at.slow_statement(Duration::from_millis(200)).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn slow_statement(mut self, threshold: Duration) -> Self {
        self.settings.slow_statement = Some(threshold);
        self
    }

    /// Sets the server's `statement_timeout` for each session. Default: the server's setting.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// use std::time::Duration;
    /// let at = Database::builder().url("postgres://localhost/app");
    /// let db = at.statement_timeout(Duration::from_secs(30)).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn statement_timeout(mut self, limit: Duration) -> Self {
        self.settings.statement_timeout = Some(limit);
        self
    }
}
