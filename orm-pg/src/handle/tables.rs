//! Creates and drops the tables of models. To change tables that hold data, use migrations.

use orm_core::{
    ddl,
    error::Result,
    executor::Executor,
    schema::Table,
    statement::{Operation, Sql, Statement},
};

use super::{adopt::Adopted, connection::Connection, database::Database, transaction::Transaction};
use crate::session::run::Discard;

macro_rules! tables {
    ($($executor:ty),+) => { $(
        impl $executor {
            /// Creates the tables of models in one transaction, with their schemas, enum types, constraints and
            /// indexes.
            ///
            /// Meant for tests and prototypes. See [`ddl::create_tables`] for the details; it returns the statements
            /// only.
            ///
            /// # Errors
            /// [`ErrorKind::InvalidStatement`](crate::ErrorKind::InvalidStatement) for names that PostgreSQL would
            /// truncate, and errors of the server, such as a table that already exists. Nothing is created then.
            ///
            /// ```
            /// # use blog::*; async fn run(db: Database) -> Result<()> {
            /// db.create_tables(models![User, Post]).await?;
            /// # Ok(()) }
            /// ```
            pub async fn create_tables(&self, tables: &[&'static Table]) -> Result<()> {
                run(self, ddl::create_tables(tables)?).await
            }

            /// Drops the tables of models and the enum types of their columns, if they exist, in one transaction.
            ///
            /// # Errors
            /// Errors of the server, such as a table that is not listed and refers to one of these. Nothing is dropped
            /// then.
            ///
            /// ```
            /// # use blog::*; async fn run(db: Database) -> Result<()> {
            /// db.drop_tables(models![User, Post]).await?;
            /// # Ok(()) }
            /// ```
            pub async fn drop_tables(&self, tables: &[&'static Table]) -> Result<()> {
                run(self, ddl::drop_tables(tables)?).await
            }
        }
    )+ };
}
tables!(Database, Connection, Transaction<'_>, Adopted<'_>);

async fn run(db: &impl Executor, statements: Vec<String>) -> Result<()> {
    let raw = |text| Statement::new(Sql { text, binds: Vec::new() }, Operation::Raw, None);
    let statements: Vec<_> = statements.into_iter().map(raw).collect();
    db.batch(&statements, &mut Discard).await.map(drop)
}
