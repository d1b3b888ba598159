//! The snapshot of a schema in a directory: `migrations/schema`.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use orm_core::{
    catalog::Catalog,
    error::{Error, ErrorKind, Result},
    migrate::snapshot,
};

/// Reads the snapshot in `directory`: all `*.toml` files in it. `None` if there is no such directory, or no such file in it.
///
/// # Errors
/// [`ErrorKind::Migration`] if a file cannot be read, or as [`from_files`](snapshot::from_files).
///
/// ```
/// # use blog::*; fn run() -> Result<()> {
/// let catalog = orm_pg::schema::read_snapshot("migrations/schema")?;
/// println!("{} tables", catalog.map_or(0, |it| it.tables.len()));
/// # Ok(()) }
/// ```
pub fn read_snapshot(directory: impl AsRef<Path>) -> Result<Option<Catalog>> {
    let mut files = BTreeMap::new();
    for (name, path) in paths(directory.as_ref())? {
        let text = fs::read_to_string(&path).map_err(|error| failed("read", &path, error))?;
        files.insert(name, text);
    }
    if files.is_empty() {
        return Ok(None);
    }
    snapshot::from_files(&files).map(Some)
}

/// Writes the snapshot of a catalog into `directory`, which is created if it is missing, and returns how many files changed.
/// Files that are as they should be are not touched, and `*.toml` files of objects that no longer exist are removed.
///
/// # Errors
/// [`ErrorKind::Migration`] if a file cannot be written.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{introspect, write_snapshot};
///
/// let changed = write_snapshot("migrations/schema", &introspect(&db).await?)?;
/// println!("{changed} files");
/// # Ok(()) }
/// ```
pub fn write_snapshot(directory: impl AsRef<Path>, catalog: &Catalog) -> Result<usize> {
    let directory = directory.as_ref();
    let files = snapshot::to_files(catalog)?;
    fs::create_dir_all(directory).map_err(|error| failed("create", directory, error))?;
    let stale = stale(directory, &files)?;
    for name in &stale {
        let path = directory.join(name);
        match files.get(name) {
            Some(text) => fs::write(&path, text).map_err(|error| failed("write", &path, error))?,
            None => fs::remove_file(&path).map_err(|error| failed("remove", &path, error))?,
        }
    }
    Ok(stale.len())
}

/// The names of the files that [`write_snapshot`] would change.
#[cfg(feature = "cli")]
pub(crate) fn stale_files(directory: &Path, catalog: &Catalog) -> Result<Vec<String>> {
    stale(directory, &snapshot::to_files(catalog)?)
}

/// The names of files that are missing, too many, or different.
fn stale(directory: &Path, files: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let there = paths(directory)?;
    let mut names: Vec<_> = there.keys().filter(|it| !files.contains_key(*it)).cloned().collect();
    for (name, text) in files {
        let same = match there.get(name) {
            Some(path) => {
                let read = fs::read_to_string(path).map_err(|error| failed("read", path, error))?;
                read.replace("\r\n", "\n") == *text
            }
            None => false,
        };
        if !same {
            names.push(name.clone());
        }
    }
    Ok(names)
}

/// The files of a snapshot, by their names.
fn paths(directory: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        entries => entries.map_err(|error| failed("read", directory, error))?,
    };
    let mut paths = BTreeMap::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed("read", directory, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_some_and(|it| it == "toml") {
            paths.insert(name, entry.path());
        }
    }
    Ok(paths)
}

fn failed(what: &str, path: &Path, error: io::Error) -> Error {
    let text = format!("cannot {what} {} of the snapshot: {error}", path.display());
    Error::new(ErrorKind::Migration, text).with_source(error)
}
