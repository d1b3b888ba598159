//! The folder of the migrations.

use std::path::PathBuf;

use orm_core::migrate::file::{Graph, Migration};

use super::{
    args::Folder,
    failure::{Failure, Result},
};
use crate::schema::Migrations;

impl Folder {
    /// Returns the folder: the one that was given, or `migrations` beside the nearest Cargo.toml.
    pub(super) fn path(&self) -> Result<PathBuf> {
        if let Some(folder) = &self.migrations {
            return Ok(folder.clone());
        }
        let here =
            std::env::current_dir().map_err(|source| Failure::new("there is no current folder").because(source))?;
        let package = here.ancestors().find(|it| it.join("Cargo.toml").exists());
        Ok(package.map_or_else(|| PathBuf::from("migrations"), |it| it.join("migrations")))
    }

    /// Reads the migrations.
    pub(super) fn read(&self) -> Result<Migrations> {
        let path = self.path()?;
        if !path.is_dir() {
            return Err(Failure::new(format!("there is no folder {}", path.display()))
                .help("`orm init` makes it; --migrations names another one"));
        }
        Ok(Migrations::from_dir(&path)?)
    }
}

/// The migrations that a new one comes after.
pub(super) fn heads(migrations: &[Migration]) -> Vec<String> {
    Graph::new(migrations).heads().into_iter().map(str::to_owned).collect()
}
