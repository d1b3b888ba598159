//! Making and dropping the tables of models. Tables that exist and hold data are changed by migrations.

use orm_core::{
    ddl,
    error::Result,
    executor::Executor,
    row::{Row, RowSink},
    schema::Table,
    statement::{Operation, Sql, Statement},
};

use super::{adopt::Adopted, connection::Connection, database::Database, transaction::Transaction};

macro_rules! tables {
    ($($executor:ty),+) => { $(
        impl $executor {
            /// Makes the tables of models, all or none, with all they need: schemas, enum types, constraints, indexes.
            ///
            /// Meant for tests and prototypes. [`ddl::create_tables`] tells the details, and returns the statements
            /// alone.
            ///
            /// # Errors
            /// [`ErrorKind::InvalidStatement`](crate::ErrorKind::InvalidStatement) for names that PostgreSQL would not
            /// keep, and what the server answers, as when a table exists; nothing is made then.
            ///
            /// ```
            /// # use blog::*; async fn run(db: Database) -> Result<()> {
            /// db.create_tables(models![User, Post]).await?;
            /// # Ok(()) }
            /// ```
            pub async fn create_tables(&self, tables: &[&'static Table]) -> Result<()> {
                run(self, ddl::create_tables(tables)?).await
            }

            /// Drops the tables of models and the enum types of their columns, where they exist, all or none.
            ///
            /// # Errors
            /// What the server answers, as when a table that is not listed refers to one of these; nothing is dropped
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
    db.batch(&statements, &mut NoRows).await.map(drop)
}

/// Statements that define tables return no rows.
struct NoRows;

impl RowSink for NoRows {
    fn row(&mut self, _: &dyn Row) -> Result<()> {
        Ok(())
    }

    fn restart(&mut self) {}
}
