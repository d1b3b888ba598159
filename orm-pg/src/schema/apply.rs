//! Running the steps of a plan, and proving a plan on a scratch database.

use orm_core::{
    catalog::Catalog,
    error::{Error, ErrorKind, Result},
    executor::Executor,
    migrate::{Mode, Options, Plan, Step, diff},
    statement::{Operation, Sql, Statement},
};

use super::{Scratch, introspect};
use crate::{Database, session::run::Discard};

/// Runs the steps of a plan on one connection: those of [`Mode::Together`] that follow each other in one transaction, each
/// of [`Mode::Alone`] on its own. One round trip a step, and two a transaction.
///
/// The bodies of functions are not checked when they are created, since they may refer to what comes later. This keeps no
/// history and takes no lock against others that do the same: use migrations for databases that live on.
///
/// # Errors
/// The first error of the server, with the step. The steps of earlier transactions stay done.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{apply, introspect, migrate::{Options, diff}};
///
/// let (from, to) = (introspect(&db).await?, introspect(&db).await?);
/// apply(&db, &diff(&from, &to, &Options::new())?).await?;
/// # Ok(()) }
/// ```
pub async fn apply(db: &Database, plan: &Plan) -> Result<()> {
    let mut connection = db.connection().await?;
    run(&connection, "SET check_function_bodies = off").await?;
    let mut steps = plan.steps.as_slice();
    while let Some(first) = steps.first() {
        let together = steps.iter().take_while(|it| it.mode == Mode::Together).count();
        let (group, rest) = steps.split_at(together.max(1));
        steps = rest;
        if first.mode == Mode::Alone {
            run(&connection, &first.sql).await.map_err(|error| at(first, &error))?;
            continue;
        }
        connection
            .transaction(async |tx| {
                for step in group {
                    run(&*tx, &step.sql).await.map_err(|error| at(step, &error))?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

async fn run(on: &impl Executor, text: &str) -> Result<()> {
    let statement = Statement::new(Sql { text: text.to_owned(), binds: Vec::new() }, Operation::Raw, None);
    on.fetch(&statement, &mut Discard).await.map(drop)
}

fn at(step: &Step, error: &Error) -> Error {
    Error::new(ErrorKind::Migration, format!("the step failed: {error}\n{}", step.sql))
}

/// Runs a plan on a scratch database that has the schema `from`, and compares the result with `to`.
///
/// `server` is any database of the server on which the scratch database is created; it is not changed. About thirty
/// round trips beside the steps, a database is created and dropped.
///
/// # Errors
/// [`ErrorKind::Migration`] if a step fails or something is left to do: the message says what. Errors of the server.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{introspect, migrate::{Options, diff}, prove};
///
/// let (from, to) = (introspect(&db).await?, introspect(&db).await?);
/// let plan = diff(&from, &to, &Options::new())?;
/// prove(&db, &from, &to, &plan).await?;
/// # Ok(()) }
/// ```
pub async fn prove(server: &Database, from: &Catalog, to: &Catalog, plan: &Plan) -> Result<()> {
    let scratch = Scratch::create(server).await?;
    let proved = proved_on(scratch.database(), from, to, plan).await;
    scratch.drop().await?;
    proved
}

async fn proved_on(scratch: &Database, from: &Catalog, to: &Catalog, plan: &Plan) -> Result<()> {
    let empty = introspect(scratch).await?;
    apply(scratch, &diff(&empty, from, &Options::new().allow_all())?).await?;
    apply(scratch, plan).await?;
    let reached = introspect(scratch).await?;
    let everything = Options::new().allow_all();
    let rest = diff(&reached, to, &everything)?;
    if rest.is_empty() {
        return Ok(());
    }
    let left: Vec<_> = rest.steps.iter().map(|it| format!("  {}", it.sql)).collect();
    let text = format!(
        "the plan does not lead to the schema that was asked for. After it, this is left:\n{}",
        left.join("\n")
    );
    Err(Error::new(ErrorKind::Migration, text))
}
