//! The handle that tests take.

use orm_core::error::Result;

use super::case::Handle;
use crate::Database;

/// How many connections a test's database has. With 500 of them on a throw-away server, a hundred tests may run at once.
const CONNECTIONS: u32 = 4;

impl Handle for Database {
    async fn open(url: &str) -> Result<Self> {
        Self::builder().url(url).max_connections(CONNECTIONS).connect().await
    }
}
