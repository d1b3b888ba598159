//! Models of schemas, compared with databases: `generated NAME create` prints the statements that create their tables;
//! `generated NAME verify URL` and `generated NAME diff URL` print each difference, and fail if there is one.

use std::{error::Error, process::ExitCode};

use orm_pg::{
    Database,
    schema::{
        Table, catalog_of_models, introspect,
        migrate::{Options, desired, diff},
    },
};

type Anything<T> = Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Anything<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [name, "create"] => {
            for statement in orm_pg::ddl::create_tables(models(name))? {
                println!("{statement};");
            }
            Ok(())
        }
        [name, "verify", url] => verified(models(name), &database(url).await?).await,
        [name, "diff", url] => nothing_to_do(models(name), &database(url).await?).await,
        _ => Err("the schema or the command is missing".into()),
    }
}

async fn database(url: &str) -> orm_pg::Result<Database> {
    Database::builder().url(url).max_connections(4).connect().await
}

async fn verified(models: &[&'static Table], db: &Database) -> Anything<()> {
    let found = db.verify(models).await?;
    let (differences, extras) = (found.differences.len(), found.extras.len());
    println!("  verified: {differences} differences, {extras} more constraints and indexes, {} not managed", found.unmanaged);
    found.extras.iter().for_each(|it| println!("    {}", it.text));
    Ok(found.into_result()?)
}

async fn nothing_to_do(models: &[&'static Table], db: &Database) -> Anything<()> {
    let live = introspect(db).await?;
    let wanted = catalog_of_models(db, &live, models).await?;
    let (to, without_model) = desired(&live, &wanted, &Options::new());
    let plan = diff(&live, &to, &Options::new().allow_all())?;
    let (steps, tables) = (plan.steps.len(), without_model.len());
    println!("  diff: {steps} steps; {tables} tables without a model stay");
    match steps {
        0 => Ok(()),
        _ => Err(plan.steps.iter().map(|it| format!("{};\n", it.sql)).collect::<String>().into()),
    }
}
