//! The directory of the throw-away server: one for all test processes of a target directory and user.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use orm_core::error::Result;

use super::{
    super::{failure::failed, hash::Hasher, variable},
    report::io,
};

/// The lock that a process holds while it joins. It also marks the directory as one that may be removed.
const START_LOCK: &str = "orm-pg-test.lock";

/// The longest path of a directory whose socket works on every system: macOS allows 104 bytes.
const MAX_BYTES: usize = 104 - "/.s.PGSQL.5432\0".len();

/// How long a server may take until it accepts connections.
const START_LIMIT: Duration = Duration::from_secs(60);

/// The data need not survive the server, so durability is turned off.
pub(super) const SETTINGS: [&str; 12] = [
    "max_connections=500",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "shared_buffers=64MB",
    "max_wal_size=4GB",
    "timezone=UTC",
    "log_timezone=UTC",
    "logging_collector=off",
];

/// The directory of the server, and its owner.
#[derive(Debug)]
pub(super) struct ServerDirectory {
    pub(super) dir: PathBuf,
    pub(super) user: User,
}

impl ServerDirectory {
    pub(super) fn leases(&self) -> PathBuf {
        self.dir.join("leases")
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.dir.join(".s.PGSQL.5432")
    }

    /// Starts the watchdog, with arguments that say which server it starts.
    pub(super) fn spawn_watchdog(&self, configure: impl FnOnce(&mut Command)) -> Result<()> {
        let lock = self.open("server.lock")?;
        // The watchdog of a failed container may need a moment to notice that.
        lock.lock().map_err(io("cannot lock", &self.dir))?;
        let script = self.dir.join("watchdog.sh");
        self.write("watchdog.sh", include_str!("watchdog.sh"))?;
        self.write("log", "")?;
        let log = self.dir.join("log");
        let log_file = OpenOptions::new().append(true).open(&log).map_err(io("cannot open", &log))?;
        let mut command = Command::new("/bin/sh");
        command.arg(&script).arg(&self.dir);
        command.stdin(lock);
        command.stdout(log_file.try_clone().map_err(io("cannot open", &log))?).stderr(log_file);
        self.detach(&mut command);
        configure(&mut command);
        // The watchdog outlives this process and is reaped by the process that adopts it.
        command.spawn().map(drop).map_err(io("cannot run /bin/sh in", &self.dir))
    }

    /// Detaches `command` from the terminal, the process group and libpq's environment variables.
    pub(super) fn detach(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").current_dir(&self.dir).process_group(0);
    }

    /// Calls `ready` until it returns something, the watchdog has given up, or the time is over.
    pub(super) fn wait<T>(&self, mut ready: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        let deadline = Instant::now() + START_LIMIT;
        let server_lock = self.dir.join("server.lock");
        let probe = File::open(&server_lock).map_err(io("cannot open", &server_lock))?;
        loop {
            if let Some(found) = ready()? {
                return Ok(found);
            }
            let problem = match probe.try_lock() {
                Ok(()) => "the throw-away server did not start",
                Err(_) if Instant::now() > deadline => "the throw-away server took too long to start",
                Err(_) => {
                    sleep(Duration::from_millis(10));
                    continue;
                }
            };
            return Err(failed(format!(
                "{problem}; its log in {} ends with:\n  {}",
                self.dir.display(),
                self.log_end()
            )));
        }
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }

    fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines.get(lines.len().saturating_sub(15)..).unwrap_or_default().join("\n  ")
    }

    /// Opens a file that the watchdog must be able to open too, and creates it if it is missing.
    fn open_for_all(&self, path: &Path) -> std::io::Result<File> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        if file.metadata()?.uid() != self.user.uid {
            give(path, self.user)?;
        }
        Ok(file)
    }

    pub(super) fn open(&self, name: &str) -> Result<File> {
        let path = self.dir.join(name);
        self.open_for_all(&path).map_err(io("cannot open", &path))
    }

    pub(super) fn write(&self, name: &str, content: &str) -> Result<()> {
        let mut file = self.open(name)?;
        let written = file.set_len(0).and_then(|()| file.write_all(content.as_bytes()));
        written.map_err(io("cannot write", &self.dir))
    }
}

/// Takes the lock for joining. A watchdog removes the directory while it holds that lock, so the locked file may be
/// gone by then. In that case this starts over.
pub(super) fn lock_directory(user: User) -> Result<(ServerDirectory, File)> {
    loop {
        let directory = ServerDirectory { dir: prepare(user)?, user };
        let path = directory.dir.join(START_LOCK);
        let file = match directory.open_for_all(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(io("cannot open", &path)(error)),
        };
        file.lock().map_err(io("cannot lock", &path))?;
        let held = file.metadata().map_err(io("cannot look at", &path))?;
        if fs::metadata(&path).is_ok_and(|it| it.ino() == held.ino() && it.dev() == held.dev()) {
            return Ok((directory, file));
        }
    }
}

