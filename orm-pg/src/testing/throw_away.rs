//! The throw-away server that the test processes of a target directory share: a container or a local process.
//!
//! In its directory are three lock files, all locked by `flock`, so that a lock goes with its process however that ends:
//! `orm-pg-test.lock` is held while a process joins, `users.lock` is shared by all test processes for their lives, and
//! `server.lock` is held by the watchdog (`watchdog.sh`), which starts and ends the server. The file `container` is there
//! while the server is one, or is about to be.

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
    binaries::Places,
    directory::{Place, User, give, lock_directory},
    docker::Container,
    engine::Refusal,
    report::{io, tell},
};
use super::{
    failure::{failed, none_found},
    server_kind::ServerKind,
    variable::{self, IDLE_SECONDS},
};

/// A running server. It stays while this value lives.
#[derive(Debug)]
pub(super) struct ThrowAway {
    /// How it is reached, with the password where there is one.
    pub(super) url: String,
    /// Where the databases in use are noted down.
    pub(super) leases: PathBuf,
    /// Shared with all who use the server.
    _user: File,
}

/// Joins the server of this target directory, after starting one in the way that is asked for where there is none.
pub(super) fn join(way: ServerKind, tried: Vec<String>) -> Result<ThrowAway> {
    let (place, start) = lock_directory(User::of_server()?)?;
    let users = place.open("users.lock")?;
    users.lock_shared().map_err(io("cannot lock", &place.dir))?;
    place.write("idle", &format!("{}\n", idle_seconds()?))?;

    let lock = place.open("server.lock")?;
    let taken = lock.try_lock();
    drop(lock);
    let url = match taken {
        // Nobody else takes it meanwhile: that is for whoever holds the lock for joining.
        Ok(()) => start_one(&place, way, tried)?,
        Err(TryLockError::WouldBlock) => join_running(&place, way)?,
        Err(TryLockError::Error(error)) => return Err(io("cannot lock", &place.dir)(error)),
    };
    start.unlock().map_err(io("cannot unlock", &place.dir))?;
    Ok(ThrowAway { url, leases: place.leases(), _user: users })
}

/// Starts a server.
fn start_one(place: &Place, way: ServerKind, mut tried: Vec<String>) -> Result<String> {
    clear(place)?;
    if way == ServerKind::Local {
        tried.push(format!("docker: {} asks for the installed PostgreSQL", variable::SERVER));
    } else {
        match docker::start(place) {
            Ok(url) => return Ok(url),
            Err(Refusal::Broken(error)) => return Err(error),
            Err(Refusal::Absent(why) | Refusal::Unusable(why)) if way == ServerKind::Docker => {
                return Err(failed(format!("{} asks for docker, but {why}", variable::SERVER)));
            }
            Err(Refusal::Absent(why)) => tried.push(format!("docker: {why}")),
            Err(Refusal::Unusable(why)) => {
                tell(&format!("no container for the tests, so the installed PostgreSQL: {why}"));
                tried.push(format!("docker: {why}"));
            }
        }
        clear(place)?;
    }
    let binaries = Places::here().find(&mut tried).ok_or_else(|| none_found(&tried))?;
    local::start(place, &binaries)
}

/// Waits until the server that someone else has started can be used.
fn join_running(place: &Place, way: ServerKind) -> Result<String> {
    let container = Container::noted_in(place);
    let fits = match (&container, way) {
        (_, ServerKind::Any) => true,
        (Some(container), ServerKind::Docker) => container.image == docker::image(),
        (None, ServerKind::Docker) | (Some(_), ServerKind::Local) => false,
        (None, ServerKind::Local) => true,
    };
    if !fits {
        let running = container.map_or("a local one".to_owned(), |it| format!("one of the image {}", it.image));
        return Err(failed(format!(
            "{} asks for another server than {running}, which runs in {}: name another directory by {}, or wait until it \
             has ended",
            variable::SERVER,
            place.dir.display(),
            variable::DIRECTORY
        )));
    }
    match container {
        Some(container) => container.wait_until_ready(place),
        None => local::wait_until_ready(place),
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

/// Ends and removes what an earlier server has left. A watchdog that was killed leaves its server behind.
fn clear(place: &Place) -> Result<()> {
    if let Some(container) = Container::noted_in(place) {
        container.remove();
    }
    local::stop_orphan(place);
    for name in ["container", "url", "data", "leases"] {
        let path = place.dir.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(io("cannot remove", &path)(error));
            }
            _ => {}
        }
    }
    let leases = place.leases();
    let made = fs::create_dir(&leases).and_then(|()| give(&leases, place.user));
    made.map_err(io("cannot make", &leases))
}
