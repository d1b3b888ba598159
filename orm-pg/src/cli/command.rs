//! The commands: each takes its arguments and returns what it has to say.

mod completions;
mod doctor;
mod explain;
mod init;

use orm_core::schema::Table;

use super::{
    args::{Args, Command},
    failure::Result,
    report::Report,
};

pub(super) async fn run(args: Args, _models: Option<&'static [&'static Table]>) -> Result<Report> {
    match args.command {
        Command::Init(it) => init::run(&it),
        Command::Doctor(it) => doctor::run(&it).await,
        Command::Explain(it) => explain::run(&it).await,
        Command::Completions(it) => Ok(completions::run(&it)),
    }
}