/// The user that the server runs as.
#[derive(Debug, Clone, Copy)]
pub(super) struct User {
    /// The user's number.
    pub(super) uid: u32,
    /// The user and group to switch to before the server is started: PostgreSQL refuses to run as root.
    pub(super) change_to: Option<(u32, u32)>,
}

impl User {
    /// Returns the user that runs the server: the one that runs the tests, or for root `postgres`, or else `nobody`.
    pub(super) fn of_server() -> Result<Self> {
        let uid = match fs::metadata("/proc/self") {
            Ok(metadata) => metadata.uid(),
            Err(_) => id(&["-u"]).ok_or_else(|| failed("`id -u` does not print the user that runs the tests"))?,
        };
        if uid != 0 {
            return Ok(Self { uid, change_to: None });
        }
        let unprivileged =
            ["postgres", "nobody"].iter().find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)));
        match unprivileged {
            Some((uid, gid)) => Ok(Self { uid, change_to: Some((uid, gid)) }),
            None => Err(failed(
                "the tests run as root, as which PostgreSQL refuses to run, and there is no user `postgres` or \
                 `nobody`",
            )),
        }
    }
}

fn id(args: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

/// Creates the directory of the server, which belongs to `user` alone, and returns it.
fn prepare(user: User) -> Result<PathBuf> {
    let dir = choose(user)?;
    let problem = |what: &str, error: std::io::Error| {
        failed(format!("cannot {what} {}: {error}", dir.display())).with_source(error)
    };
    match fs::DirBuilder::new().mode(0o700).create(&dir) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(problem("make", error)),
    }
    // The name can be guessed, so another user may have created it first in a directory that is writable for all.
    let metadata = match fs::symlink_metadata(&dir) {
        Ok(metadata) => metadata,
        // A watchdog has just removed it.
        Err(error) if error.kind() == ErrorKind::NotFound => return prepare(user),
        Err(error) => return Err(problem("look at", error)),
    };
    let ours = metadata.uid() == user.uid || user.change_to.is_some() && metadata.uid() == 0;
    if !metadata.is_dir() || !ours || metadata.permissions().mode() & 0o077 != 0 {
        return Err(failed(format!(
            "{} is not a directory that only the server's user can access: remove it",
            dir.display()
        )));
    }
    let names: Vec<_> = fs::read_dir(&dir).into_iter().flatten().flatten().map(|it| it.file_name()).collect();
    if !names.is_empty() && !names.iter().any(|it| it == START_LOCK) {
        // All its content would be removed with it.
        return Err(failed(format!("{} has other content than a server for tests", dir.display())));
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
    if let Some(dir) = std::env::var_os(variable::DIRECTORY) {
        let dir = PathBuf::from(dir);
        return if dir.is_absolute() && usable(&dir) {
            Ok(dir)
        } else {
            let dir = dir.display();
            Err(failed(format!(
                "{} names {dir}, which must be absolute, have at most {MAX_BYTES} bytes, and be in directories that the \
                 server's user may enter",
                variable::DIRECTORY
            )))
        };
    }
    let mut hash = Hasher::new();
    hash.write(target_directory().as_os_str().as_encoded_bytes());
    // With other settings than in the last run, another server is started.
    for name in [variable::SERVER, variable::IMAGE, variable::DOCKER, "PG_CONFIG"] {
        hash.write(std::env::var_os(name).unwrap_or_default().as_encoded_bytes());
    }
    let name = format!("orm-pg-test-{}-{:016x}", user.uid, hash.finish());
    let candidates = [std::env::temp_dir(), PathBuf::from("/tmp")].map(|it| it.join(&name));
    candidates.into_iter().find(|it| usable(it)).ok_or_else(|| {
        failed(format!(
            "neither TMPDIR nor /tmp has a short enough path that the server's user may enter: set {}",
            variable::DIRECTORY
        ))
    })
}

/// Whether all users may enter the directories above `dir`.
fn is_open_to_all(dir: &Path) -> bool {
    dir.ancestors().skip(1).all(|it| fs::metadata(it).is_ok_and(|it| it.permissions().mode() & 0o001 != 0))
}

/// Returns the target directory that the running program was built in, which cargo marks with a file. For programs
/// elsewhere, such as documentation tests, `CARGO_TARGET_DIR` or the package's directory takes its directory.
fn target_directory() -> PathBuf {
    let executable = std::env::current_exe().unwrap_or_default();
    if let Some(marked) = executable.ancestors().find(|it| it.join("CACHEDIR.TAG").is_file()) {
        return marked.to_owned();
    }
    let named = ["CARGO_TARGET_DIR", "CARGO_MANIFEST_DIR"].iter().find_map(std::env::var_os).map(PathBuf::from);
    named.or_else(|| std::env::current_dir().ok()).unwrap_or(executable)
}
