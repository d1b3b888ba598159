//! Running the steps of a plan, and proving a plan on a scratch database.

use orm_core::{
    catalog::Catalog,
    error::{Error, ErrorKind, Result},
    executor::Executor,
    migrate::{Mode, Options, Phase, Plan, Rename, Step, diff, live, postpone_replaced, renames},
    statement::{Operation, Sql, Statement},
};

use super::{Scratch, introspect};
use crate::Database;

/// Runs the steps of a plan on one connection: those of [`Mode::Together`] that follow each other in one transaction, each
/// of [`Mode::Alone`] on its own, each of [`Mode::Repeat`] again and again until it affects no row. One round trip a step, and two a transaction.
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
        if first.mode != Mode::Together {
            while run(&connection, &first.sql).await.map_err(|error| at(first, &error))? > 0
                && first.mode == Mode::Repeat
            {}
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

/// Runs a statement, and returns how many rows it has affected.
async fn run(on: &impl Executor, text: &str) -> Result<u64> {
    let statement = Statement::new(Sql { text: text.to_owned(), binds: Vec::new() }, Operation::Raw, None);
    on.execute(&statement).await
}

fn at(step: &Step, error: &Error) -> Error {
    Error::new(ErrorKind::Migration, format!("the step failed: {error}\n{}", step.sql))
}

/// Returns the steps from one schema to another, after they were run on a scratch database and have led to `to` there.
///
/// `server` is any database of the server on which the scratch database is created; it is not changed. What was renamed is
/// read again from the scratch database, so expressions are compared as the server writes them then. About sixty round trips
/// beside the steps; a database is created and dropped.
///
/// With [`Options::live`], the changes of [`live`] come first, each found in the catalog after the one before it. If the plan
/// also leads to `to` with all steps of the phase [`Phase::Expand`] first, which is tried on a second scratch database, they are
/// in that order, so that one release of the application is enough.
///
/// # Errors
/// As [`diff`] and [`live`]. [`ErrorKind::Migration`] if a step fails on the scratch database or something is left to do after the last
/// one: the message says what. Errors of the server.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{introspect, migrate::Options, plan};
///
/// let (from, to) = (introspect(&db).await?, introspect(&db).await?);
/// let steps = plan(&db, &from, &to, &Options::new().online()).await?;
/// assert!(steps.is_empty());
/// # Ok(()) }
/// ```
pub async fn plan(server: &Database, from: &Catalog, to: &Catalog, options: &Options) -> Result<Plan> {
    Ok(plan_to(server, from, to, options).await?.0)
}

/// As [`plan`], with the schema that the plan leads to, as the server has it.
pub(crate) async fn plan_to(
    server: &Database,
    from: &Catalog,
    to: &Catalog,
    options: &Options,
) -> Result<(Plan, Catalog)> {
    let (plan, reached) = Scratch::within(server, async |scratch| planned_on(scratch, from, to, options).await).await?;
    if !options.live {
        return Ok((plan, reached));
    }
    // One release of the application instead of one for each change, if their steps do not depend on each other.
    let mut sorted = plan.clone();
    sorted.steps.sort_by_key(|it| it.phase == Phase::Contract);
    match prove(server, from, to, &sorted).await {
        Ok(()) => Ok((sorted, reached)),
        Err(error) if error.kind() == ErrorKind::Migration => Ok((plan, reached)),
        Err(error) => Err(error),
    }
}

async fn planned_on(scratch: &Database, from: &Catalog, to: &Catalog, options: &Options) -> Result<(Plan, Catalog)> {
    create_all(scratch, from).await?;
    let mut options = options.clone();
    let mut all = if options.live { changed_live(scratch, from, to, &mut options).await? } else { Plan::default() };
    let named = if all.is_empty() { from.clone() } else { introspect(scratch).await? };
    let renames = renames(&named, &options)?;
    apply(scratch, &renames).await?;
    all.steps.extend(renames.steps);
    let between = introspect(scratch).await?;
    options.renames.clear();
    let mut plan = diff(&between, to, &options)?;
    if options.live {
        postpone_replaced(from, &named, &mut plan);
    }
    apply(scratch, &plan).await?;
    let reached = nothing_left(scratch, to).await?;
    all.steps.extend(plan.steps);
    all.notes.extend(plan.notes);
    Ok((all, reached))
}

/// Makes the changes that both versions of the application must survive, one after the other. Renames that are done by that are
/// taken out of the options.
async fn changed_live(scratch: &Database, from: &Catalog, to: &Catalog, options: &mut Options) -> Result<Plan> {
    let mut all = Plan::default();
    let mut schema = from.clone();
    while let Some(plan) = live(&schema, to, options)? {
        let again = plan.steps.first().is_some_and(|it| all.steps.contains(it));
        apply(scratch, &plan).await?;
        schema = introspect(scratch).await?;
        if again {
            let text = "a column keeps its type after the steps that change it";
            return Err(Error::new(ErrorKind::Migration, text));
        }
        all.steps.extend(plan.steps);
        all.notes.extend(plan.notes);
    }
    options.renames.retain(|it| match it {
        Rename::Column { table, from: before, to: after } => {
            let has = |catalog: &Catalog, name: &str| catalog.table(table).is_some_and(|it| it.column(name).is_some());
            !(has(from, before) && !has(&schema, before) && has(&schema, after))
        }
        _ => true,
    });
    Ok(all)
}

/// Creates the whole schema in an empty database.
pub(crate) async fn create_all(database: &Database, schema: &Catalog) -> Result<()> {
    let empty = introspect(database).await?;
    apply(database, &diff(&empty, schema, &Options::new().allow_all())?).await
}

/// Returns the schema of the database if it is `to`.
async fn nothing_left(database: &Database, to: &Catalog) -> Result<Catalog> {
    let reached = introspect(database).await?;
    let rest = diff(&reached, to, &Options::new().allow_all())?;
    if rest.is_empty() {
        return Ok(reached);
    }
    let left: Vec<_> = rest.steps.iter().map(|it| format!("  {}", it.sql)).collect();
    let text = format!(
        "the plan does not lead to the schema that was asked for. After it, this is left:\n{}",
        left.join("\n")
    );
    Err(Error::new(ErrorKind::Migration, text))
}

/// Runs a plan on a scratch database that has the schema `from`, and checks that the result is `to`.
///
/// As [`plan`], for a plan that was made or changed elsewhere.
///
/// # Errors
/// As [`plan`].
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
    Scratch::within(server, async |scratch| {
        create_all(scratch, from).await?;
        apply(scratch, plan).await?;
        nothing_left(scratch, to).await.map(drop)
    })
    .await
}
