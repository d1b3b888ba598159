//! Lets tests take a [`Database`].

use orm_core::error::Result;

use super::case::Handle;
use crate::Database;

/// How many connections the pool of a test has. A throw-away server allows 500, so a hundred tests can run at once.
const CONNECTIONS: u32 = 4;

impl Handle for Database {
    async fn open(url: &str) -> Result<Self> {
        Self::builder().url(url).max_connections(CONNECTIONS).connect().await
    }
}
