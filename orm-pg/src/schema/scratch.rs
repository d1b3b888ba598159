//! Empty databases beside the one that is asked about, to try statements in.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use orm_core::executor::Executor;
use orm_core::{
    ddl,
    error::{Error, ErrorKind, Result},
    statement::{Operation, Sql, Statement},
};

use crate::{Database, session::run::Discard};

/// An empty database on the same server as another one, in which plans are tried and models are read.
///
/// Its name starts with `orm_scratch_`. Call [`drop`](Self::drop) when it is no longer needed: a value that is only dropped
/// leaves the database on the server.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{Scratch, introspect};
///
/// let scratch = Scratch::create(&db).await?;
/// scratch.database().create_tables(models![User]).await?;
/// let catalog = introspect(scratch.database()).await?;
/// scratch.drop().await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "the database stays on the server until `drop` is called"]
pub struct Scratch {
    server: Database,
    name: String,
    database: Database,
}

impl Scratch {
    /// Creates an empty database on the server of `database`, and connects to it. Two round trips, and a connection.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if `database` stands on a pool of the application, whose address is not known here;
    /// [`ErrorKind::Migration`] if the server does not create it: the role needs CREATEDB; errors of the connection.
    pub async fn create(database: &Database) -> Result<Self> {
        let name = new_name();
        let Some(builder) = database.builder_of_same_server() else {
            return Err(Error::new(
                ErrorKind::Config,
                "a scratch database needs a `Database` that was made by a URL or by a builder, not `from_pool`",
            ));
        };
        run(database, ddl::create_database(&name, None)?).await.map_err(not_created)?;
        let there = builder.database(&name).max_connections(4).connect().await;
        match there {
            Ok(there) => Ok(Self { server: database.clone(), name, database: there }),
            Err(error) => {
                run(database, ddl::drop_database(&name)?).await?;
                Err(error)
            }
        }
    }

    /// Runs `body` on an empty database on the server of `database`, drops that database whether `body` has succeeded or not,
    /// and returns what `body` does. Three round trips, and a connection.
    ///
    /// # Errors
    /// Those of `body`; as [`create`](Self::create) and [`drop`](Self::drop).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// use orm_pg::schema::{Scratch, introspect};
    ///
    /// let catalog = Scratch::within(&db, async |scratch| {
    ///     scratch.create_tables(models![User]).await?;
    ///     introspect(scratch).await
    /// })
    /// .await?;
    /// assert_eq!(catalog.tables.len(), 1);
    /// # Ok(()) }
    /// ```
    pub async fn within<T>(database: &Database, body: impl AsyncFnOnce(&Database) -> Result<T>) -> Result<T> {
        let scratch = Self::create(database).await?;
        let name = scratch.name.clone();
        let done = body(&scratch.database).await;
        match (done, scratch.drop().await) {
            (Ok(value), Ok(())) => Ok(value),
            (Err(error), Ok(())) | (Ok(_), Err(error)) => Err(error),
            (Err(error), Err(dropping)) => {
                let text = format!("{error}. The scratch database {name} stays on the server: {dropping}");
                Err(Error::new(error.kind(), text).with_source(error))
            }
        }
    }

    /// Returns the handle of the database.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Drops the database, ending the sessions in it. One round trip.
    ///
    /// # Errors
    /// Errors of the server.
    pub async fn drop(self) -> Result<()> {
        self.database.close().await;
        run(&self.server, ddl::drop_database(&self.name)?).await
    }
}

/// Runs one statement on its own.
async fn run(db: &Database, text: String) -> Result<()> {
    let statement = Statement::new(Sql { text, binds: Vec::new() }, Operation::Raw, None);
    db.fetch(&statement, &mut Discard).await.map(drop)
}

fn not_created(error: Error) -> Error {
    let text = "the scratch database, in which models are read and plans are tried, could not be created: connect as a role with \
                CREATEDB to a server for development, such as the one of `orm_pg::testing`";
    Error::new(ErrorKind::Migration, format!("{text}: {error}")).with_source(error)
}

/// A name that no other scratch database has: the time in seconds and a number that is unlikely to repeat.
fn new_name() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("orm_scratch_{:x}_{:x}_{:x}_{count:x}", now.as_secs(), now.subsec_nanos(), std::process::id())
}
