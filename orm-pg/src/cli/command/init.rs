//! `orm init`.

mod found;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use serde_json::json;

use self::found::Found;
use crate::cli::{
    args::Init,
    failure::{Failure, Result},
    report::{BOLD, GOOD, Report, styled},
};

const BUILD: &str = include_str!("init/build.rs.txt");
const MODELS: &str = include_str!("init/lib.rs.txt");

pub(super) fn run(args: &Init) -> Result<Report> {
    let folder = &args.folder;
    let mut files = Files { folder: folder.clone(), written: Vec::new(), kept: Vec::new() };
    let mut next = Vec::new();
    if !folder.join("Cargo.toml").exists() {
        files.write("Cargo.toml", &manifest(&name(folder)?, args.orm_pg_path.as_deref())?)?;
        files.write("src/lib.rs", MODELS)?;
        next.push("write your models into src/lib.rs, and list them in its TABLES".to_owned());
    }
    let found = found::look(folder)?;
    files.write("migrations/.gitkeep", "")?;
    if !files.write("build.rs", BUILD)? {
        next.push("put println!(\"cargo::rerun-if-changed=migrations\"); into build.rs, unless it is there".to_owned());
    }
    files.write("src/bin/orm.rs", &binary(&found))?;
    if !found.has_feature {
        next.push("cargo add orm-pg --features cli".to_owned());
    }
    if found.library.is_none() {
        next.push("move the models into a library, src/lib.rs: src/bin/orm.rs can only use that".to_owned());
    } else if found.models.is_empty() && !found.has_tables {
        next.push("list the models in src/bin/orm.rs".to_owned());
    }
    next.push("set DATABASE_URL, then `orm migrate diff --name first` and `orm migrate up`".to_owned());
    Ok(report(&files, &next))
}

fn report(files: &Files, next: &[String]) -> Report {
    let mut report = Report::new(json!({ "written": files.written, "kept": files.kept, "next": next }));
    for it in &files.written {
        report.line(format_args!("{} {it}", styled(GOOD, "wrote")));
    }
    for it in &files.kept {
        report.line(format_args!("kept  {it}, which was there"));
    }
    for it in next {
        report.line(format_args!("{} {it}", styled(BOLD, "next: ")));
    }
    report
}

/// The files below a folder, none of which is ever replaced.
struct Files {
    folder: PathBuf,
    written: Vec<String>,
    kept: Vec<String>,
}

impl Files {
    /// Writes a file unless it is there, and returns whether it has been written.
    fn write(&mut self, name: &str, text: &str) -> Result<bool> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|source| Failure::file("create", parent, source))?;
        }
        match fs::File::create_new(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).map_err(|source| Failure::file("write", &path, source))?;
                self.written.push(name.to_owned());
                Ok(true)
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                self.kept.push(name.to_owned());
                Ok(false)
            }
            Err(source) => Err(Failure::file("write", &path, source).into()),
        }
    }
}

/// The name of a new package: that of its folder, with other characters as hyphens.
fn name(folder: &Path) -> Result<String> {
    let absolute = std::path::absolute(folder).map_err(|source| Failure::file("find", folder, source))?;
    let name = absolute.file_name().map(|it| it.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name: String = name.chars().map(|it| if it.is_ascii_alphanumeric() || it == '_' { it } else { '-' }).collect();
    let name = name.trim_matches('-').to_owned();
    if name.starts_with(|it: char| it.is_ascii_alphabetic()) {
        Ok(name)
    } else {
        Err(Failure::new(format!("{} is no name for a package", absolute.display()))
            .help("`cargo init --lib --name NAME` starts one, then `orm init`")
            .into())
    }
}

/// The manifest of a new project.
fn manifest(name: &str, path: Option<&Path>) -> Result<String> {
    let source = match path {
        Some(path) => {
            let path = std::path::absolute(path).map_err(|source| Failure::file("find", path, source))?;
            format!("path = {:?}", path.display().to_string())
        }
        None => format!("version = {:?}", env!("CARGO_PKG_VERSION")),
    };
    Ok(format!(
        "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\norm-pg = {{ {source}, features = [\"cli\"] \
         }}\n"
    ))
}

/// The binary with the models that were found.
fn binary(found: &Found) -> String {
    let tables = match &found.library {
        Some(library) if found.has_tables => format!("{library}::TABLES"),
        Some(library) => {
            let models: Vec<_> = found.models.iter().map(|it| format!("{library}::{it}")).collect();
            format!("orm_pg::models![{}]", models.join(", "))
        }
        None => "orm_pg::models![]".to_owned(),
    };
    format!(
        "//! The command `orm` with the models of this package: `cargo run --bin orm -- --help`.\n\nfn main() -> \
         std::process::ExitCode {{\n    orm_pg::cli::main({tables})\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_lists_the_models() {
        let mut found = Found {
            library: Some("shop".to_owned()),
            models: vec!["User".to_owned(), "sale::Order".to_owned()],
            has_tables: false,
            has_feature: true,
        };
        assert!(binary(&found).contains("orm_pg::cli::main(orm_pg::models![shop::User, shop::sale::Order])"));
        found.has_tables = true;
        assert!(binary(&found).contains("orm_pg::cli::main(shop::TABLES)"));
        found.library = None;
        assert!(binary(&found).contains("orm_pg::cli::main(orm_pg::models![])"));
    }

    #[test]
    fn the_name_of_a_new_package() {
        assert_eq!(name(Path::new("/a/My Shop!")).expect("a name"), "my-shop");
        assert!(name(Path::new("/a/12")).is_err() && name(Path::new("/")).is_err());
    }
}
