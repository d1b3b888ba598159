//! The project in the current folder, and its binary `orm`, which has the models.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use serde::Deserialize;

use super::failure::{Failure, Result};

/// What `cargo metadata` says.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// A package of the workspace.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
    #[serde(default)]
    dependencies: Vec<Dependency>,
}

/// Something that a package builds.
#[derive(Debug, Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    kind: Vec<String>,
    pub(super) src_path: PathBuf,
    #[serde(default, rename = "required-features")]
    required_features: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    features: Vec<String>,
}

impl Package {
    fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new("."))
    }

    /// The binary `orm`; that of orm-pg itself has no models.
    fn binary(&self) -> Option<&Target> {
        let is_ours = |it: &&Target| it.name == "orm" && it.kind.iter().any(|kind| kind == "bin");
        (self.name != "orm-pg").then(|| self.targets.iter().find(is_ours)).flatten()
    }

    /// The library.
    pub(super) fn library(&self) -> Option<&Target> {
        self.targets
            .iter()
            .find(|it| it.kind.iter().any(|kind| matches!(kind.as_str(), "lib" | "rlib" | "dylib" | "cdylib")))
    }

    /// Whether it depends on a package with a feature.
    pub(super) fn has_feature(&self, dependency: &str, feature: &str) -> bool {
        self.dependencies.iter().any(|it| it.name == dependency && it.features.iter().any(|it| it == feature))
    }
}

fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The packages of the workspace that a folder belongs to.
fn packages(folder: &Path) -> Result<Vec<Package>> {
    let metadata = Command::new(cargo())
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(folder)
        .output()
        .map_err(|source| Failure::new("cargo cannot be run").because(source))?;
    if !metadata.status.success() {
        let said = String::from_utf8_lossy(&metadata.stderr);
        return Err(Failure::new(format!(
            "cargo finds no package here: {}",
            said.trim().trim_start_matches("error: ")
        ))
        .into());
    }
    let metadata: Metadata = serde_json::from_slice(&metadata.stdout)
        .map_err(|source| Failure::new("the answer of `cargo metadata` cannot be read").because(source))?;
    Ok(metadata.packages)
}

/// The package of a folder.
pub(super) fn package(folder: &Path) -> Result<Package> {
    let manifest = folder.join("Cargo.toml");
    let manifest = manifest.canonicalize().map_err(|source| Failure::file("find", &manifest, source))?;
    let is_it = |it: &Package| it.manifest_path.canonicalize().is_ok_and(|it| it == manifest);
    packages(folder)?.into_iter().find(is_it).ok_or_else(|| {
        let text = format!("{} is no package", manifest.display());
        Failure::new(text).help("run it in the folder of a package").into()
    })
}

/// Builds and runs the binary `orm` of the project with the command line of this process, and returns its exit status.
pub(super) fn run_with_models() -> Result<ExitCode> {
    let here = std::env::current_dir().map_err(|source| Failure::new("there is no current folder").because(source))?;
    let help = "this command needs the models of a project: run it in its folder";
    let packages = packages(&here).map_err(|error| Failure::of(error).help(help))?;
    let (package, binary) = choose(&packages, &here)?;
    let mut run = Command::new(cargo());
    run.args(["run", "--quiet", "--package", &package.name, "--bin", &binary.name]);
    if !binary.required_features.is_empty() {
        run.args(["--features", &binary.required_features.join(",")]);
    }
    let status = run
        .arg("--")
        .args(std::env::args_os().skip(1))
        .status()
        .map_err(|source| Failure::new("cargo cannot be run").because(source))?;
    // Cargo ends with 101 if it cannot build; without a code, a signal has ended it.
    let code = status.code().and_then(|it| u8::try_from(it).ok()).filter(|it| *it != 101).unwrap_or(1);
    Ok(ExitCode::from(code))
}

/// The package that contains the current folder, or else the only one with a binary `orm`.
fn choose<'a>(packages: &'a [Package], here: &Path) -> Result<(&'a Package, &'a Target), Failure> {
    let mut with: Vec<_> = packages.iter().filter_map(|it| it.binary().map(|binary| (it, binary))).collect();
    let around = with.iter().filter(|it| here.starts_with(it.0.folder()));
    let nearest = around.max_by_key(|it| it.0.folder().as_os_str().len()).copied();
    match (nearest, with.len()) {
        (Some(found), _) => Ok(found),
        (None, 1) => with.pop().ok_or_else(|| no_models("the project has no binary `orm`")),
        (None, 0) => Err(no_models("the project has no binary `orm`").help("`orm init` writes src/bin/orm.rs")),
        (None, _) => {
            let names: Vec<_> = with.iter().map(|it| it.0.name.as_str()).collect();
            Err(no_models(&format!("several packages have a binary `orm`: {}", names.join(", ")))
                .help("run the command in the folder of one of them"))
        }
    }
}

fn no_models(text: &str) -> Failure {
    Failure::new(format!("this command needs the models of a project: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, folder: &str, binaries: &[&str]) -> Package {
        Package {
            name: name.to_owned(),
            manifest_path: Path::new(folder).join("Cargo.toml"),
            targets: binaries
                .iter()
                .map(|it| Target {
                    name: (*it).to_owned(),
                    kind: vec!["bin".to_owned()],
                    src_path: PathBuf::new(),
                    required_features: Vec::new(),
                })
                .collect(),
            dependencies: Vec::new(),
        }
    }

    fn chosen(packages: &[Package], here: &str) -> Result<String, String> {
        choose(packages, Path::new(here)).map(|it| it.0.name.clone()).map_err(|it| it.to_string())
    }

    #[test]
    fn which_package() {
        let packages = [
            package("orm-pg", "/w/orm-pg", &["orm"]),
            package("shop", "/w", &["orm", "server"]),
            package("shop-tools", "/w/tools", &["orm"]),
            package("other", "/w/other", &["server"]),
        ];
        assert_eq!(chosen(&packages, "/w/tools/src"), Ok("shop-tools".to_owned()));
        assert_eq!(chosen(&packages, "/w/other"), Ok("shop".to_owned()));
        assert!(chosen(&packages, "/elsewhere").is_err_and(|it| it.ends_with("binary `orm`: shop, shop-tools")));
        assert_eq!(chosen(&packages[..2], "/elsewhere"), Ok("shop".to_owned()));
        assert!(chosen(&packages[..1], "/w/orm-pg").is_err_and(|it| it.ends_with("the project has no binary `orm`")));
    }
}
