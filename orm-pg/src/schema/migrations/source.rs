//! Where the texts of the files come from.

use std::{fs, path::Path, sync::Arc};

use orm_core::{
    error::{Error, ErrorKind, Result},
    migrate::file::{Graph, Migration, migrations},
};

use super::unit;

/// The names and texts of files.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// Part of the program, with the folder that they were in when it was compiled.
    Embedded { files: &'static [(&'static str, &'static str)], folder: Option<&'static str> },
    /// Read from a folder.
    Read(Arc<Vec<(String, String)>>),
}

impl Source {
    /// Reads the files `.sql` of a folder, and not of those in it.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let failed = |path: &Path, error: std::io::Error| {
            let text = format!("{} cannot be read: {error}", path.display());
            Error::new(ErrorKind::Migration, text).explaining(error)
        };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))? {
            let path = entry.map_err(|error| failed(folder, error))?.path();
            let Some(name) = path.file_name().and_then(|it| it.to_str()).filter(|it| it.ends_with(".sql")) else {
                continue;
            };
            files.push((name.to_owned(), fs::read_to_string(&path).map_err(|error| failed(&path, error))?));
        }
        files.sort();
        Ok(Self::Read(Arc::new(files)))
    }

    pub(super) fn files(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Embedded { files, .. } => files.to_vec(),
            Self::Read(files) => files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect(),
        }
    }

    /// The folder of embedded files.
    pub(super) fn folder(&self) -> Option<&'static str> {
        match self {
            Self::Embedded { folder, .. } => *folder,
            Self::Read(_) => None,
        }
    }

    /// The files whose names fit.
    pub(super) fn only(&self, fits: impl Fn(&str) -> bool) -> Self {
        let files = self.files().into_iter().filter(|it| fits(it.0));
        Self::Read(Arc::new(files.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()))
    }

    /// Reads the texts, and refuses files that cannot run.
    pub(super) fn checked(&self) -> Result<Vec<Migration>> {
        let migrations = migrations(self.files())?;
        migrations.iter().try_for_each(unit::check)?;
        Graph::new(&migrations).check()?;
        Ok(migrations)
    }
}
