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

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    os::unix::{
        fs::{MetadataExt, OpenOptionsExt},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use orm_core::error::{Error, Result};

use self::{
    binaries::Places,
    directory::User,
    docker::{Container, Refusal},
};
use super::{
    IDLE_SECONDS, IDLE_VARIABLE, failed,
    server::none_found,
    way::{VARIABLE, Way},
};

/// How long a server may take until it accepts connections.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Nothing in this server outlives it, so nothing is written with care.
const SETTINGS: [&str; 12] = [
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
pub(super) struct ThrowAway {
    /// How it is reached, with the password where there is one.
    pub(super) url: String,
    /// Where the databases in use are noted down.
    pub(super) leases: PathBuf,
    /// Shared with all who use the server.
    _user: File,
}

/// Joins the server of this target directory, after starting one in the way that is asked for where there is none.
pub(super) fn join(way: Way, tried: Vec<String>) -> Result<ThrowAway> {
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
fn start_one(place: &Place, way: Way, mut tried: Vec<String>) -> Result<String> {
    place.clear()?;
    if way == Way::Local {
        tried.push(format!("docker: {VARIABLE} asks for the installed PostgreSQL"));
    } else {
        match docker::start(place) {
            Ok(url) => return Ok(url),
            Err(Refusal::Broken(error)) => return Err(error),
            Err(Refusal::Absent(why) | Refusal::Unusable(why)) if way == Way::Docker => {
                return Err(failed(format!("{VARIABLE} asks for docker, but {why}")));
            }
            Err(Refusal::Absent(why)) => tried.push(format!("docker: {why}")),
            Err(Refusal::Unusable(why)) => {
                tell(&format!("no container for the tests, so the installed PostgreSQL: {why}"));
                tried.push(format!("docker: {why}"));
            }
        }
        place.clear()?;
    }
    let binaries = Places::here().find(&mut tried).ok_or_else(|| none_found(&tried))?;
    local::start(place, &binaries)
}

/// Waits until the server that someone else has started can be used.
fn join_running(place: &Place, way: Way) -> Result<String> {
    let container = Container::noted_in(place);
    let fits = match (&container, way) {
        (_, Way::Any) => true,
        (Some(container), Way::Docker) => container.image == docker::image(),
        (None, Way::Docker) | (Some(_), Way::Local) => false,
        (None, Way::Local) => true,
    };
    if !fits {
        let running = container.map_or("a local one".to_owned(), |it| format!("one of the image {}", it.image));
        return Err(failed(format!(
            "{} asks for another server than {running}, which runs in {}: name another directory by {}, or wait until it \
             has ended",
            VARIABLE,
            place.dir.display(),
            directory::DIRECTORY_VARIABLE
        )));
    }
    match container {
        Some(container) => container.wait_until_ready(place),
        None => local::wait_until_ready(place),
    }
}

fn idle_seconds() -> Result<u32> {
    match std::env::var(IDLE_VARIABLE) {
        Ok(text) => text.parse().map_err(|_| failed(format!("{IDLE_VARIABLE} is not a number of seconds: {text:?}"))),
        Err(_) => Ok(IDLE_SECONDS),
    }
}

/// Takes the lock for joining. A watchdog removes the directory while it holds that lock, so what we waited for may be a file
/// that is gone by then: in that case again from the start.
fn lock_directory(user: User) -> Result<(Place, File)> {
    loop {
        let place = Place { dir: directory::prepare(user)?, user };
        let path = place.dir.join(directory::START_LOCK);
        let file = match place.open_for_all(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(io("cannot open", &path)(error)),
        };
        file.lock().map_err(io("cannot lock", &path))?;
        let held = file.metadata().map_err(io("cannot look at", &path))?;
        if fs::metadata(&path).is_ok_and(|it| it.ino() == held.ino() && it.dev() == held.dev()) {
            return Ok((place, file));
        }
    }
}

/// The directory of the server, and whose it is.
#[derive(Debug)]
struct Place {
    dir: PathBuf,
    user: User,
}

impl Place {
    fn leases(&self) -> PathBuf {
        self.dir.join("leases")
    }

    fn socket(&self) -> PathBuf {
        self.dir.join(".s.PGSQL.5432")
    }

    /// Ends and removes what an earlier server has left. A watchdog that was killed leaves its server behind.
    fn clear(&self) -> Result<()> {
        if let Some(container) = Container::noted_in(self) {
            container.remove();
        }
        local::stop_orphan(self);
        for name in ["container", "url", "data", "leases"] {
            let path = self.dir.join(name);
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            match removed {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(io("cannot remove", &path)(error));
                }
                _ => {}
            }
        }
        let leases = self.leases();
        let made = fs::create_dir(&leases).and_then(|()| directory::give(&leases, self.user));
        made.map_err(io("cannot make", &leases))
    }

    /// Starts the watchdog, with the arguments that say what it starts.
    fn spawn_watchdog(&self, configure: impl FnOnce(&mut Command)) -> Result<()> {
        let lock = self.open("server.lock")?;
        // The watchdog of a container that failed may need a moment to notice.
        lock.lock().map_err(io("cannot lock", &self.dir))?;
        let script = self.dir.join("watchdog.sh");
        self.write("watchdog.sh", include_str!("throw_away/watchdog.sh"))?;
        self.write("log", "")?;
        let log = self.dir.join("log");
        let log_file = OpenOptions::new().append(true).open(&log).map_err(io("cannot open", &log))?;
        let mut command = Command::new("/bin/sh");
        command.arg(&script).arg(&self.dir);
        command.stdin(lock);
        command.stdout(log_file.try_clone().map_err(io("cannot open", &log))?).stderr(log_file);
        self.detach(&mut command);
        configure(&mut command);
        // It is waited for by whoever adopts it when this process ends, which it outlives.
        command.spawn().map(drop).map_err(io("cannot run /bin/sh in", &self.dir))
    }

    /// Takes `command` away from our terminal, our process group and the variables of `libpq`.
    fn detach(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").current_dir(&self.dir).process_group(0);
    }

    /// Asks `ready` until it returns something, the watchdog has given up, or the time is over.
    fn wait<T>(&self, mut ready: impl FnMut() -> Result<Option<T>>) -> Result<T> {
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

    fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }

    fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines.get(lines.len().saturating_sub(15)..).unwrap_or_default().join("\n  ")
    }

    /// Opens a file, made where it is missing, that the watchdog must be able to open as well.
    fn open_for_all(&self, path: &Path) -> std::io::Result<File> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        if file.metadata()?.uid() != self.user.uid {
            directory::give(path, self.user)?;
        }
        Ok(file)
    }

    fn open(&self, name: &str) -> Result<File> {
        let path = self.dir.join(name);
        self.open_for_all(&path).map_err(io("cannot open", &path))
    }

    fn write(&self, name: &str, content: &str) -> Result<()> {
        let mut file = self.open(name)?;
        let written = file.set_len(0).and_then(|()| file.write_all(content.as_bytes()));
        written.map_err(io("cannot write", &self.dir))
    }
}

/// Says something to whoever runs the tests, past the harness, which keeps to itself what a test that passes prints.
fn tell(text: &str) {
    drop(writeln!(std::io::stderr(), "orm_pg: {text}"));
}

fn io(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let text = format!("{what} {}", path.display());
    move |error| failed(format!("{text}: {error}")).with_source(error)
}
