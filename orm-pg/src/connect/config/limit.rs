//! What a builder can say of numbers and times: how many connections, and how long what may take.

use std::time::Duration;

use super::DatabaseBuilder;

/// # Limits
impl DatabaseBuilder {
    /// Limits how long opening one connection may take, from the first packet to the end of the authentication. It holds
    /// for each address that a host name stands for, and for each host. Default 10 seconds.
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

    /// Lets [`connect`](Self::connect) wait for a server that is not up yet: it tries again for as long as `limit`,
    /// unless the server refuses for good (wrong password, no such database). Default: one try.
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

    /// Limits how long each statement may take that says nothing itself (`.timeout(..)`), from the moment that its verb is
    /// awaited: waiting for a connection, the network and the server. `BEGIN` and `COMMIT` count as statements, and each
    /// row of a stream that is waited for. Default: no limit, for reports and copies may take long. Past the limit the
    /// statement is cancelled on the server, and the verb ends within two seconds more.
    ///
    /// [`statement_timeout`](Self::statement_timeout) is the server's own limit, which does not help where the server or the
    /// network is silent.
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

    /// Limits how long [`Database::close`](crate::Database::close) waits for statements and transactions under way.
    /// Default 10 seconds, a third of what orchestrators give a program to end.
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

    /// Limits how long a statement may wait for a connection. Default 30 seconds; let it be three times the limit of
    /// [`connect_timeout`](Self::connect_timeout), so that one lost attempt does not use it up.
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

    /// Sets how many connections there may be at once. Default 10.
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

    /// Sets how many idle connections are kept ready. Default 0.
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

    /// Limits how old a connection may grow; it is replaced when nobody uses it. Default 30 minutes, `None` for ever.
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

    /// Limits how long a connection may stay unused. Default 10 minutes, `None` for ever.
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

    /// Sets how many prepared statements each connection keeps. Default 256; at least 1.
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

    /// Limits what the server keeps for the prepared statements of each connection, as estimated from their texts. Default
    /// 16 MiB; at least 1. One that takes more than a sixteenth is prepared each time it runs: one round trip more.
    ///
    /// An ordinary statement takes about 20 KB, a placeholder of a long `VALUES` list 500 bytes.
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

    /// Warns in the log of every statement that takes longer. Default: none.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// use std::time::Duration;
    /// let db = Database::builder().url("postgres://localhost/app").slow_statement(Duration::from_millis(200)).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn slow_statement(mut self, threshold: Duration) -> Self {
        self.settings.slow_statement = Some(threshold);
        self
    }

    /// Sets the server's `statement_timeout` for each session. Default: what the server says.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// use std::time::Duration;
    /// let db = Database::builder().url("postgres://localhost/app").statement_timeout(Duration::from_secs(30)).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn statement_timeout(mut self, limit: Duration) -> Self {
        self.settings.statement_timeout = Some(limit);
        self
    }
}
