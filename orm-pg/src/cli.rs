//! The command `orm` (feature `cli`): migrations, the comparison of models with databases, and help with both.
//!
//! A project has a binary with its models, which `orm init` writes:
//!
//! ```no_run
//! # use blog::*;
//! // src/bin/orm.rs
//! fn main() -> std::process::ExitCode {
//!     orm_pg::cli::main(models![User, Post, Comment])
//! }
//! ```
//!
//! `cargo run --bin orm -- --help` lists the commands. The installed `orm` has the same ones: for those that need models it
//! builds and runs that binary.
//!
//! # Exit status
//! | status | meaning |
//! |---|---|
//! | 0 | done, and nothing to report |
//! | 1 | an error |
//! | 2 | the command line is wrong |
//! | 3 | done, and something was found: differences, pending migrations, problems |

mod args;
mod command;
mod database;
mod failure;
mod folder;
mod lint;
mod output;
mod plan;
mod progress;
mod project;
mod rename;
mod report;
mod scratch;
mod snapshot;

use std::process::ExitCode;

use clap::Parser;
use orm_core::schema::Table;

use self::{
    args::Args,
    failure::{Failure, Result},
    report::Report,
};
use crate::schema::{DataSteps, Migrations};

/// Runs the command line of this process with the models of a project, and returns the exit status.
///
/// ```no_run
/// # use blog::*;
/// fn main() -> std::process::ExitCode {
///     orm_pg::cli::main(models![User, Post, Comment])
/// }
/// ```
#[must_use]
pub fn main(models: &'static [&'static Table]) -> ExitCode {
    run(Some(models), |it| it)
}

/// As [`main`], with the functions of migrations that have steps in Rust: `with_data` adds them.
///
/// ```no_run
/// # use blog::*;
/// fn main() -> std::process::ExitCode {
///     orm_pg::cli::main_with(models![User], |migrations| {
///         migrations.with("20261127090000_names", async |tx| {
///             User::query().filter(|u| u.name.eq("")).update(|u| u.name.set("unknown")).execute(tx).await.map(drop)
///         })
///     })
/// }
/// ```
#[must_use]
pub fn main_with<S: DataSteps>(
    models: &'static [&'static Table],
    with_data: impl FnOnce(Migrations) -> Migrations<S>,
) -> ExitCode {
    run(Some(models), with_data)
}

/// Runs the command line of this process without models, as the installed `orm` does, and returns the exit status. Commands
/// that need models are passed on to the binary `orm` of the project in the current folder.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     orm_pg::cli::installed()
/// }
/// ```
#[must_use]
pub fn installed() -> ExitCode {
    run(None, |it| it)
}

fn run<S: DataSteps>(
    models: Option<&'static [&'static Table]>,
    with_data: impl FnOnce(Migrations) -> Migrations<S>,
) -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return output::usage(&error),
    };
    if models.is_none() && args.command.needs_models() {
        return project::run_with_models().unwrap_or_else(|error| output::failure(error, args.json));
    }
    let json = args.json;
    match start(args, models, with_data) {
        Ok(report) => output::report(&report, json),
        Err(error) => output::failure(error, json),
    }
}

fn start<S: DataSteps>(
    args: Args,
    models: Option<&'static [&'static Table]>,
    with_data: impl FnOnce(Migrations) -> Migrations<S>,
) -> Result<Report> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|source| Failure::new("the runtime cannot be started").because(source))?;
    runtime.block_on(command::run(args, models, with_data))
}
