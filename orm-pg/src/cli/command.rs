//! The commands: each takes its arguments and returns what it has to say.

mod completions;
mod diagram;
mod doctor;
mod explain;
mod init;
mod introspect;
mod migrate;
mod verify;

use orm_core::schema::Table;

use super::{
    args::{Args, Command},
    failure::Result,
    report::Report,
};
use crate::schema::{DataSteps, Migrations};

pub(super) async fn run<S: DataSteps>(
    args: Args,
    models: Option<&'static [&'static Table]>,
    with_data: impl FnOnce(Migrations) -> Migrations<S>,
) -> Result<Report> {
    match args.command {
        Command::Init(it) => init::run(&it),
        Command::Migrate(it) => migrate::run(it, models, with_data).await,
        Command::Verify(it) => verify::run(&it, models.unwrap_or_default()).await,
        Command::Introspect(it) => introspect::run(&it).await,
        Command::Diagram(it) => diagram::run(&it).await,
        Command::Doctor(it) => doctor::run(&it).await,
        Command::Explain(it) => explain::run(&it).await,
        Command::Completions(it) => Ok(completions::run(&it)),
    }
}
