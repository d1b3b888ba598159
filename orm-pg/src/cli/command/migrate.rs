//! `orm migrate`.

mod baseline;
mod check;
pub(super) mod diff;
mod files;
mod history;
mod offline;
mod run;
mod snapshot;
mod undo;

use orm_core::schema::Table;

use crate::{
    cli::{args::Migrate, failure::Result, report::Report},
    schema::{DataSteps, Migrations},
};

pub(super) async fn run<S: DataSteps>(
    args: Migrate,
    models: Option<&'static [&'static Table]>,
    with_data: impl FnOnce(Migrations) -> Migrations<S>,
) -> Result<Report> {
    match args {
        Migrate::New(it) => files::new(&it),
        Migrate::Diff(it) => diff::run(&it, models.unwrap_or_default(), with_data).await,
        Migrate::Snapshot(it) => snapshot::run(&it, models.unwrap_or_default(), with_data).await,
        Migrate::Check(it) => check::run(&it, models, with_data).await,
        Migrate::Up(it) => run::up(&it, with_data).await,
        Migrate::Down(it) => run::down(&it, with_data).await,
        Migrate::Status(it) => history::status(&it).await,
        Migrate::Baseline(it) => baseline::run(&it).await,
        Migrate::Repair(it) => history::repair(&it).await,
    }
}
