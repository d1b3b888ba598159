//! The snapshot beside the migrations: the schema that they make, and the same as the models write it.

use std::path::Path;

use orm_core::{catalog::Catalog, migrate::declared, schema::Table};

use super::failure::{Failure, Result};
use crate::schema::{read_snapshot, stale_files, write_snapshot};

/// The directory in the folder of the migrations, and in it that with the texts of the models.
const DIRECTORY: &str = "schema";
const WRITTEN: &str = "models";

/// Writes the snapshot, and returns how many of its files have changed.
pub(super) fn write(folder: &Path, catalog: &Catalog, models: &[&'static Table]) -> Result<usize> {
    let directory = folder.join(DIRECTORY);
    let changed = write_snapshot(&directory, catalog)?;
    Ok(changed + write_snapshot(directory.join(WRITTEN), &declared(models, "public")?)?)
}

/// Reads the snapshot: the schema as a server has it, and as the models wrote it then.
pub(super) fn read(folder: &Path) -> Result<(Catalog, Catalog)> {
    let directory = folder.join(DIRECTORY);
    match read_snapshot(&directory)?.zip(read_snapshot(directory.join(WRITTEN))?) {
        Some(found) => Ok(found),
        None => Err(Failure::new(format!("there is no snapshot in {}", directory.display()))
            .help("`orm migrate snapshot` writes it, with a server")
            .into()),
    }
}

/// The files of the snapshot that are not what they should be; `None` if there is no snapshot.
pub(super) fn stale(folder: &Path, catalog: &Catalog, models: &[&'static Table]) -> Result<Option<Vec<String>>> {
    let directory = folder.join(DIRECTORY);
    if !directory.is_dir() {
        return Ok(None);
    }
    let mut names = stale_files(&directory, catalog)?;
    let written = stale_files(&directory.join(WRITTEN), &declared(models, "public")?)?;
    names.extend(written.into_iter().map(|it| format!("{WRITTEN}/{it}")));
    Ok(Some(names))
}
