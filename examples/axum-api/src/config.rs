//! What the environment says.

use std::{env, net::SocketAddr, time::Duration};

use orm_pg::Database;

/// What can go wrong before and after the server runs.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How long a request waits for a connection before it is answered with 503.
const PATIENCE: Duration = Duration::from_secs(5);

/// The settings of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Where to listen: `LISTEN`, by default port 3000 of this machine alone.
    pub listen: SocketAddr,
    /// How many connections to the database: `MAX_CONNECTIONS`, by default 10.
    pub max_connections: u32,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// When one of them cannot be understood, naming it.
    pub fn from_env() -> Result<Self, Failure> {
        Ok(Self {
            listen: variable("LISTEN", SocketAddr::from(([127, 0, 0, 1], 3000)))?,
            max_connections: variable("MAX_CONNECTIONS", 10)?,
        })
    }

    /// Connects to the database of `DATABASE_URL`, or else to one on a throw-away server.
    ///
    /// # Errors
    /// When there is none.
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
