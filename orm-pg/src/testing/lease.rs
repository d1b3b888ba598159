//! Records which databases of a throw-away server are in use: a locked file for each. A killed process leaves an
//! unlocked file, so the next process knows which database to drop.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use orm_core::error::Result;

use super::failure::failed;

/// The claim on one database.
#[derive(Debug)]
pub(super) struct Lease {
    path: PathBuf,
    file: File,
}

impl Lease {
    /// Claims the database `name`, which must be unique.
    pub(super) fn take(dir: &Path, name: &str) -> Result<Self> {
        let path = dir.join(name);
        let problem = |error: std::io::Error| {
            failed(format!("cannot claim a database by {}: {error}", path.display())).with_source(error)
        };
        loop {
            let file = File::create(&path).map_err(problem)?;
            file.lock().map_err(problem)?;
            // Another process may have taken the file for abandoned between these two steps.
            if path.exists() {
                return Ok(Self { path, file });
            }
        }
    }

    /// Gives the claim up: the database was dropped, or is kept for the user.
    pub(super) fn release(self) {
        // A leftover file does no harm: at worst, DROP IF EXISTS runs for a database that is gone.
        drop(fs::remove_file(&self.path));
        drop(self.file);
    }
}

/// Returns the claims whose processes have ended.
pub(super) fn abandoned(dir: &Path) -> Vec<(String, Lease)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let abandoned = entries.filter_map(|entry| {
        let path = entry.path();
        let file = File::open(&path).ok()?;
        file.try_lock().ok()?;
        path.exists().then_some((entry.file_name().into_string().ok()?, Lease { path, file }))
    });
    abandoned.collect()
}
