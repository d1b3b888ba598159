//! Finds the PostgreSQL installed on this machine.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The directories that packages install to, with `*` for the component with the version.
const USUAL_PLACES: [&str; 8] = [
    "usr/lib/postgresql/*/bin",
    "usr/lib/postgresql*/bin",
    "usr/libexec/postgresql*",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
];

/// Where to search.
#[derive(Debug)]
pub(super) struct SearchPath {
    /// `PG_CONFIG`: the `pg_config` to ask.
    pub(super) pg_config: Option<OsString>,
    /// `PATH`.
    pub(super) path: Option<OsString>,
    /// The root of the usual directories.
    pub(super) root: PathBuf,
}

impl SearchPath {
    /// The search path of this machine and environment.
    pub(super) fn here() -> Self {
        Self { pg_config: std::env::var_os("PG_CONFIG"), path: std::env::var_os("PATH"), root: PathBuf::from("/") }
    }

    /// Returns the first directory that has `initdb` and `postgres`. Adds a line to `tried` for each place without
    /// them.
    pub(super) fn find(&self, tried: &mut Vec<String>) -> Option<PathBuf> {
        self.by_pg_config(tried).or_else(|| self.in_path(tried)).or_else(|| self.in_usual_places(tried))
    }

    fn by_pg_config(&self, tried: &mut Vec<String>) -> Option<PathBuf> {
        let (program, name) = match &self.pg_config {
            Some(program) => (PathBuf::from(program), "PG_CONFIG"),
            None => match self.in_path_named("pg_config") {
                Some(program) => (program, "pg_config"),
                None => {
                    tried.push("pg_config: not in PATH, and PG_CONFIG is not set".into());
                    return None;
                }
            },
        };
        let output = Command::new(&program).arg("--bindir").stdin(Stdio::null()).stderr(Stdio::null()).output();
        let dir = match output {
            Ok(output) if output.status.success() => PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()),
            Ok(output) => {
                tried.push(format!("{name}: {} --bindir failed ({})", program.display(), output.status));
                return None;
            }
            Err(error) => {
                tried.push(format!("{name}: {} cannot be run: {error}", program.display()));
                return None;
            }
        };
        if is_complete(&dir) {
            return Some(dir);
        }
        tried.push(format!("{name}: {} lacks initdb or postgres", dir.display()));
        None
    }

    fn in_path(&self, tried: &mut Vec<String>) -> Option<PathBuf> {
        let Some(initdb) = self.in_path_named("initdb") else {
            tried.push("initdb: not in PATH".into());
            return None;
        };
        // A symbolic link leads to the directory with the other programs of the same version.
        let initdb = fs::canonicalize(&initdb).unwrap_or(initdb);
        let dir = initdb.parent()?;
        if is_complete(dir) {
            return Some(dir.to_owned());
        }
        tried.push(format!("initdb: {} has no postgres next to it", dir.display()));
        None
    }

    fn in_path_named(&self, program: &str) -> Option<PathBuf> {
        let path = self.path.as_ref()?;
        std::env::split_paths(path).map(|dir| dir.join(program)).find(|it| it.is_file())
    }

    fn in_usual_places(&self, tried: &mut Vec<String>) -> Option<PathBuf> {
        let mut found: Vec<(u32, PathBuf)> = Vec::new();
        for place in USUAL_PLACES {
            let before = found.len();
            found.extend(self.matches(place).into_iter().filter(|(_, dir)| is_complete(dir)));
            if found.len() == before {
                tried.push(format!("/{place}: nothing there"));
            }
        }
        found.into_iter().max_by_key(|(version, _)| *version).map(|(_, dir)| dir)
    }

    /// Returns the directories that match `pattern`, each with the version in its name.
    fn matches(&self, pattern: &str) -> Vec<(u32, PathBuf)> {
        let Some((start, end)) = pattern.split_once('*') else { return Vec::new() };
        let (parent, prefix) = start.rsplit_once('/').unwrap_or(("", start));
        let Ok(entries) = fs::read_dir(self.root.join(parent)) else { return Vec::new() };
        let matching = entries.filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(prefix)?;
            // "9.6" counts as 9. A name without a version ("latest") comes last.
            let version = version.split('.').next().and_then(|it| it.parse().ok()).unwrap_or(0);
            Some((version, entry.path().join(end.trim_start_matches('/'))))
        });
        matching.collect()
    }
}

fn is_complete(dir: &Path) -> bool {
    ["initdb", "postgres", "pg_ctl"].iter().all(|program| dir.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(name: &str, dirs: &[&str]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("orm-pg-binaries-{}-{name}", std::process::id()));
        for dir in dirs {
            fs::create_dir_all(root.join(dir)).unwrap();
            for program in ["initdb", "postgres", "pg_ctl"] {
                fs::write(root.join(dir).join(program), "").unwrap();
            }
        }
        root
    }

    #[test]
    fn the_newest_version_of_the_usual_places_wins() {
        let dirs = ["usr/lib/postgresql/9.6/bin", "usr/lib/postgresql/15/bin", "usr/pgsql-16/bin"];
        let root = root("newest", &dirs);
        let places = SearchPath { pg_config: None, path: None, root: root.clone() };
        assert_eq!(places.find(&mut Vec::new()), Some(root.join("usr/pgsql-16/bin")));
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn initdb_in_path_comes_before_the_usual_places() {
        let root = root("path", &["here", "usr/lib/postgresql/15/bin"]);
        let places = SearchPath { pg_config: None, path: Some(root.join("here").into()), root: root.clone() };
        assert_eq!(places.find(&mut Vec::new()), Some(fs::canonicalize(root.join("here")).unwrap()));
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn all_that_was_tried_is_told() {
        let places =
            SearchPath { pg_config: Some("/no/such/pg_config".into()), path: None, root: "/no/such/root".into() };
        let mut tried = Vec::new();
        assert_eq!(places.find(&mut tried), None);
        let told = tried.join("\n");
        for part in
            ["PG_CONFIG: /no/such/pg_config", "initdb: not in PATH", "/usr/lib/postgresql/*/bin", "Postgres.app"]
        {
            assert!(told.contains(part), "{part} is missing in:\n{told}");
        }
    }
}
