//! The folder of the migrations.

use std::{fs, path::PathBuf};

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

    /// Reads the names and texts of the files `.sql`.
    pub(super) fn texts(&self) -> Result<Vec<(String, String)>> {
        let folder = self.path()?;
        let failed = |source| Failure::file("read", &folder, source);
        let mut texts = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|it| it == "sql") {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                texts.push((name, fs::read_to_string(&path).map_err(|source| Failure::file("read", &path, source))?));
            }
        }
        Ok(texts)
    }

    /// Reads the migrations.
    pub(super) fn read(&self) -> Result<Migrations> {
        let path = self.path()?;
        if !path.is_dir() {
            return Err(Failure::new(format!("there is no folder {}", path.display()))
                .help("`orm init` makes it; --migrations names another one")
                .into());
        }
        Ok(Migrations::from_dir(&path)?)
    }
}

/// The migrations that a new one comes after.
pub(super) fn heads(migrations: &[Migration]) -> Vec<String> {
    Graph::new(migrations).heads().into_iter().map(str::to_owned).collect()
}
