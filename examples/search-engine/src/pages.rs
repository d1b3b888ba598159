//! Real pages to crawl on any machine: the documentation of this workspace and of the crates it is built on.
//!
//! It looks for documentation where `cargo doc` puts it, builds it if it is missing, and if that fails uses any other
//! HTML documentation on the machine. The build goes to a separate folder, so it never waits for the lock of a running
//! `cargo run` or `cargo test`.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Command;

/// A folder with fewer pages than this is not worth a crawl.
pub const ENOUGH: usize = 500;

/// How long `cargo doc` may take before the crawl uses the pages that are ready.
const PATIENCE: Duration = Duration::from_secs(240);

/// The crates whose documentation is built, if this program depends on them: those with prose worth searching.
///
/// `cargo doc` with all dependencies would give six times the pages, but most of those are one line of `libc`.
#[rustfmt::skip]
const CRATES: [&str; 38] = [
    "orm-core", "orm-pg", "search-engine",
    "axum", "axum-core", "bb8", "bytes", "chrono", "encoding_rs", "fallible-iterator", "futures-core", "futures-util",
    "hashbrown", "hashlink", "html5gum", "http", "http-body", "http-body-util", "hyper", "hyper-util", "memchr", "mio",
    "parking_lot", "percent-encoding", "postgres-protocol", "postgres-types", "rand", "serde", "serde_core",
    "serde_json", "tokio", "tokio-postgres", "tokio-util", "tower", "tracing", "tracing-core", "url", "zerovec",
];

/// A folder of HTML pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    /// Its path.
    pub folder: PathBuf,
    /// The number of HTML files in it.
    pub count: usize,
}

/// No pages could be found or built.
#[derive(Debug)]
pub struct NoPages {
    tried: Vec<String>,
}

impl fmt::Display for NoPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "no folder with {ENOUGH} HTML pages; tried")?;
        self.tried.iter().try_for_each(|tried| writeln!(f, "  {tried}"))?;
        f.write_str("give a folder or an address instead: search-engine crawl DIR|URL")
    }
}

impl std::error::Error for NoPages {}

/// Finds pages, or builds them; `say` receives progress messages for the user.
///
/// # Errors
/// [`NoPages`] with all attempts.
pub async fn provide(workspace: &Path, mut say: impl FnMut(&str)) -> Result<Pages, NoPages> {
    let workspace = &workspace.canonicalize().unwrap_or_else(|_| workspace.to_owned());
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    let own = target.join("search-engine-docs");
    let mut tried = Vec::new();
    // The stamp distinguishes a finished build from one that was killed.
    for folder in
        [own.join("complete").exists().then(|| own.join("doc")), Some(target.join("doc"))].into_iter().flatten()
    {
        if let Some(pages) = look(&folder, &mut tried) {
            return Ok(pages);
        }
    }
    say("building the documentation of this workspace, to have pages to search (once, about a minute)");
    let began = Instant::now();
    match build(workspace, &own).await {
        Ok(()) => say(&format!("documentation built in {:.0} s", began.elapsed().as_secs_f64())),
        Err(reason) => {
            say(&format!("{reason}; looking for other pages"));
            tried.push(reason);
        }
    }
    let others = [own.join("doc")].into_iter().chain(toolchain().await).chain([PathBuf::from("/usr/share/doc")]);
    for folder in others {
        if let Some(pages) = look(&folder, &mut tried) {
            return Ok(pages);
        }
    }
    Err(NoPages { tried })
}

fn look(folder: &Path, tried: &mut Vec<String>) -> Option<Pages> {
    let count = count(folder);
    if count >= ENOUGH {
        return Some(Pages { folder: folder.to_owned(), count });
    }
    tried.push(format!("{} ({count} pages)", folder.display()));
    None
}

/// Counts the HTML files below `folder`; unreadable folders count as empty. Symbolic links are not followed.
#[must_use]
pub fn count(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let html = || entry.path().extension().is_some_and(|extension| extension == "html");
            Some(if entry.file_type().ok()?.is_dir() { count(&entry.path()) } else { usize::from(html()) })
        })
        .sum()
}

/// Runs `cargo doc` into `own`; its output goes to standard error.
async fn build(workspace: &Path, own: &Path) -> Result<(), String> {
    // Dependencies of proc macros alone are left out, since cargo cannot be asked for such a crate by name.
    let tree = ["tree", "--locked", "-p", "search-engine", "-e", "normal,no-proc-macro", "--prefix", "none"];
    let tree = cargo(workspace, &tree).output().await.map_err(|error| format!("cargo could not be run ({error})"))?;
    let packages = packages(&String::from_utf8_lossy(&tree.stdout));
    if packages.is_empty() {
        return Err(format!("there is no workspace to document in {}", workspace.display()));
    }
    let mut doc = cargo(workspace, &["doc", "--locked", "--no-deps", "--lib", "--target-dir"]);
    doc.arg(own).args(packages.iter().flat_map(|package| ["-p", package]));
    // Our user does not need warnings about the documentation of other crates.
    doc.stdout(Stdio::null()).env("RUSTDOCFLAGS", "--cap-lints allow").env_remove("CARGO_BUILD_TARGET");
    match tokio::time::timeout(PATIENCE, doc.status()).await {
        Ok(Ok(status)) if status.success() => fs::write(own.join("complete"), "").map_err(|error| error.to_string()),
        Ok(Ok(status)) => Err(format!("cargo doc failed ({status})")),
        Ok(Err(error)) => Err(format!("cargo could not be run ({error})")),
        Err(_) => Err(format!("cargo doc was stopped after {} s", PATIENCE.as_secs())),
    }
}

/// Returns the command for the cargo that runs us, or for the one in the path. It is killed when dropped.
fn cargo(workspace: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace).args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Returns `name@version` for each of [`CRATES`] in the output of `cargo tree`, each in one version: two would write to
/// the same folder.
fn packages(tree: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut packages = Vec::new();
    for line in tree.lines() {
        let mut words = line.split(' ');
        let (Some(name), Some(version)) = (words.next(), words.next().and_then(|word| word.strip_prefix('v'))) else {
            continue;
        };
        if CRATES.contains(&name) && !names.contains(&name) {
            names.push(name);
            packages.push(format!("{name}@{version}"));
        }
    }
    packages
}

/// Returns the path of the toolchain's own documentation, if there is a toolchain.
async fn toolchain() -> Option<PathBuf> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).stdin(Stdio::null()).output().await.ok()?;
    let sysroot = String::from_utf8(output.stdout).ok()?;
    Some(Path::new(sysroot.trim()).join("share/doc/rust/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_taken_from_the_tree_in_one_version() {
        let tree = "search-engine v0.1.0 (/somewhere)\nserde v3.0.1\nlibc v0.2.1\nserde v2.0.1\nserde v3.0.1 (*)\n";
        assert_eq!(packages(tree), ["search-engine@0.1.0", "serde@3.0.1"]);
        assert!(packages("").is_empty());
    }

    #[test]
    fn a_missing_folder_has_no_pages() {
        assert_eq!(count(Path::new("/nonexistent")), 0);
        let error = NoPages { tried: vec!["/nonexistent (0 pages)".to_owned()] }.to_string();
        assert!(error.contains("tried\n  /nonexistent (0 pages)\n"), "{error}");
    }
}
