//! What a package has: its library, its models, and whether it depends on the command.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::cli::{
    failure::{Failure, Result},
    project,
};

/// What was found in a package.
#[derive(Debug)]
pub(super) struct Found {
    /// The name of its library in code.
    pub(super) library: Option<String>,
    /// The paths of the models in the library.
    pub(super) models: Vec<String>,
    /// Whether the library lists them in `TABLES`.
    pub(super) has_tables: bool,
    /// Whether it depends on orm-pg with the feature `cli`.
    pub(super) has_feature: bool,
}

/// Looks into the package of a folder.
pub(super) fn look(folder: &Path) -> Result<Found> {
    let package = project::package(folder)?;
    let library = package.library();
    let mut found = Found {
        library: library.map(|it| it.name.replace('-', "_")),
        models: Vec::new(),
        has_tables: false,
        has_feature: package.has_feature("orm-pg", "cli"),
    };
    let Some(root) = library.map(|it| it.src_path.clone()) else { return Ok(found) };
    let sources = root.parent().unwrap_or(folder);
    let mut files = Vec::new();
    list(sources, &mut files)?;
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).map_err(|source| Failure::file("read", &file, source))?;
        if file == root {
            found.has_tables = text.contains("pub const TABLES:") || text.contains("pub static TABLES:");
        }
        let module = if file == root { Vec::new() } else { module(sources, &file) };
        found.models.extend(models(&text).into_iter().map(|it| [module.as_slice(), &[it]].concat().join("::")));
    }
    Ok(found)
}

/// The Rust files of a library; its binaries have their own folder.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|source| Failure::file("read", folder, source))?;
    for entry in entries {
        let path = entry.map_err(|source| Failure::file("read", folder, source))?.path();
        if path.is_dir() && path.file_name().is_some_and(|it| it != "bin") {
            list(&path, files)?;
        } else if path.extension().is_some_and(|it| it == "rs") && path.file_name().is_some_and(|it| it != "main.rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// The module that a file is: `a/b.rs` and `a/b/mod.rs` are `a::b`.
fn module(sources: &Path, file: &Path) -> Vec<String> {
    let path = file.strip_prefix(sources).unwrap_or(file).with_extension("");
    let mut parts: Vec<_> = path.components().map(|it| it.as_os_str().to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|it| it == "mod") {
        parts.pop();
    }
    parts
}

/// The public structs that derive `Model`.
fn models(text: &str) -> Vec<String> {
    let mut models = Vec::new();
    let mut derived = false;
    for line in text.lines().map(str::trim_start) {
        if let Some(derives) = line.strip_prefix("#[derive(") {
            derived |= derives.split([',', ')', ' ', ':']).any(|it| it == "Model");
        } else if let Some((before, name)) = line.split_once("struct ") {
            let name: String = name.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
            if derived && before.trim() == "pub" {
                models.push(name);
            }
            derived = false;
        }
    }
    models
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_structs_are_models() {
        let text = "#[derive(Debug, Clone, Model)]\n#[orm(table = \"a\")]\npub struct A {\n}\n/// The struct of it.\n#[derive(Model)]\nstruct \
                    Private;\n#[derive(ModelLike)]\npub struct Other;\n    #[derive(orm_pg::Model)] pub(crate) struct No;\n#[derive(orm_pg::Model)]\npub struct B<T>;";
        assert_eq!(models(text), ["A", "B"]);
    }

    #[test]
    fn modules_of_files() {
        let module = |file: &str| module(Path::new("/s"), Path::new(file)).join("::");
        assert_eq!(
            (module("/s/a.rs"), module("/s/a/b.rs"), module("/s/a/mod.rs")),
            ("a".into(), "a::b".into(), "a".into())
        );
    }
}
