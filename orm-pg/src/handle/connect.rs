//! The last step of a [`DatabaseBuilder`]: making the [`Database`].

use orm_core::error::Result;

use super::database::Database;
use crate::{connect::config::DatabaseBuilder, pool::Pool};

impl DatabaseBuilder {
    /// Opens one connection, so that a wrong address or password is reported here, and returns the handle.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for an option that cannot be used, and outside of a tokio runtime with I/O and timers;
    /// [`ErrorKind::Connect`](crate::ErrorKind::Connect) with the cause otherwise.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://localhost/app").connect().await?;
    /// # Ok(()) }
    /// ```
    pub async fn connect(self) -> Result<Database> {
        let (settings, targets) = self.check()?;
        Ok(Database::on(Pool::open(settings, targets).await?))
    }

    /// Returns a handle that connects when the first statement needs it. No round trip. This also works outside of a
    /// runtime, for a static for instance.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for an option that cannot be used.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// let db = Database::builder().url("postgres://localhost/app").connect_lazy()?; // the first statement connects
    /// # Ok(()) }
    /// ```
    pub fn connect_lazy(self) -> Result<Database> {
        let (settings, targets) = self.check()?;
        Ok(Database::on(Pool::lazy(settings, targets)))
    }
}
