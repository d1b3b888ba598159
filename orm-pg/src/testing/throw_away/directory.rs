//! The directory of the throw-away server: one for all test processes of a target directory and user.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use orm_core::error::Result;

use super::{
    super::{failed, hash::Hasher, way},
    docker, engine,
};

/// Names the directory of the server, instead of one in the directory for temporary files.
pub(super) const DIRECTORY_VARIABLE: &str = "ORM_PG_TEST_DIR";

/// The lock that a process holds while it joins; it also marks the directory as one that may be removed.
pub(super) const START_LOCK: &str = "orm-pg-test.lock";

/// The longest directory whose socket has a path that every system takes: macOS has room for 104 bytes.
const MAX_BYTES: usize = 104 - "/.s.PGSQL.5432\0".len();

/// The user that the server runs as.
#[derive(Debug, Clone, Copy)]
pub(super) struct User {
    /// The user's number.
    pub(super) uid: u32,
    /// The number and group to change to before the server is started: PostgreSQL refuses to run as root.
    pub(super) change_to: Option<(u32, u32)>,
}

impl User {
    /// Returns who runs the server: who runs the tests, or for root `postgres`, or else `nobody`.
    pub(super) fn of_server() -> Result<Self> {
        let uid = match fs::metadata("/proc/self") {
            Ok(metadata) => metadata.uid(),
            Err(_) => id(&["-u"]).ok_or_else(|| failed("`id -u` does not tell who runs the tests"))?,
        };
        if uid != 0 {
            return Ok(Self { uid, change_to: None });
        }
        let unprivileged =
            ["postgres", "nobody"].iter().find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)));
        match unprivileged {
            Some((uid, gid)) => Ok(Self { uid, change_to: Some((uid, gid)) }),
            None => Err(failed(
                "the tests run as root, which PostgreSQL refuses to run as, and there is no user `postgres` or `nobody`",
            )),
        }
    }
}

fn id(args: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

/// Returns the directory of the server, which exists and belongs to `user` alone.
pub(super) fn prepare(user: User) -> Result<PathBuf> {
    let dir = choose(user)?;
    let problem = |what: &str, error: std::io::Error| {
        failed(format!("cannot {what} {}: {error}", dir.display())).with_source(error)
    };
    match fs::DirBuilder::new().mode(0o700).create(&dir) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(problem("make", error)),
    }
    // The name can be guessed, so in a directory that all may write to, someone else may have been there first.
    let metadata = match fs::symlink_metadata(&dir) {
        Ok(metadata) => metadata,
        // A watchdog removes it right now, and root's first step must be repeated.
        Err(error) if error.kind() == ErrorKind::NotFound => return prepare(user),
        Err(error) => return Err(problem("look at", error)),
    };
    let ours = metadata.uid() == user.uid || user.change_to.is_some() && metadata.uid() == 0;
    if !metadata.is_dir() || !ours || metadata.permissions().mode() & 0o077 != 0 {
        return Err(failed(format!("{} is not a directory of the server's user alone: remove it", dir.display())));
    }
    let names: Vec<_> = fs::read_dir(&dir).into_iter().flatten().flatten().map(|it| it.file_name()).collect();
    if !names.is_empty() && !names.iter().any(|it| it == START_LOCK) {
        // It would be removed with all that is in it.
        return Err(failed(format!("{} holds something else than a server for tests", dir.display())));
    }
    if metadata.uid() != user.uid
        && let Err(error) = give(&dir, user)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(problem("give away", error));
    }
    Ok(dir)
}

/// Gives `path` to the user of the server.
pub(super) fn give(path: &Path, user: User) -> std::io::Result<()> {
    match user.change_to {
        Some((uid, gid)) => std::os::unix::fs::chown(path, Some(uid), Some(gid)),
        None => Ok(()),
    }
}

fn choose(user: User) -> Result<PathBuf> {
    let usable = |dir: &Path| dir.as_os_str().len() <= MAX_BYTES && (user.change_to.is_none() || is_open_to_all(dir));
    if let Some(dir) = std::env::var_os(DIRECTORY_VARIABLE) {
        let dir = PathBuf::from(dir);
        return if dir.is_absolute() && usable(&dir) {
            Ok(dir)
        } else {
            let dir = dir.display();
            Err(failed(format!(
                "{DIRECTORY_VARIABLE} names {dir}, which must be absolute, have at most {MAX_BYTES} bytes, and be in \
                 directories that the server's user may enter"
            )))
        };
    }
    let mut hash = Hasher::new();
    hash.write(target_directory().as_os_str().as_encoded_bytes());
    // Who asks for another server than the one that is still there from the last run gets it.
    for variable in [way::VARIABLE, docker::IMAGE_VARIABLE, engine::DOCKER_VARIABLE, "PG_CONFIG"] {
        hash.write(std::env::var_os(variable).unwrap_or_default().as_encoded_bytes());
    }
    let name = format!("orm-pg-test-{}-{:016x}", user.uid, hash.finish());
    let candidates = [std::env::temp_dir(), PathBuf::from("/tmp")].map(|it| it.join(&name));
    candidates.into_iter().find(|it| usable(it)).ok_or_else(|| {
        failed(format!(
            "neither TMPDIR nor /tmp has a short enough path that the server's user may enter: set {DIRECTORY_VARIABLE}"
        ))
    })
}

/// Whether any user may pass through the directories above `dir`.
fn is_open_to_all(dir: &Path) -> bool {
    dir.ancestors().skip(1).all(|it| fs::metadata(it).is_ok_and(|it| it.permissions().mode() & 0o001 != 0))
}

/// Returns the target directory that the running program was built in: cargo marks it with a file. For programs
/// elsewhere, as those of documentation tests are, `CARGO_TARGET_DIR` or the package stands for it.
fn target_directory() -> PathBuf {
    let executable = std::env::current_exe().unwrap_or_default();
    if let Some(marked) = executable.ancestors().find(|it| it.join("CACHEDIR.TAG").is_file()) {
        return marked.to_owned();
    }
    let named = ["CARGO_TARGET_DIR", "CARGO_MANIFEST_DIR"].iter().find_map(std::env::var_os).map(PathBuf::from);
    named.or_else(|| std::env::current_dir().ok()).unwrap_or(executable)
}
