//! Tables, columns and constraints as constant data, which the derive writes; with feature `migrate` also the schema of a
//! database, read from its catalogs.

#[doc(inline)]
pub use orm_core::schema::*;

#[cfg(feature = "migrate")]
mod apply;
#[cfg(feature = "cli")]
pub mod diagram;
#[cfg(feature = "migrate")]
pub mod doctor;
#[cfg(feature = "migrate")]
mod gate;
#[cfg(feature = "cli")]
pub mod generate;
#[cfg(feature = "migrate")]
mod introspect;
#[cfg(feature = "migrate")]
mod lint;
#[cfg(feature = "migrate")]
mod measure;
#[cfg(feature = "migrate")]
mod migrations;
#[cfg(feature = "migrate")]
mod of_models;
#[cfg(feature = "migrate")]
mod rows;
#[cfg(feature = "migrate")]
mod scratch;
#[cfg(feature = "migrate")]
mod snapshot;
#[cfg(feature = "migrate")]
mod verify;

#[cfg(feature = "migrate")]
pub use orm_core::{catalog, migrate};

#[cfg(feature = "sources")]
pub use self::gate::{Finding, Statements};
#[cfg(feature = "migrate")]
pub use self::gate::{Gate, GateReport, LiveComparison};
#[cfg(feature = "migrate")]
pub use self::of_models::catalog_of_models;
#[cfg(feature = "migrate")]
pub use self::snapshot::{read_snapshot, write_snapshot};
#[cfg(feature = "cli")]
pub(crate) use self::verify::verify_on;
#[cfg(feature = "migrate")]
pub use self::{
    apply::{apply, plan, prove},
    doctor::{doctor, doctor_with},
    introspect::introspect,
    lint::{lint, lint_all},
    measure::measure,
    migrations::{
        And, Baseline, DataSteps, Event, MigrationStatus, Migrations, Ran, Repair, Report, Standing, Status, Tool,
    },
    scratch::Scratch,
};
#[cfg(feature = "cli")]
pub(crate) use self::{
    apply::{create_all, plan_to},
    of_models::canonical,
    snapshot::stale_files,
};
