//! Settings from environment variables.

use std::{env, net::SocketAddr, time::Duration};

use orm_pg::Database;

/// Errors before and after the server runs.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How long a request waits for a connection before it is answered with 503.
const PATIENCE: Duration = Duration::from_secs(5);

/// The settings of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// The address to listen on: `LISTEN`, by default port 3000 on loopback only.
    pub listen: SocketAddr,
    /// The maximum number of database connections: `MAX_CONNECTIONS`, by default 10.
    pub max_connections: u32,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// When one of them is invalid; the error names it.
    pub fn from_env() -> Result<Self, Failure> {
        Ok(Self {
            listen: variable("LISTEN", SocketAddr::from(([127, 0, 0, 1], 3000)))?,
            max_connections: variable("MAX_CONNECTIONS", 10)?,
        })
    }

    /// Connects to the database of `DATABASE_URL`, or else to one on a temporary server.
    ///
    /// # Errors
    /// When neither is available.
    pub async fn connect(&self) -> Result<Database, Failure> {
        let builder = match env::var_os("DATABASE_URL") {
            Some(_) => Database::builder_from_env(),
            None => Database::builder().url(&orm_pg::testing::database_url().await?),
        };
        Ok(builder.max_connections(self.max_connections).acquire_timeout(PATIENCE).connect().await?)
    }
}

fn variable<T: std::str::FromStr<Err: std::fmt::Display>>(name: &str, otherwise: T) -> Result<T, Failure> {
    match env::var(name) {
        Ok(text) => text.parse().map_err(|error| format!("{name}: {error}").into()),
        Err(env::VarError::NotPresent) => Ok(otherwise),
        Err(error) => Err(format!("{name}: {error}").into()),
    }
}
