//! The throw-away server that the test processes of a target directory share.
//!
//! In its directory are three lock files, all locked by `flock`, so that a lock goes with its process however that ends:
//! `orm-pg-test.lock` is held while a process joins, `users.lock` is shared by all test processes for their lives, and
//! `server.lock` is held by the watchdog (`watchdog.sh`), which starts and ends the server. The server's own
//! `postmaster.pid` tells when it takes connections.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    os::unix::{
        fs::{MetadataExt, OpenOptionsExt},
        net::UnixStream,
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use orm_core::error::{Error, Result};

use super::{
    IDLE_SECONDS, IDLE_VARIABLE,
    directory::{self, User},
    failed,
};

/// How long a server may take until it accepts connections.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Where the databases in use are noted down, below the directory of the server.
pub(super) const LEASES: &str = "leases";

/// Nothing in this server outlives it, so nothing is written with care.
const SETTINGS: [&str; 15] = [
    "port=5432",
    "listen_addresses=",
    "unix_socket_permissions=0700",
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

/// A running server. It stays while this value lives.
#[derive(Debug)]
pub(super) struct Local {
    /// Its directory, where its socket is.
    pub(super) dir: PathBuf,
    /// Shared with all who use the server.
    _user: File,
}

/// Joins the server of this target directory, after starting it with the programs of `binaries()` where there is none.
pub(super) fn join(binaries: impl FnOnce() -> Result<PathBuf>) -> Result<Local> {
    let user = User::of_server()?;
    let idle = idle_seconds()?;
    let (dir, start) = lock_directory(user)?;

    let users = open(&dir.join("users.lock"), user)?;
    users.lock_shared().map_err(io("cannot lock", &dir))?;
    write(&dir.join("idle"), format!("{idle}\n").as_bytes(), user)?;

    let server = open(&dir.join("server.lock"), user)?;
    match server.try_lock() {
        Ok(()) => spawn_watchdog(&dir, server, &binaries()?, user)?,
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(io("cannot lock", &dir)(error)),
    }
    wait_until_ready(&dir)?;
    start.unlock().map_err(io("cannot unlock", &dir))?;
    Ok(Local { dir, _user: users })
}

fn idle_seconds() -> Result<u32> {
    match std::env::var(IDLE_VARIABLE) {
        Ok(text) => text.parse().map_err(|_| failed(format!("{IDLE_VARIABLE} is not a number of seconds: {text:?}"))),
        Err(_) => Ok(IDLE_SECONDS),
    }
}

/// Takes the lock for joining. A watchdog removes the directory while it holds that lock, so what we waited for may be a file
/// that is gone by then: in that case again from the start.
fn lock_directory(user: User) -> Result<(PathBuf, File)> {
    loop {
        let dir = directory::prepare(user)?;
        let path = dir.join(directory::START_LOCK);
        let file = match open_for_all(&path, user) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(io("cannot open", &path)(error)),
        };
        file.lock().map_err(io("cannot lock", &path))?;
        let held = file.metadata().map_err(io("cannot look at", &path))?;
        if fs::metadata(&path).is_ok_and(|it| it.ino() == held.ino() && it.dev() == held.dev()) {
            return Ok((dir, file));
        }
    }
}

fn spawn_watchdog(dir: &Path, server_lock: File, binaries: &Path, user: User) -> Result<()> {
    // A watchdog that was killed leaves its server behind.
    if UnixStream::connect(dir.join(".s.PGSQL.5432")).is_ok() {
        stop_orphan(dir, binaries, user);
    }
    let data = dir.join("data");
    if data.exists() {
        fs::remove_dir_all(&data).map_err(io("cannot remove", &data))?;
    }
    let leases = dir.join(LEASES);
    if leases.exists() {
        fs::remove_dir_all(&leases).map_err(io("cannot remove", &leases))?;
    }
    fs::create_dir(&leases).and_then(|()| directory::give(&leases, user)).map_err(io("cannot make", &leases))?;
    let script = dir.join("watchdog.sh");
    write(&script, include_bytes!("watchdog.sh"), user)?;
    let log = dir.join("log");
    write(&log, b"", user)?;
    let log_file = OpenOptions::new().append(true).open(&log).map_err(io("cannot open", &log))?;

    let mut command = Command::new("/bin/sh");
    command.arg(&script).arg(binaries).arg(dir);
    command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    command.stdin(server_lock);
    command.stdout(log_file.try_clone().map_err(io("cannot open", &log))?).stderr(log_file);
    let child = as_server(&mut command, dir, user).spawn();
    // It is waited for by whoever adopts it when this process ends, which it outlives.
    child.map(drop).map_err(io("cannot run /bin/sh in", dir))
}

/// Ends a server that nobody watches; where that fails, the new one reports why it cannot start.
fn stop_orphan(dir: &Path, binaries: &Path, user: User) {
    let mut command = Command::new(binaries.join("pg_ctl"));
    command.args(["stop", "--mode=immediate", "--wait", "--timeout=20", "--pgdata"]).arg(dir.join("data"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    drop(as_server(&mut command, dir, user).status());
}

/// Lets `command` run as the server's user, away from our terminal, our process group and the variables of `libpq`.
fn as_server<'a>(command: &'a mut Command, dir: &Path, user: User) -> &'a mut Command {
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"PG") {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C").current_dir(dir).process_group(0);
    if let Some((uid, gid)) = user.change_to {
        command.uid(uid).gid(gid);
    }
    command
}

fn wait_until_ready(dir: &Path) -> Result<()> {
    let deadline = Instant::now() + START_LIMIT;
    let server_lock = dir.join("server.lock");
    let probe = File::open(&server_lock).map_err(io("cannot open", &server_lock))?;
    loop {
        // The eighth line is the state of the server.
        let pid_file = fs::read_to_string(dir.join("data/postmaster.pid")).unwrap_or_default();
        if pid_file.lines().nth(7).is_some_and(|it| it.trim() == "ready") {
            return Ok(());
        }
        let problem = match probe.try_lock() {
            Ok(()) => "the throw-away server did not start",
            Err(_) if Instant::now() > deadline => "the throw-away server took too long to start",
            Err(_) => {
                sleep(Duration::from_millis(10));
                continue;
            }
        };
        let log = fs::read_to_string(dir.join("log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(15)..).unwrap_or_default().join("\n  ");
        return Err(failed(format!("{problem}; its log in {} ends with:\n  {tail}", dir.display())));
    }
}

/// Opens a file, made where it is missing, that the watchdog must be able to open as well.
fn open_for_all(path: &Path, user: User) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    if file.metadata()?.uid() != user.uid {
        directory::give(path, user)?;
    }
    Ok(file)
}

fn open(path: &Path, user: User) -> Result<File> {
    open_for_all(path, user).map_err(io("cannot open", path))
}

fn write(path: &Path, content: &[u8], user: User) -> Result<()> {
    let mut file = open(path, user)?;
    let written = file.set_len(0).and_then(|()| file.write_all(content));
    written.map_err(io("cannot write", path))
}

fn io(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let text = format!("{what} {}", path.display());
    move |error| failed(format!("{text}: {error}")).with_source(error)
}
