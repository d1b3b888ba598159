//! Statements about the history and the locks.

use orm_core::{
    error::Result,
    executor::Executor,
    statement::{Operation, Sql, Statement},
    value::Bind,
};
use serde::{Serialize, de::DeserializeOwned};

use super::super::rows::rows_of;

/// Runs `text`, SQL of a file or a command, and returns how many rows it affected.
pub(super) async fn run(on: &impl Executor, text: &str) -> Result<u64> {
    on.execute(&Statement::new(Sql { text: text.to_owned(), binds: Vec::new() }, Operation::Raw, None)).await
}

/// Runs a statement of ours that writes.
pub(super) async fn write(on: &impl Executor, text: &str, binds: Vec<Bind>) -> Result<u64> {
    let statement = Statement::new(Sql { text: text.to_owned(), binds }, Operation::Update, Some("_orm_migrations"));
    on.execute(&statement).await
}

/// Runs a query of ours whose rows are JSON. It counts as SQL of the user, since it may change the session.
pub(super) async fn query<T>(on: &impl Executor, text: &str, binds: Vec<Bind>) -> Result<Vec<T>>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    rows_of(on, &Statement::new(Sql { text: text.to_owned(), binds }, Operation::Raw, None)).await
}

/// As [`query`], for a query of one boolean.
pub(super) async fn is_true(on: &impl Executor, text: &str, binds: Vec<Bind>) -> Result<bool> {
    Ok(query(on, text, binds).await?.first() == Some(&true))
}
