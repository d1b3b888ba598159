//! `orm migrate snapshot`.

use orm_core::schema::Table;
use serde_json::json;

use crate::{
    cli::{
        args::Snapshot,
        failure::Result,
        report::{GOOD, Report, counted, styled},
        scratch, snapshot,
    },
    schema::{DataSteps, Migrations},
};

pub(super) async fn run<S: DataSteps>(
    args: &Snapshot,
    models: &'static [&'static Table],
    with_data: impl FnOnce(Migrations) -> Migrations<S>,
) -> Result<Report> {
    let migrations = with_data(args.folder.read()?).contract();
    let server = scratch::server(&args.scratch).await?;
    let made = scratch::replayed(&server, &migrations).await?;
    let changed = snapshot::write(&args.folder.path()?, &made, models)?;
    let mut report = Report::new(json!({ "snapshot_files": changed }));
    report.line(match changed {
        0 => "the snapshot was as it should be".to_owned(),
        number => format!("{} {} of the snapshot", styled(GOOD, "wrote"), counted(number, "file")),
    });
    report.unmanaged(made.unmanaged.len());
    Ok(report)
}
