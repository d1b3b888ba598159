//! The folder of `migrate!` and of tests: the only input that is not in the source.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use proc_macro2::TokenStream;
use syn::LitStr;

use crate::{
    ast::{Folder, Stub},
    attr::FolderInput,
    ctxt::Ctxt,
};

/// Finds the files.
pub(crate) fn folder(ctxt: &mut Ctxt, _: &TokenStream, read: Option<FolderInput>) -> Result<Folder, Stub> {
    let Some(FolderInput { krate, folder }) = read else { return Err(Stub::Empty) };
    match files_of(&folder) {
        Ok((path, files)) => Ok(Folder { krate, path, files }),
        Err(message) => {
            ctxt.error(folder.span(), message);
            Err(Stub::Migrations { krate })
        }
    }
}

/// The path of a folder beside Cargo.toml, and its files.
pub(super) fn files_of(folder: &LitStr) -> Result<(String, Vec<(String, String)>), String> {
    let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let path = root.join(folder.value());
    let files = files(&path)?;
    match path.to_str() {
        Some(path) => Ok((path.to_owned(), files)),
        None => Err(format!("the path {} is not UTF-8", path.display())),
    }
}

/// The files `.sql` of a folder, sorted.
fn files(folder: &Path) -> Result<Vec<(String, String)>, String> {
    let name = folder.file_name().unwrap_or_default().display();
    let failed = |error: std::io::Error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            return format!("there is no folder `{name}` beside Cargo.toml: make it, or run `orm init`");
        }
        format!("the folder `{name}` cannot be read: {error}")
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_none_or(|it| it != "sql") {
            continue;
        }
        match (path.file_name().and_then(|it| it.to_str()), path.to_str()) {
            (Some(name), Some(path)) => files.push((name.to_owned(), path.to_owned())),
            _ => return Err(format!("the path {} is not UTF-8", path.display())),
        }
    }
    files.sort();
    Ok(files)
}
