//! The throw-away server that the test processes of a target directory share: a container or a local process.
//!
//! Its directory has three lock files, all locked by `flock`, so that a lock is released with its process however that
//! ends: `orm-pg-test.lock` is held while a process joins, `users.lock` is shared by all test processes as long as they
//! live, and `server.lock` is held by the watchdog (`watchdog.sh`), which starts and stops the server. The file
//! `container` exists while the server runs in a container, or is about to.

mod binaries;
mod command;
mod directory;
mod docker;
mod engine;
mod local;
mod report;

use std::{
    fs::{self, File, TryLockError},
    path::PathBuf,
};

use orm_core::error::Result;

use self::{
    binaries::SearchPath,
    directory::{ServerDirectory, User, give, lock_directory},
    docker::Container,
    engine::Refusal,
    report::{io, tell},
};
use super::{
    failure::{failed, none_found},
    server_kind::ServerKind,
    variable::{self, IDLE_SECONDS},
};

/// A running server. It runs at least as long as this value lives.
#[derive(Debug)]
pub(super) struct ThrowAway {
    /// Its URL, including its password if it has one.
    pub(super) url: String,
    /// The directory that records databases in use.
    pub(super) leases: PathBuf,
    /// A lock shared by all users of the server.
    _user: File,
}

/// Joins the server of this target directory. If there is none, starts one of the requested kind.
pub(super) fn join(kind: ServerKind, tried: Vec<String>) -> Result<ThrowAway> {
    let (directory, start) = lock_directory(User::of_server()?)?;
    let users = directory.open("users.lock")?;
    users.lock_shared().map_err(io("cannot lock", &directory.dir))?;
    directory.write("idle", &format!("{}\n", idle_seconds()?))?;

    let lock = directory.open("server.lock")?;
    let taken = lock.try_lock();
    drop(lock);
    let url = match taken {
        // Nobody else takes it meanwhile, since this process holds the lock for joining.
        Ok(()) => start_one(&directory, kind, tried)?,
        Err(TryLockError::WouldBlock) => join_running(&directory, kind)?,
        Err(TryLockError::Error(error)) => return Err(io("cannot lock", &directory.dir)(error)),
    };
    start.unlock().map_err(io("cannot unlock", &directory.dir))?;
    Ok(ThrowAway { url, leases: directory.leases(), _user: users })
}

/// Starts a server.
fn start_one(directory: &ServerDirectory, kind: ServerKind, mut tried: Vec<String>) -> Result<String> {
    clear(directory)?;
    if kind == ServerKind::Local {
        tried.push(format!("docker: {} asks for the installed PostgreSQL", variable::SERVER));
    } else {
        match docker::start(directory) {
            Ok(url) => return Ok(url),
            Err(Refusal::Broken(error)) => return Err(error),
            Err(Refusal::Absent(why) | Refusal::Unusable(why)) if kind == ServerKind::Docker => {
                return Err(failed(format!("{} asks for docker, but {why}", variable::SERVER)));
            }
            Err(Refusal::Absent(why)) => tried.push(format!("docker: {why}")),
            Err(Refusal::Unusable(why)) => {
                tell(&format!("no container for the tests, so they use the installed PostgreSQL: {why}"));
                tried.push(format!("docker: {why}"));
            }
        }
        clear(directory)?;
    }
    let binaries = SearchPath::here().find(&mut tried).ok_or_else(|| none_found(&tried))?;
    local::start(directory, &binaries)
}

/// Waits until the server that another process has started accepts connections.
fn join_running(directory: &ServerDirectory, kind: ServerKind) -> Result<String> {
    let container = Container::noted_in(directory);
    let fits = match (&container, kind) {
        (_, ServerKind::Any) => true,
        (Some(container), ServerKind::Docker) => container.image == docker::image(),
        (None, ServerKind::Docker) | (Some(_), ServerKind::Local) => false,
        (None, ServerKind::Local) => true,
    };
    if !fits {
        let running = container.map_or("a local server".to_owned(), |it| format!("a server of the image {}", it.image));
        return Err(failed(format!(
            "{} asks for another server than {running}, which runs in {}: set another directory in {}, or wait until \
             it has ended",
            variable::SERVER,
            directory.dir.display(),
            variable::DIRECTORY
        )));
    }
    match container {
        Some(container) => container.wait_until_ready(directory),
        None => local::wait_until_ready(directory),
    }
}

fn idle_seconds() -> Result<u32> {
    match std::env::var(variable::IDLE) {
        Ok(text) => {
            text.parse().map_err(|_| failed(format!("{} is not a number of seconds: {text:?}", variable::IDLE)))
        }
        Err(_) => Ok(IDLE_SECONDS),
    }
}

/// Stops and removes an earlier server. A watchdog that was killed leaves its server behind.
fn clear(directory: &ServerDirectory) -> Result<()> {
    if let Some(container) = Container::noted_in(directory) {
        container.remove();
    }
    local::stop_orphan(directory);
    for name in ["container", "url", "data", "leases"] {
        let path = directory.dir.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(io("cannot remove", &path)(error));
            }
            _ => {}
        }
    }
    let leases = directory.leases();
    let made = fs::create_dir(&leases).and_then(|()| give(&leases, directory.user));
    made.map_err(io("cannot make", &leases))
}
