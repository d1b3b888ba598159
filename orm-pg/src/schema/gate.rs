//! The gate of a test suite: models, migrations, a database and the statements of the sources must not drift apart.

mod live;
mod report;
#[cfg(feature = "sources")]
mod statements;

#[cfg(feature = "sources")]
use std::path::PathBuf;

use orm_core::{error::Result, schema::Table};

#[cfg(feature = "sources")]
pub use self::statements::{Finding, Statements};
pub use self::{live::LiveComparison, report::GateReport};
use super::{DataSteps, Migrations, Scratch};
use crate::Database;

/// What a test checks so that models, migrations and databases stay the same: [`Migrations::gate`] makes one.
#[derive(Debug)]
#[must_use = "nothing is compared until `run` is awaited"]
pub struct Gate<S = ()> {
    migrations: Migrations<S>,
    models: Vec<&'static Table>,
    except: Vec<String>,
    live: Option<Database>,
    #[cfg(feature = "sources")]
    sources: Vec<PathBuf>,
}

impl<S: DataSteps> Migrations<S> {
    /// Returns a gate: the models must be what the migrations lead to, files with `phase = contract` included. What only the
    /// migrations have in the tables of models is a difference, too, so that no change of a model is left without its migration.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// use orm_pg::schema::Migrations;
    ///
    /// let report = Migrations::from_dir("migrations")?.gate(models![User, Post]).run(&db).await?;
    /// println!("{report}");
    /// report.into_result()
    /// # }
    /// ```
    pub fn gate(self, models: &[&'static Table]) -> Gate<S> {
        Gate {
            migrations: self.contract(),
            models: models.to_vec(),
            except: Vec::new(),
            live: None,
            #[cfg(feature = "sources")]
            sources: Vec::new(),
        }
    }
}

impl<S: DataSteps> Gate<S> {
    /// Permits that only the migrations have this object, which models cannot declare or do not need: `users.document` for a column
    /// or a constraint, `users_document_idx` for an index. An exception for something else is an error.
    pub fn except(mut self, object: impl Into<String>) -> Self {
        self.except.push(object.into());
        self
    }

    /// Also compares this database with what the migrations that ran on it lead to, such as that of production. It is only read.
    pub fn live(mut self, database: &Database) -> Self {
        self.live = Some(database.clone());
        self
    }

    /// Also reads the Rust files of a folder, such as `src`, and prepares each statement of `sql!` in them on a database that the
    /// migrations have made (feature `sources`). A folder is relative to the current one, which for tests is that of Cargo.toml.
    ///
    /// - A text that begins with `SELECT`, `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `WITH`, `VALUES` or `TABLE` is a statement. Others
    ///   are fragments of queries, or commands, of which the server looks up nothing before they run: they are left out and counted.
    /// - Where the type of the rows is written behind a verb, as in `.all::<(i64, String)>(db)`, the number of columns is compared,
    ///   and the types of columns that do not depend on a bind. Structs with `#[derive(FromRow)]` in the same folders are found by
    ///   their names, and their fields by theirs.
    /// - Binds have no type here: if a statement cannot be prepared for that reason, it is listed as undecided, and no problem.
    /// - Tests are not read: modules with `#[cfg(test)]`, functions with `#[test]`.
    #[cfg(feature = "sources")]
    pub fn sources(mut self, folder: impl Into<PathBuf>) -> Self {
        self.sources.push(folder.into());
        self
    }

    /// Compares everything. The migrations run in a scratch database on the server of `server`, and the models are created in others;
    /// `server` itself is not changed. Its role needs CREATEDB: use the database of a test.
    ///
    /// # Errors
    /// As [`run`](Migrations::run) of the migrations and [`Database::verify`]; for embedded files that are not those of their folder
    /// any more; for a file of the sources that is not Rust. Differences are no error: see [`into_result`](GateReport::into_result).
    pub async fn run(&self, server: &Database) -> Result<GateReport> {
        self.migrations.check_own_folder()?;
        Scratch::within(server, async |replayed| self.on(server, replayed).await).await
    }

    /// Compares everything with the empty database `replayed`.
    async fn on(&self, server: &Database, replayed: &Database) -> Result<GateReport> {
        self.migrations.run(replayed).await?;
        let models = replayed.verify(&self.models).await?.strict_except(&self.except)?;
        let live = match &self.live {
            Some(live) => Some(live::compare(&self.migrations, server, replayed, live).await?),
            None => None,
        };
        #[cfg(feature = "sources")]
        let statements = match self.sources.as_slice() {
            [] => None,
            folders => Some(statements::check(replayed, folders).await?),
        };
        Ok(GateReport {
            models,
            live,
            #[cfg(feature = "sources")]
            statements,
        })
    }
}
